//! The guests of this repository, as components.

use std::path::PathBuf;
use std::process::Command;

use crate::process::{cargo, run, target_dir};
use crate::targets;

/// The profile in which guests are shipped.
pub(crate) const PROFILE: &str = "guest";

/// Builds all of them.
pub(crate) fn build() -> anyhow::Result<()> {
    targets::ensure(&[targets::GUEST])?;
    build_package("drivers-demo", &["--bins"])?;
    build_package("scenario-guests", &["--bins"])?;
    build_package("examples", &["--examples"])
}

/// Builds some of the guests of a package.
pub(crate) fn build_package(package: &str, which: &[&str]) -> anyhow::Result<()> {
    run(&mut building(package, which))
}

/// Returns the command that builds some of the guests of a package.
pub(crate) fn building(package: &str, which: &[&str]) -> Command {
    let mut build = cargo(["build", "--package", package, "--target", targets::GUEST, "--profile", PROFILE]);
    build.args(which);
    build
}

/// Returns where a bin or a library's component is.
pub(crate) fn built(name: &str) -> PathBuf {
    target_dir().join(targets::GUEST).join(PROFILE).join(name).with_extension("wasm")
}

/// Returns where an example's component is.
pub(crate) fn built_example(name: &str) -> PathBuf {
    target_dir().join(targets::GUEST).join(PROFILE).join("examples").join(name).with_extension("wasm")
}
