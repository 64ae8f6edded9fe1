//! The targets that cargo builds for.

use std::env;

use anyhow::Context as _;

use crate::process::{command, output, run};

/// Guests.
pub(crate) const GUEST: &str = "wasm32-wasip2";
/// The microcontroller that the host and the simulation are checked for.
pub(crate) const FIRMWARE: &str = "thumbv8m.main-none-eabihf";

/// Returns the target of the machine itself. Naming it, where cargo would take it anyway, keeps everything in one folder with
/// what the runner of the guests builds, which must name it: so Wasmtime is built once.
pub(crate) fn native() -> anyhow::Result<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = output(&mut command(rustc, ["-vV"]))?;
    let version = String::from_utf8_lossy(&version);
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("`rustc -vV` names no host")?.to_owned())
}
/// Boards with 32-bit ARM processors, for which guests are interpreted.
pub(crate) const ARMV7: &str = "armv7-unknown-linux-gnueabihf";
/// The Raspberry Pi, as static programs; `.cargo/config.toml` says how they are linked.
pub(crate) const PI: &str = "aarch64-unknown-linux-musl";

/// Installs what is missing of these targets.
pub(crate) fn ensure(targets: &[&str]) -> anyhow::Result<()> {
    let Ok(installed) = output(&mut command("rustup", ["target", "list", "--installed"])) else {
        // A toolchain without rustup brings its own targets; cargo says what is missing.
        return Ok(());
    };
    let installed = String::from_utf8_lossy(&installed);
    let missing: Vec<&str> =
        targets.iter().copied().filter(|target| !installed.lines().any(|line| line == *target)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("installing {}", missing.join(", "));
    run(command("rustup", ["target", "add"]).args(&missing))
        .context("these targets are needed and could not be installed")
}
