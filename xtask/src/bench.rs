//! `cargo xtask bench`.

use std::path::PathBuf;

use clap::Args;

use crate::process::{self, cargo, exists, root, target_dir};
use crate::steps::Done;
use crate::{guests, targets, test};

/// Options of `cargo xtask bench`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Writes the figures as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Times only the jobs whose name contains this text.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Counts instructions, and compares them with those of `bench/counts.json`; needs valgrind.
    #[arg(long)]
    counts: bool,
    /// Stores the counts.
    #[arg(long, requires = "counts")]
    bless: bool,
}

/// Builds the jobs and times them.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    if options.counts {
        if let Done::Skipped(reason) = count(options.bless)? {
            anyhow::bail!(reason);
        }
        return Ok(());
    }
    let component = component()?;
    let native = targets::native()?;
    let mut bench = cargo(["run", "--release", "--package", "bench", "--target", &native, "--", "table"]);
    bench.arg(component);
    if let Some(file) = &options.json {
        bench.arg("--json").arg(std::path::absolute(file)?);
    }
    if let Some(only) = &options.only {
        bench.args(["--only", only]);
    }
    process::run(&mut bench)
}

/// Counts the instructions of the calls, and fails if one takes more than is stored.
pub(crate) fn count(bless: bool) -> anyhow::Result<Done> {
    if !exists(&mut process::command("valgrind", ["--version"])) {
        return Ok(Done::Skipped("valgrind is not installed: `apt-get install valgrind`".into()));
    }
    let component = component()?;
    let native = targets::native()?;
    // The bench of the tests: with the packages of the tests, so that Wasmtime is not built for it alone.
    let packages = [&test::NATIVE[..], &["--target", &native]].concat();
    process::run(cargo(["test", "--quiet", "--no-run", "--test", "quick"]).args(packages))?;
    let mut bench = process::command(target_dir().join(native).join("debug/bench"), ["count"]);
    bench.arg(component).arg("--stored").arg(root().join("bench/counts.json"));
    bench.arg("--folder").arg(target_dir().join("counts"));
    if bless {
        bench.arg("--bless");
    }
    process::run(&mut bench)?;
    Ok(Done::Passed)
}

/// Builds the component with the jobs.
fn component() -> anyhow::Result<PathBuf> {
    targets::ensure(&[targets::GUEST])?;
    guests::build_package("bench-guest", &["--lib"])?;
    Ok(guests::built("bench_guest"))
}
