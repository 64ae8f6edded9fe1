//! `cargo xtask faults`: published drivers on a board on which things go wrong.

use anyhow::Context as _;

use crate::process::{self, cargo};
use crate::targets;
use crate::test::NATIVE;

/// Runs the drivers, checks what they say against `docs/faults.md`, and prints the table. With `BLESS=1` in the environment it
/// stores a new one.
pub(crate) fn run() -> anyhow::Result<()> {
    targets::ensure(&[targets::GUEST])?;
    let native = targets::native()?;
    // All packages, so that they share one build with the other tests.
    let command = ["test", "--quiet", "--target", &native, "--test", "faults"];
    process::run(cargo(command).args(NATIVE))?;
    let path = process::root().join("docs/faults.md");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    for line in text.lines().filter(|line| line.starts_with('|')) {
        println!("{line}");
    }
    Ok(())
}
