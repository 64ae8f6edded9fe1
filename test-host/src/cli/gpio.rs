//! `gpio`: the commands of libgpiod, on labels.

mod get;
mod set;
mod watch;

use clap::{Args, Subcommand};

use super::failure::Failure;

/// Reads, sets and watches the pins behind labels, like libgpiod's tools
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Opts {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Get(get::Opts),
    Set(set::Opts),
    Watch(watch::Opts),
}

const AFTER_HELP: &str = "\
These commands show the levels that a guest would see: with `active-low`, active is the lower voltage.

Examples:
  wasm-embedded-rt gpio get BUTTON --policy board.toml
  wasm-embedded-rt gpio set LED=1 --hold-period 2s --policy board.toml
  wasm-embedded-rt gpio watch BUTTON --count 3 --policy board.toml";

pub(super) fn run(opts: Opts) -> Result<u8, Failure> {
    match opts.command {
        Command::Get(opts) => get::run(&opts),
        Command::Set(opts) => set::run(&opts),
        Command::Watch(opts) => watch::run(&opts),
    }
}
