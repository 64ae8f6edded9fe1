//! `logs`: what a board says.

use std::time::Duration;

use clap::Args;
use wasm_embedded_line::Request;

use super::failure::Failure;
use super::line::{HELP, PortArgs};

/// Prints the log of a board with the firmware, from the newest 4 KiB on
#[derive(Args)]
#[command(after_help = after_help())]
pub(super) struct Opts {
    #[command(flatten)]
    port: PortArgs,

    /// Ends with what there is, without waiting for more
    #[arg(long)]
    no_follow: bool,
}

fn after_help() -> String {
    format!(
        "\
Examples:
  wasm-embedded-rt logs --port /dev/ttyACM0
  wasm-embedded-rt logs --port /dev/ttyACM0 --no-follow

{HELP}"
    )
}

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let (mut client, _) = opts.port.open(true)?;
    client.done(&Request::Log).map_err(|error| opts.port.failed(error))?;
    if opts.no_follow {
        return Ok(0);
    }
    // Ctrl-C ends it.
    loop {
        client.listen(Duration::from_secs(1)).map_err(|error| opts.port.failed(error))?;
    }
}
