//! `compile`: a component into machine code, which loads in less than a millisecond.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::failure::Failure;
use super::input::ComponentArgs;
use super::status;
use crate::engine::EngineOptions;

/// Compiles a component to machine code of this machine, which `run` loads faster
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Opts {
    #[command(flatten)]
    component: ComponentArgs,

    /// Where to write the code [default: beside the component, with the ending .cwasm]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Makes code that `run --timeout` can stop while it computes
    #[arg(long)]
    interruptible: bool,
}

const AFTER_HELP: &str = "\
The code runs with the version of this program that made it. Its SHA-256 is printed, and noted in \
~/.local/state/wasm-embedded-rt: `run` loads no other machine code unless `--trust` vouches for it.

Examples:
  wasm-embedded-rt compile station.wasm
  wasm-embedded-rt run station.cwasm --policy board.toml

Exit status:
  0 on success, 64 for a wrong command line, 119 if a file cannot be written,
  121 if there is no component";

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let options = EngineOptions { interruptible: opts.interruptible };
    let program = opts.component.load(options)?;
    let (code, digest) = program.compiled().map_err(|error| Failure::new(status::HOST, error))?;
    let output = opts.output.clone().unwrap_or_else(|| opts.component.component.with_extension("cwasm"));
    let name = output.display().to_string();
    fs::write(&output, &code).map_err(|error| Failure::file(format!("cannot write {name}"), error))?;
    let noted = opts.component.trust().remember(&digest);
    noted.map_err(|error| Failure::file("cannot note the SHA-256 of the code", error))?;
    super::print(&format!("{digest}  {name}\n"))?;
    Ok(0)
}
