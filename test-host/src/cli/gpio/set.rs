//! `gpio set`: drives pins.

use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use serde_json::json;

use crate::cli::direct::{Direct, DirectArgs, find};
use crate::cli::failure::Failure;
use crate::cli::signals::Signals;
use crate::cli::{json, status};
use wasm_embedded_policy::{PinDirection, PinLevel, duration};

/// Drives and holds outputs and open-drain pins, like gpioset
#[derive(Args)]
#[command(after_help = format!("{AFTER_HELP}\n\n{}\n  128+N  signal N arrived while this command held the pins: 143 for SIGTERM", status::DIRECT_HELP))]
pub(in crate::cli) struct Opts {
    /// Label and level: LED=1, LED=0, LED=active, LED=inactive, LED=on or LED=off
    #[arg(required = true, value_name = "LABEL=LEVEL")]
    pins: Vec<Setting>,

    /// How long to hold the pins [default: until Ctrl-C; on a simulated board, no time]
    #[arg(short = 'p', long, value_name = "TIME", value_parser = duration::parse)]
    hold_period: Option<Duration>,

    #[command(flatten)]
    direct: DirectArgs,
}

const AFTER_HELP: &str = "\
A pin has the requested level from the moment this command opens it; the policy's `initial` level does not appear first. At \
the end, this command drives the pins to their `on-exit` levels and releases them. From then on, the kernel's driver \
decides what they do. This command leaves the other pins of the policy alone, and refuses an input with status 120.

Examples:
  wasm-embedded-rt gpio set LED=1 --policy board.toml
  wasm-embedded-rt gpio set LED=on RESET=off --hold-period 500ms --policy board.toml";

/// A pin with the level it is to have.
#[derive(Clone)]
struct Setting {
    label: String,
    level: PinLevel,
}

impl FromStr for Setting {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Setting, &'static str> {
        let wrong = "write LABEL=1 or LABEL=0 (or active, inactive, on, off)";
        let (label, level) = text.rsplit_once('=').ok_or(wrong)?;
        let level = match level.to_ascii_lowercase().as_str() {
            "1" | "active" | "on" | "true" => PinLevel::High,
            "0" | "inactive" | "off" | "false" => PinLevel::Low,
            _ => return Err(wrong),
        };
        Ok(Setting { label: label.to_owned(), level })
    }
}

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let signals = Signals::listen().map_err(|error| Failure::file("cannot listen for signals", error))?;
    let stop = signals.stop();
    let policy = opts.direct.policy.require()?;
    for (index, Setting { label, .. }) in opts.pins.iter().enumerate() {
        if find(&policy.pins, |pin| &pin.label, label, "GPIO")?.direction == PinDirection::Input {
            return Err(Failure::new(status::POLICY, format!("cannot drive `{label}`: the policy makes it an input")));
        }
        if opts.pins.iter().take(index).any(|other| other.label == *label) {
            return Err(Failure::new(
                status::USAGE,
                format!("`{label}` is on the command line twice: set each pin once"),
            ));
        }
    }
    let labels: Vec<&str> = opts.pins.iter().map(|pin| pin.label.as_str()).collect();
    let mut policy = policy.only(&labels);
    for pin in &mut policy.pins {
        if let Some(setting) = opts.pins.iter().find(|setting| setting.label == pin.label) {
            pin.initial = setting.level;
        }
    }
    let direct = Direct::open(&opts.direct, &policy)?;
    signals.at_last(direct.last());
    let levels: Vec<_> = opts
        .pins
        .iter()
        .map(|pin| json!({ "label": pin.label, "active": matches!(pin.level, PinLevel::High) }))
        .collect();
    json::answer("levels", json!({ "levels": levels }), "")?;
    let end_ns = match opts.hold_period {
        Some(period) => u64::try_from(period.as_nanos()).unwrap_or(u64::MAX).saturating_add(direct.operator.now_ns()),
        None if direct.is_real() => u64::MAX,
        None => 0,
    };
    direct.operator.wait_until(end_ns, &stop);
    direct.finish()?;
    Ok(if stop.requested().is_some() { signals.status() } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::{PinLevel, Setting};

    #[test]
    fn levels_have_libgpiod_s_names() {
        for (text, level) in [("A=1", PinLevel::High), ("A=off", PinLevel::Low), ("A=Active", PinLevel::High)] {
            let setting: Setting = text.parse().unwrap_or_else(|problem| panic!("{problem}"));
            assert_eq!((setting.label.as_str(), setting.level), ("A", level));
        }
        for wrong in ["A", "A=", "A=2", "=", "A=high"] {
            assert!(wrong.parse::<Setting>().is_err(), "{wrong}");
        }
    }
}
