//! `stop` and `start`: the application of a slot of a board.

use clap::Args;
use serde_json::json;
use wasm_embedded_line::{Request, SLOTS};

use super::failure::Failure;
use super::json;
use super::line::{HELP, PortArgs};

/// The application.
#[derive(Args)]
#[command(after_help = HELP)]
struct Which {
    #[command(flatten)]
    port: PortArgs,

    /// Flash slot of the application
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..SLOTS))]
    slot: u8,
}

/// Ends an application on a board with the firmware, with its outputs at `on-exit`, until `start` or a reset
#[derive(Args)]
pub(super) struct StopOpts {
    #[command(flatten)]
    which: Which,
}

/// Starts an application on a board with the firmware that has ended or was stopped
#[derive(Args)]
pub(super) struct StartOpts {
    #[command(flatten)]
    which: Which,
}

pub(super) fn stop(opts: &StopOpts) -> Result<u8, Failure> {
    ask(&opts.which, Request::Stop { slot: opts.which.slot })
}

pub(super) fn start(opts: &StartOpts) -> Result<u8, Failure> {
    ask(&opts.which, Request::Start { slot: opts.which.slot })
}

fn ask(which: &Which, request: Request) -> Result<u8, Failure> {
    let (mut client, _) = which.port.open(false)?;
    client.done(&request).map_err(|error| which.port.failed(error))?;
    json::answer(
        if matches!(request, Request::Stop { .. }) { "stopped" } else { "started" },
        json!({ "slot": which.slot }),
        "",
    )?;
    Ok(0)
}
