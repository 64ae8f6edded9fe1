//! `cargo xtask mcu`: the firmware for microcontrollers, in QEMU, with the components that the host runs.

mod ast1030;
mod checks;
mod elf;
mod figures;
mod guests;
mod machine;
mod memory;
mod tail_calls;

use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;
use clap::Args;

use self::figures::Figures;
use self::guests::Guests;
use self::machine::Machine;
use crate::process::{cargo, command, exists, root, run as execute};
use crate::steps::Done;
use crate::targets;

/// The RP2350's RISC-V cores, and QEMU's.
const RISCV: &str = "riscv32imac-unknown-none-elf";

/// ASPEED's AST1030: a Cortex-M4.
const AST1030: &str = "thumbv7em-none-eabihf";

/// Options of `cargo xtask mcu`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Takes firmware and guests as they are, without building them.
    #[arg(long)]
    built: bool,
}

/// Builds the firmware and runs all checks.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    match missing() {
        Some(reason) => anyhow::bail!("{reason}"),
        None => examine(!options.built),
    }
}

/// Runs all checks where QEMU is installed; it is a step of `cargo xtask test`.
pub(crate) fn check() -> anyhow::Result<Done> {
    if let Some(reason) = missing() {
        return Ok(Done::Skipped(reason));
    }
    examine(true)?;
    Ok(Done::Passed)
}

/// Checks format and lints of the firmware.
pub(crate) fn lint() -> anyhow::Result<Done> {
    targets::ensure(&[targets::FIRMWARE, RISCV, AST1030])?;
    execute(&mut firmware(["fmt", "--all", "--check"]))?;
    for (package, target) in builds() {
        let arguments = ["clippy", "--release", "--package", package, "--target", target, "--", "--deny", "warnings"];
        execute(&mut firmware(arguments))?;
    }
    // Linked too: defmt has a part of the linker's script.
    let features = ["--features", "rtt,defmt", "--target", targets::FIRMWARE];
    let clippy = ["clippy", "--release", "--package", "firmware-pico2"];
    execute(firmware(clippy).args(features).args(["--", "--deny", "warnings"]))?;
    execute(firmware(["build", "--release", "--package", "firmware-pico2"]).args(features))?;
    Ok(Done::Passed)
}

/// Says why the checks cannot run here, if they cannot.
fn missing() -> Option<String> {
    let lacks = |program: &&str| !exists(&mut command(program, ["--version"]));
    let missing: Vec<&str> = ["qemu-system-arm", "qemu-system-riscv32"].into_iter().filter(lacks).collect();
    (!missing.is_empty()).then(|| {
        format!(
            "{} is not installed: `apt-get install -t bookworm-backports qemu-system-arm qemu-system-riscv` (`.ci/run` does it)",
            missing.join(" and ")
        )
    })
}

fn examine(build: bool) -> anyhow::Result<()> {
    if build {
        targets::ensure(&[targets::FIRMWARE, RISCV, AST1030, targets::GUEST])?;
        for (package, target) in builds() {
            execute(&mut firmware(["build", "--release", "--package", package, "--target", target]))?;
        }
    }
    let guests = Guests::prepare(build)?;
    let mut figures = Figures::default();
    figures.linear_memory(memory::linear(&crate::guests::built("weather_nostd"))?);
    for machine in [Machine::An505, Machine::Virt] {
        println!("-- {machine}");
        let firmware = built("firmware-qemu", machine.target());
        tail_calls::check(&firmware)?;
        checks::run(machine, &firmware, &guests, &mut figures).with_context(|| format!("on {machine}"))?;
    }
    println!("-- {}", Machine::Ast1030);
    let firmware = built("firmware-ast1030", AST1030);
    tail_calls::check(&firmware)?;
    ast1030::check(&firmware).with_context(|| format!("on {}", Machine::Ast1030))?;
    for target in [targets::FIRMWARE, RISCV] {
        elf::check_boot_block(&built("firmware-pico2", target))?;
        tail_calls::check(&built("firmware-pico2", target))?;
        let size = elf::Size::of(&built("firmware-pico2", target))?;
        figures.pico2(target, size);
    }
    figures.finish()
}

/// The programs of the firmware: each by itself, since their critical sections exclude each other.
fn builds() -> impl Iterator<Item = (&'static str, &'static str)> {
    let targets = [targets::FIRMWARE, RISCV];
    let both = ["firmware-qemu", "firmware-pico2"].into_iter();
    both.flat_map(move |package| targets.map(|target| (package, target))).chain([("firmware-ast1030", AST1030)])
}

/// Returns a command of cargo in the workspace of the firmware.
pub(crate) fn firmware<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = cargo(arguments);
    command.current_dir(root().join("firmware")).env_remove("CARGO_TARGET_DIR");
    command
}

/// Returns where a program of the firmware is.
pub(crate) fn built(package: &str, target: &str) -> PathBuf {
    root().join("firmware/target").join(target).join("release").join(package)
}
