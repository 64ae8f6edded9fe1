//! `compile`: a component into machine code, for this machine or another one.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::apart::Files;
use super::failure::Failure;
use super::input::{ComponentArgs, PolicyArgs};
use super::{json, status};
use wasm_embedded_line::SLOTS;
use wasm_embedded_runtime::engine::EngineOptions;
use wasm_embedded_runtime::microcontroller::{Board, pack};

/// Compiles a component to machine code, which `run` loads in less than 1 ms
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Opts {
    #[command(flatten)]
    component: ComponentArgs,

    /// File for the code [default: the component's path with the extension .cwasm]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Makes code that counts its instructions, and the bytes it copies and fills; `fuel` in [limits] needs it
    #[arg(long)]
    fuel: bool,

    /// Compiles for another machine, such as aarch64-unknown-linux-musl, or makes an image for a microcontroller: pico2, ast1030, an505, virt
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,

    #[command(flatten)]
    policy: PolicyArgs,

    /// Flash slot of the image on a microcontroller
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..SLOTS))]
    slot: u8,
}

const AFTER_HELP: &str = "\
Only the version of this program that made the code runs it. This command prints the SHA-256 of the code and \
stores it in ~/.local/state/wasm-embedded-rt. `run` loads machine code only if its SHA-256 is stored there, or if \
`--trust` or `--key` vouches for it. To compile for another machine, build this program with `--features cross`.

For a microcontroller (`--target pico2`, ast1030, or QEMU's boards an505 and virt) the image contains the policy, \
and this command checks the policy against the pins of the chip. If the output's name ends in .uf2, it writes a file for \
the boot loader.

Examples:
  wasm-embedded-rt compile station.wasm
  wasm-embedded-rt run station.cwasm --policy board.toml
  wasm-embedded-rt compile station.wasm --target aarch64-unknown-linux-musl
  wasm-embedded-rt compile station.wasm --target pico2 --policy pico2.toml -o station.uf2

Exit status:
    0  success
   64  the command line is wrong
  119  a file or the output cannot be written
  120  the policy is missing or refused
  121  the component is missing, or cannot be compiled";

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
    let fields = json!({
        "file": name, "bytes": code.len(), "sha256": digest.to_string(), "target": opts.target, "address": null,
    });
    json::answer("compile", fields, &format!("{digest}  {name}\n"))?;
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
    let (len, address) = (bytes.len(), board.address(opts.slot));
    let fields =
        json!({ "file": output_name, "bytes": len, "sha256": null, "target": opts.target, "address": address });
    json::answer("compile", fields, &format!("{output_name}: {len} bytes, for address {address:#010x} of {board}\n"))?;
    Ok(0)
}
