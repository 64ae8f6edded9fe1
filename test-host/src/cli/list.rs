//! `list`: what the machine has.

use std::sync::Arc;

use clap::Args;

use super::failure::Failure;
use crate::escape;
use crate::linux::{Fault, FaultListener, Linux};

/// Lists the I2C buses, SPI devices and GPIO lines of this machine, and what holds them
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Opts {}

const AFTER_HELP: &str = "\
What is missing, or may not be opened, comes with what to do about it. No device is addressed and no line changes.

Exit status:
  0 on success, 64 for a wrong command line, 119 if the output cannot be written";

pub(super) fn run(_: &Opts) -> Result<u8, Failure> {
    let machine = Linux::new(Arc::new(Nobody)).machine().to_string();
    let lines: String = machine.lines().map(|line| escape::line(line) + "\n").collect();
    super::print(&lines)?;
    Ok(0)
}

/// Hears faults of what is opened, which is nothing here.
#[derive(Debug)]
struct Nobody;

impl FaultListener for Nobody {
    fn fault(&self, _: &Fault<'_>) {}
}
