//! `list`: what the machine has.

use std::sync::Arc;

use clap::Args;
use wasm_embedded_linux::{DeviceError, ErrorListener, Linux};

use self::json::json as machine_json;
use super::failure::Failure;
use wasm_embedded_policy::escape;

mod json;

/// Lists the buses, GPIO lines, PWM chips, analogue inputs and serial ports of this machine, and what uses them
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Opts {}

const AFTER_HELP: &str = "\
For a device that is missing or cannot be opened, the list says what to do. This command addresses no device and \
changes no line. A `path` in a policy can be a name instead: a name stays when the kernel gives devices other numbers. A name of two \
devices is refused. The programs of other users are shown to the superuser only.

Exit status:
    0  success
   64  the command line is wrong
  119  the output cannot be written";

pub(super) fn run(_: &Opts) -> Result<u8, Failure> {
    let machine = Linux::new(Arc::new(Nobody)).machine();
    if super::json::is_on() {
        super::print(&format!("{:#}\n", machine_json(&machine)))?;
        return Ok(0);
    }
    let machine = machine.to_string();
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
