//! `cargo xtask pico2`: the firmware of the Pico 2, as it is flashed, on an RP2350 in software.

pub(crate) mod cases;
mod mutants;

use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;
use clap::Args;

use crate::guests::build_package;
use crate::process::{cargo, command, exists, root, run as execute, target_dir};
use crate::steps::Done;
use crate::{mcu, program, targets};

/// Options of `cargo xtask pico2`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Takes firmware and guests as they are, without building them.
    #[arg(long)]
    built: bool,
    /// Runs only the tests, or takes only the mistakes, whose name contains this text.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Runs the tests on firmware with mistakes in its drivers, which each must be seen; takes some minutes.
    #[arg(long)]
    mutants: bool,
}

/// Builds the firmware and runs all tests.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    match missing() {
        Some(reason) => anyhow::bail!("{reason}"),
        None => examine(options),
    }
}

/// Runs all tests where the emulator can be built; it is a step of `cargo xtask test`.
pub(crate) fn check() -> anyhow::Result<Done> {
    if let Some(reason) = missing() {
        return Ok(Done::Skipped(reason));
    }
    examine(&Options { built: false, only: None, mutants: false })?;
    Ok(Done::Passed)
}

/// Checks format and lints of the emulator.
pub(crate) fn lint() -> anyhow::Result<Done> {
    execute(&mut emulator(["fmt", "--check"]))?;
    if let Some(reason) = missing() {
        return Ok(Done::Skipped(reason));
    }
    execute(&mut emulator(["clippy", "--all-targets", "--", "--deny", "warnings"]))?;
    Ok(Done::Passed)
}

/// Says why the emulator cannot be built here, if it cannot: Unicorn is C, and its crate reads Unicorn's headers.
fn missing() -> Option<String> {
    let mut lacks = Vec::new();
    if !exists(&mut command("cmake", ["--version"])) {
        lacks.push("cmake");
    }
    if !has_libclang() {
        lacks.push("libclang-dev");
    }
    let list = lacks.join(" ");
    (!lacks.is_empty())
        .then(|| format!("{} is not installed: `apt-get install {list}` (`.ci/run` does it)", lacks.join(" and ")))
}

/// Whether there is a libclang where `bindgen` looks for it.
fn has_libclang() -> bool {
    if std::env::var_os("LIBCLANG_PATH").is_some() || exists(&mut command("llvm-config", ["--version"])) {
        return true;
    }
    let folders =
        ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"];
    let versions = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let versions = versions.filter(|path| path.to_string_lossy().contains("llvm")).map(|path| path.join("lib"));
    let folders = folders.map(PathBuf::from).into_iter().chain(versions);
    let files = folders.filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    files.map(|file| file.file_name()).any(|name| {
        let name = name.to_string_lossy();
        name.starts_with("libclang") && !name.starts_with("libclang-cpp") && name.contains(".so")
            || name == "libclang.dylib"
    })
}

fn examine(options: &Options) -> anyhow::Result<()> {
    if !options.built {
        targets::ensure(&[targets::FIRMWARE, targets::GUEST])?;
        let build = ["build", "--release", "--package", "firmware-pico2", "--target", targets::FIRMWARE];
        execute(&mut mcu::firmware(build))?;
        build_package("drivers-demo", &["--bin", "weather_nostd", "--bin", "weather_spi_nostd"])?;
        build_package("test-guests", &["--bins"])?;
        build_package("conformance-guest", &["--bin", "conformance-guest-image"])?;
        program::build()?;
    }
    let folder = folder();
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut flash_file = emulator(["run", "--quiet", "--bin", "flash-file", "--"]);
    execute(flash_file.arg(mcu::built("firmware-pico2", targets::FIRMWARE)).arg(folder.join("firmware.uf2")))?;
    let program = program::path()?;
    cases::prepare(&program, &folder)?;
    if options.mutants {
        return mutants::examine(options.only.as_deref());
    }
    // One test after the other is what a machine with one processor has; the others use theirs.
    let mut tests = if exists(&mut cargo(["nextest", "--version"])) {
        emulator(["nextest", "run", "--no-fail-fast"])
    } else {
        emulator(["test", "--no-fail-fast"])
    };
    execute(tests.args(&options.only).env("PICO2_CASES", &folder).env("PICO2_COMMAND", &program))
}

/// Where the programs, images and traces of the tests are.
fn folder() -> PathBuf {
    target_dir().join("pico2")
}

/// Returns a command of cargo in the workspace of the emulator.
fn emulator<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = cargo(arguments);
    command.current_dir(root().join("firmware/rp2350")).env("CARGO_TARGET_DIR", target_dir().join("rp2350"));
    command
}
