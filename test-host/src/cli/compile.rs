//! `compile`: a component into machine code, for this machine or another one.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::apart::Files;
use super::failure::Failure;
use super::input::{ComponentArgs, PolicyArgs};
use super::status;
use crate::engine::EngineOptions;
use crate::microcontroller::{Board, SLOTS, pack};

/// Compiles a component to machine code, which `run` loads in less than a millisecond
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Opts {
    #[command(flatten)]
    component: ComponentArgs,

    /// Where to write the code [default: beside the component, with the ending .cwasm]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Makes code that counts its instructions, and the bytes that it copies and fills, for `fuel` in [limits]
    #[arg(long)]
    fuel: bool,

    /// Makes code for another machine, such as aarch64-unknown-linux-musl, or an image for a microcontroller: pico2, an505, virt
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,

    #[command(flatten)]
    policy: PolicyArgs,

    /// The place of an image in the flash of a microcontroller
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..SLOTS))]
    slot: u8,
}

const AFTER_HELP: &str = "\
The code runs with the version of this program that made it. Its SHA-256 is printed, and noted in \
~/.local/state/wasm-embedded-rt: `run` loads no other machine code unless `--trust` vouches for it. \
For other machines than this one, this program must have been built with `--features cross`.

For a microcontroller (`--target pico2`, or QEMU's boards an505 and virt) the policy is part of the image, \
and checked against the pins of the chip. A name that ends in .uf2 makes a file for the boot loader.

Examples:
  wasm-embedded-rt compile station.wasm
  wasm-embedded-rt run station.cwasm --policy board.toml
  wasm-embedded-rt compile station.wasm --target aarch64-unknown-linux-musl
  wasm-embedded-rt compile station.wasm --target pico2 --policy pico2.toml -o station.uf2

Exit status:
  0 on success, 64 for a wrong command line, 119 if a file cannot be written,
  120 if the policy is refused, 121 if there is no component";

impl Opts {
    /// Checks that nothing that is read is written over.
    fn check_output(&self, output: &Path) -> Result<(), Failure> {
        let mut files = Files::new();
        self.component.add_files(&mut files);
        self.policy.add_files(&mut files);
        files.written("--output", output)
    }
}

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    if let Some(board) = opts.target.as_deref().and_then(Board::named) {
        return image(opts, board);
    }
    let options = EngineOptions { fuel: opts.fuel, ..EngineOptions::default() };
    let output = opts.output.clone().unwrap_or_else(|| opts.component.component.with_extension("cwasm"));
    opts.check_output(&output)?;
    let (code, digest) = opts.component.compile(options, opts.target.as_deref())?;
    let name = output.display().to_string();
    fs::write(&output, &code).map_err(|error| Failure::file(format!("cannot write {name}"), error))?;
    let noted = opts.component.trust()?.remember(&digest);
    noted.map_err(|error| Failure::file("cannot note the SHA-256 of the code", error))?;
    super::print(&format!("{digest}  {name}\n"))?;
    Ok(0)
}

/// Makes an image for a microcontroller.
fn image(opts: &Opts, board: Board) -> Result<u8, Failure> {
    let policy = opts.policy.require()?;
    let component = &opts.component.component;
    let output = opts.output.clone().unwrap_or_else(|| component.with_extension("bin"));
    opts.check_output(&output)?;
    let (name, output_name) =
        (component.file_stem().unwrap_or_default().to_string_lossy(), output.display().to_string());
    let image = pack(&opts.component.bytes()?, &policy, board, &name).map_err(|error| {
        let status = if error.is_of_component() { status::COMPONENT } else { status::POLICY };
        Failure::new(status, error).context(format!("cannot make an image of {}", component.display()))
    })?;
    let is_uf2 = output.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("uf2"));
    let bytes = if is_uf2 { board.uf2(&image, opts.slot) } else { image };
    fs::write(&output, &bytes).map_err(|error| Failure::file(format!("cannot write {output_name}"), error))?;
    super::print(&format!(
        "{output_name}: {} bytes, for address {:#010x} of {board}\n",
        bytes.len(),
        board.address(opts.slot)
    ))?;
    Ok(0)
}
