//! `spi`: transfers, on labels.

mod transfer;

use clap::{Args, Subcommand};

use super::failure::Failure;

/// Sends and receives on the SPI device behind a label, like spidev_test and spi-pipe
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Opts {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Transfer(transfer::Opts),
}

const AFTER_HELP: &str = "\
Example:
  wasm-embedded-rt spi transfer flash 9f --read 3 --policy board.toml";

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    match &opts.command {
        Command::Transfer(opts) => transfer::run(opts),
    }
}
