//! `gpio get`: the levels of pins.

use clap::Args;
use serde_json::json;
use wasm_embedded_host::digital::Level;

use crate::cli::direct::{Direct, DirectArgs, find};
use crate::cli::failure::Failure;
use crate::cli::{json, status};
use wasm_embedded_policy::PinDirection;

/// Prints the levels of inputs and open-drain pins, like gpioget
#[derive(Args)]
#[command(after_help = format!("{AFTER_HELP}\n\n{}", status::DIRECT_HELP))]
pub(in crate::cli) struct Opts {
    /// The labels of the pins
    #[arg(required = true, value_name = "LABEL")]
    labels: Vec<String>,

    /// Prints only 1 and 0
    #[arg(long)]
    numeric: bool,

    #[command(flatten)]
    direct: DirectArgs,
}

const AFTER_HELP: &str = "\
This command sets an open-drain pin to its `initial` level (default: released) before it reads. It refuses \
an output with status 120, because opening an output drives it.

Examples:
  wasm-embedded-rt gpio get BUTTON --policy board.toml            \"BUTTON\"=inactive
  wasm-embedded-rt gpio get BUTTON --numeric --policy board.toml  0";

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let policy = opts.direct.policy.require()?;
    for label in &opts.labels {
        if find(&policy.pins, |pin| &pin.label, label, "GPIO")?.direction == PinDirection::Output {
            let message =
                format!("cannot read `{label}`: the policy makes it an output, and opening it would drive the pin");
            return Err(Failure::new(status::POLICY, message));
        }
    }
    let labels: Vec<&str> = opts.labels.iter().map(String::as_str).collect();
    let mut direct = Direct::open(&opts.direct, &policy.only(&labels))?;
    let (mut shown, mut levels) = (Vec::new(), Vec::new());
    for label in labels {
        let level = direct.operator.hal().pin_level(label);
        let level = level.map_err(|error| direct.failure(&format!("cannot read `{label}`"), error))?;
        levels.push(json!({ "label": label, "active": level == Level::High }));
        shown.push(match (opts.numeric, level) {
            (true, Level::High) => "1".to_owned(),
            (true, Level::Low) => "0".to_owned(),
            (false, Level::High) => format!("\"{label}\"=active"),
            (false, Level::Low) => format!("\"{label}\"=inactive"),
        });
    }
    direct.finish()?;
    json::answer("levels", json!({ "levels": levels }), &(shown.join(" ") + "\n"))?;
    Ok(0)
}
