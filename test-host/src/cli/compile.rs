//! `compile`: a component into machine code, for this machine or another one.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::failure::Failure;
use super::input::ComponentArgs;
use crate::engine::EngineOptions;

/// Compiles a component to machine code, which `run` loads in less than a millisecond
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Opts {
    #[command(flatten)]
    component: ComponentArgs,

    /// Where to write the code [default: beside the component, with the ending .cwasm]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Makes code that can be stopped while it computes, for `run --timeout` and for hardware
    #[arg(long)]
    interruptible: bool,

    /// Makes code for another machine, such as aarch64-unknown-linux-musl
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,
}

const AFTER_HELP: &str = "\
The code runs with the version of this program that made it. Its SHA-256 is printed, and noted in \
~/.local/state/wasm-embedded-rt: `run` loads no other machine code unless `--trust` vouches for it. \
For other machines than this one, this program must have been built with `--features cross`.

Examples:
  wasm-embedded-rt compile station.wasm
  wasm-embedded-rt run station.cwasm --policy board.toml
  wasm-embedded-rt compile station.wasm --interruptible --target aarch64-unknown-linux-musl

Exit status:
  0 on success, 64 for a wrong command line, 119 if a file cannot be written,
  121 if there is no component";

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let options = EngineOptions { interruptible: opts.interruptible };
    let (code, digest) = opts.component.compile(options, opts.target.as_deref())?;
    let output = opts.output.clone().unwrap_or_else(|| opts.component.component.with_extension("cwasm"));
    let name = output.display().to_string();
    fs::write(&output, &code).map_err(|error| Failure::file(format!("cannot write {name}"), error))?;
    let noted = opts.component.trust().remember(&digest);
    noted.map_err(|error| Failure::file("cannot note the SHA-256 of the code", error))?;
    super::print(&format!("{digest}  {name}\n"))?;
    Ok(0)
}
