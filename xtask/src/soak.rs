//! `cargo xtask soak`: nothing grows, however long it goes on.

use crate::process::{self, cargo};
use crate::targets;
use crate::test::NATIVE;

/// Runs ten million transactions, and then loads, runs and kills ten thousand guests, and prints what this held in memory.
pub(crate) fn run() -> anyhow::Result<()> {
    let native = targets::native()?;
    // All packages, so that they share one build with the other tests.
    let command = ["test", "--target", &native, "--test", "soak"];
    process::run(cargo(command).args(NATIVE).args(["--", "--nocapture"]).env("SOAK", "1"))
}
