//! `config`: what a board keeps for itself.

use std::path::PathBuf;

use clap::Args;
use wasm_embedded_line::{Request, proof};

use super::failure::Failure;
use super::json;
use super::line::{self, HELP, KeyArgs, PortArgs, read_key};

/// Shows or changes the settings of a board with the firmware
#[derive(Args)]
#[command(after_help = after_help())]
pub(super) struct Opts {
    #[command(flatten)]
    port: PortArgs,

    #[command(flatten)]
    key: KeyArgs,

    /// Gives the board the key in this file: from then on it takes images and keys from who has it only
    #[arg(long, value_name = "FILE", conflicts_with = "no_key")]
    set_key: Option<PathBuf>,

    /// Takes the key away
    #[arg(long)]
    no_key: bool,
}

fn after_help() -> String {
    format!(
        "\
A key is a secret of 32 bytes that the board and whoever may flash it share. Who has the serial port can still stop and start \
applications, and who has the board can write its flash with a debug probe.

Examples:
  openssl rand -hex 32 > board.key
  wasm-embedded-rt config --port /dev/ttyACM0 --set-key board.key
  wasm-embedded-rt flash station.wasm --policy pico2.toml --port /dev/ttyACM0 --board-key board.key
  wasm-embedded-rt config --port /dev/ttyACM0 --board-key board.key --no-key

{HELP}"
    )
}

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let new = opts.set_key.as_deref().map(read_key).transpose()?;
    let old = opts.key.read()?;
    let (mut client, mut who) = opts.port.open(false)?;
    let failed = |error| opts.port.failed(error);
    if new.is_some() || opts.no_key {
        let proof = old.map(|old| proof(&old, &new.unwrap_or_default()));
        client.done(&Request::Key { key: new, proof }).map_err(failed)?;
        who = client.hello().map_err(failed)?;
    }
    let text = format!("{}\nkey: {}\n", who.describe(), if who.has_key { "set" } else { "none" });
    json::answer("board", line::json(&who), &text)?;
    Ok(0)
}
