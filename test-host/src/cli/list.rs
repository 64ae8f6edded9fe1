//! `list`: what the machine has.

use std::sync::Arc;

use clap::Args;
use wasm_embedded_linux::{DeviceError, ErrorListener, Linux};

use super::failure::Failure;
use wasm_embedded_policy::escape;

/// Lists the I2C buses, SPI devices and GPIO lines of this machine, and what uses them
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Opts {}

const AFTER_HELP: &str = "\
For a device that is missing or cannot be opened, the list says what to do. This command addresses no device and \
changes no line.

Exit status:
    0  success
   64  the command line is wrong
  119  the output cannot be written";

pub(super) fn run(_: &Opts) -> Result<u8, Failure> {
    let machine = Linux::new(Arc::new(Nobody)).machine().to_string();
    let lines: String = machine.lines().map(|line| escape::line(line) + "\n").collect();
    super::print(&lines)?;
    Ok(0)
}

/// Hears errors of what is opened, which is nothing here.
#[derive(Debug)]
struct Nobody;

impl ErrorListener for Nobody {
    fn error(&self, _: &DeviceError<'_>) {}
}
