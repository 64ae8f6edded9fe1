//! `arduino`: guests of Arduino sketches.

mod build;

use clap::{Args, Subcommand};

use super::failure::Failure;

/// Builds Arduino sketches and their libraries as components
#[derive(Args)]
pub(super) struct Opts {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Build(build::Opts),
}

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    match &opts.command {
        Command::Build(opts) => build::run(opts),
    }
}
