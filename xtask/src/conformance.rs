//! `cargo xtask conformance`: every host by every rule.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::process::{self, cargo};
use crate::steps::Done;
use crate::{guests, targets, test};

/// Options of `cargo xtask conformance`.
#[derive(Debug, Default, Args)]
pub(crate) struct Options {
    /// Examines only this host, `sim` or `linux`; may be given several times.
    #[arg(long, value_name = "HOST")]
    host: Vec<String>,
    /// Examines only by rules whose names begin with this: `I2C`, `SPI-16`; may be given several times.
    #[arg(long, value_name = "RULE")]
    only: Vec<String>,
    /// Writes the report as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Builds the suite's guests, and examines the hosts.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    targets::ensure(&[targets::GUEST])?;
    guests::build_package("conformance-guest", &["--bins"])?;
    let native = targets::native()?;
    // With the packages and one of the tests of `cargo xtask test`: fewer would build Wasmtime once more, with other features.
    let mut build = cargo(["build", "--quiet", "--bin", "conformance", "--test", "tools", "--target", &native]);
    process::run(build.args(test::NATIVE))?;
    let built = process::target_dir().join(&native).join("debug/conformance");
    let components = ["conformance-guest", "conformance-guest-async", "conformance-guest-nostd"].map(guests::built);
    let mut examine = process::command(built, components);
    for host in &options.host {
        examine.args(["--host", host]);
    }
    for rule in &options.only {
        examine.args(["--only", rule]);
    }
    if let Some(file) = &options.json {
        examine.arg("--json").arg(std::path::absolute(file)?);
    }
    // The document is about all hosts, one of which there is only on Linux.
    if cfg!(target_os = "linux") && options.host.is_empty() && options.only.is_empty() {
        examine.arg("--document").arg(process::root().join("docs/conformance.md"));
    }
    process::run(&mut examine)
}

/// Examines all hosts, as a step of `cargo xtask test`, and leaves the report in `target/conformance.json`.
pub(crate) fn check() -> anyhow::Result<Done> {
    let json = process::target_dir().join(Path::new("conformance.json"));
    run(&Options { json: Some(json), ..Options::default() })?;
    Ok(Done::Passed)
}
