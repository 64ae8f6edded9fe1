//! The targets that cargo builds for.

use anyhow::Context as _;

use crate::process::{command, output, run};

/// Guests.
pub(crate) const GUEST: &str = "wasm32-wasip2";
/// The microcontroller that the host and the simulation are checked for.
pub(crate) const FIRMWARE: &str = "thumbv8m.main-none-eabihf";

/// Installs what is missing of these targets.
pub(crate) fn ensure(targets: &[&str]) -> anyhow::Result<()> {
    let Ok(installed) = output(&mut command("rustup", ["target", "list", "--installed"])) else {
        // A toolchain without rustup brings its own targets; cargo says what is missing.
        return Ok(());
    };
    let missing: Vec<&str> =
        targets.iter().copied().filter(|target| !installed.lines().any(|line| line == *target)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("installing {}", missing.join(", "));
    run(command("rustup", ["target", "add"]).args(&missing))
        .context("these targets are needed and could not be installed")
}
