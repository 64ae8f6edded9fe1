//! `cargo xtask bench`.

use std::path::PathBuf;

use clap::Args;

use crate::process::{self, cargo};
use crate::{guests, targets};

/// Options of `cargo xtask bench`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Writes the figures as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Times only the jobs whose name contains this text.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// Builds the jobs and times them.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    targets::ensure(&[targets::GUEST])?;
    guests::build_package("bench-guest", &["--lib"])?;
    let mut bench = cargo(["run", "--release", "--package", "bench", "--"]);
    bench.arg(guests::built("bench_guest"));
    if let Some(file) = &options.json {
        bench.arg("--json").arg(std::path::absolute(file)?);
    }
    if let Some(only) = &options.only {
        bench.args(["--only", only]);
    }
    process::run(&mut bench)
}
