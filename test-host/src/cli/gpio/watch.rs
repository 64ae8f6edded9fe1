//! `gpio watch`: edges.

use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::json;
use wasm_embedded_host::DirectError;

use crate::cli::direct::{Direct, DirectArgs, find};
use crate::cli::failure::{self, Failure};
use crate::cli::signals::Signals;
use crate::cli::{json, status};
use wasm_embedded_policy::{PinBackend, PinDirection, duration};
use wasm_embedded_runtime::board::{Board, Edge};

/// Prints the edges of an input as they happen, like gpiomon
#[derive(Args)]
#[command(after_help = format!("{AFTER_HELP}\n\n{}\n  123  --timeout passed before --count edges happened\n  128+N  signal N stopped this command: 143 for SIGTERM", status::DIRECT_HELP))]
pub(in crate::cli) struct Opts {
    /// The label of the pin
    label: String,

    /// Stops after this many edges
    #[arg(short = 'n', long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,

    /// Stops after this time, such as 5s or 250ms: real time for a hardware pin, simulated time otherwise
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    timeout: Option<Duration>,

    /// Which edges to print and count
    #[arg(short, long, value_name = "EDGES", default_value = "both")]
    edges: Edges,

    #[command(flatten)]
    direct: DirectArgs,
}

const AFTER_HELP: &str = "\
Each line shows the time in seconds (of the machine's monotonic clock, or of the simulation), `rising` or `falling`, and \
the label. With `active-low`, a rising edge goes to the lower voltage. With `debounce`, only a level that lasts makes an edge. \
This command refuses a pin that is not an input with status 120. \
On a simulated board, this command watches for 1 hour of simulated time unless --timeout says otherwise; that takes no \
real time.

Examples:
  wasm-embedded-rt gpio watch BUTTON --policy board.toml
  wasm-embedded-rt gpio watch BUTTON --edges rising --count 1 --timeout 10s --policy board.toml";

/// How long a simulated pin is watched, if nothing is said about it: parts never have nothing to do.
/// [`Opts::missed`] and the help name it.
const SIMULATED: Duration = Duration::from_secs(3600);

/// Which edges.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Edges {
    Rising,
    Falling,
    Both,
}

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let signals = Signals::listen().map_err(|error| Failure::file("cannot listen for signals", error))?;
    let stop = signals.stop();
    let policy = opts.direct.policy.require()?;
    let pin = find(&policy.pins, |pin| &pin.label, &opts.label, "GPIO")?;
    if pin.direction != PinDirection::Input {
        return Err(Failure::new(
            status::POLICY,
            format!("cannot watch `{}`: the policy does not make it an input, and only inputs have edges", opts.label),
        ));
    }
    let narrowed = policy.only(&[&opts.label]);
    let (board, mut watch) = Board::with_watch(&narrowed, pin)?;
    let direct = Direct::on(&opts.direct, &narrowed, board)?;
    let timeout = opts.timeout.or(matches!(pin.backend, PinBackend::Sim(_)).then_some(SIMULATED));
    let until = timeout.map(|timeout| watch.now().saturating_add(timeout));
    let (mut left, mut seen) = (opts.count, 0_u64);
    while left != Some(0) {
        let next = watch.next(until, &stop).map_err(|error| {
            direct.failure(&format!("cannot wait for edges of `{}`", opts.label), DirectError::Failed(error))
        })?;
        let Some(edge) = next else { break };
        if edge.missed > 0 {
            failure::warn(&format!("lost {} edges: they came too fast", edge.missed));
        }
        if opts.edges == Edges::Both || (opts.edges == Edges::Rising) == edge.rising {
            let at_ns = u64::try_from(edge.at.as_nanos()).unwrap_or(u64::MAX);
            let fields = json!({ "at_ns": at_ns, "label": opts.label, "rising": edge.rising });
            json::answer("edge", fields, &line(&opts.label, edge))?;
            left = left.map(|left| left - 1);
            seen = seen.saturating_add(1);
        }
    }
    let is_real = direct.is_real() || !matches!(pin.backend, PinBackend::Sim(_));
    direct.finish()?;
    if let (Some(timeout), None) = (timeout, stop.requested())
        && left.map_or(seen == 0, |left| left > 0)
    {
        failure::warn(&opts.missed(seen, timeout, is_real));
    }
    Ok(match (stop.requested(), left) {
        (_, Some(0)) => 0,
        (Some(_), _) => signals.status(),
        (None, Some(_)) => status::TIMEOUT,
        (None, None) => 0,
    })
}

impl Opts {
    /// Says which edges did not come: without that, silence could as well be a pin that was not watched.
    fn missed(&self, seen: u64, timeout: Duration, is_real: bool) -> String {
        let kind = match self.edges {
            Edges::Rising => "rising edge",
            Edges::Falling => "falling edge",
            Edges::Both => "edge",
        };
        let time = if is_real { "" } else { " of simulated time" };
        let number = match self.count {
            Some(count) => format!("{seen} of {count} {kind}s"),
            None => format!("no {kind}"),
        };
        let label = &self.label;
        match self.timeout {
            Some(_) => format!("{number} of `{label}` came within {timeout:?}{time}"),
            None => format!("{number} of `{label}` came within 1 h{time}: --timeout sets another time"),
        }
    }
}

/// Writes an edge as gpiomon does.
fn line(label: &str, edge: Edge) -> String {
    let name = if edge.rising { "rising" } else { "falling" };
    format!("{}.{:09}\t{name}\t\"{label}\"\n", edge.at.as_secs(), edge.at.subsec_nanos())
}
