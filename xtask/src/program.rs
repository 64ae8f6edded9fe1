//! The program `wasm-embedded-rt` of this machine, for the steps that run guests with it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::process::{self, cargo, target_dir};
use crate::targets;
use crate::test::NATIVE;

/// Whether the program is built together with the tests.
static WITH_TESTS: AtomicBool = AtomicBool::new(false);

/// Has [`build`] build the tests too, from now on. Cargo builds Wasmtime again for another set of packages, because another set turns on
/// other features of the crates that they share: five minutes that a run of all tests need not spend.
pub(crate) fn build_with_tests() {
    WITH_TESTS.store(true, Ordering::Relaxed);
}

/// Builds the program, and returns its path.
pub(crate) fn build() -> anyhow::Result<PathBuf> {
    let native = targets::native()?;
    let mut build = if WITH_TESTS.load(Ordering::Relaxed) {
        let mut tests = cargo(["test", "--quiet", "--no-run"]);
        tests.args(NATIVE);
        tests
    } else {
        cargo(["build", "--package", "wasm-embedded-rt"])
    };
    process::run(build.args(["--target", &native]))?;
    path()
}

/// Returns its path, for those who were told that it is built.
pub(crate) fn path() -> anyhow::Result<PathBuf> {
    Ok(target_dir().join(targets::native()?).join("debug/wasm-embedded-rt"))
}
