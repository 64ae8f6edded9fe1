//! `cargo xtask deny`: whether every dependency of every Cargo.lock is what `deny.toml` allows.

use std::path::{Path, PathBuf};

use anyhow::{bail, ensure};

use crate::process::{self, cargo, command};

/// Which checks are made.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Makes no use of the network: checks everything but the advisories
    #[arg(long)]
    offline: bool,
}

/// Runs cargo-deny for each Cargo.lock of the repository.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    ensure!(
        process::exists(&mut cargo(["deny", "--version"])),
        "cargo-deny is not there: `cargo install --locked cargo-deny` installs it"
    );
    let mut failed = Vec::new();
    for manifest in manifests()? {
        println!("== {}", manifest.display());
        let mut deny = cargo(["deny", "--locked", "--config", "deny.toml", "--manifest-path"]);
        deny.arg(&manifest);
        if options.offline {
            deny.args(["--offline", "check", "bans", "licenses", "sources"]);
        } else {
            deny.arg("check");
        }
        if let Err(error) = process::run(&mut deny) {
            println!("{error:#}");
            failed.push(manifest.display().to_string());
        }
    }
    if !failed.is_empty() {
        bail!("the dependencies of {} are not what deny.toml allows", failed.join(", "));
    }
    Ok(())
}

/// Returns the manifests beside which there is a Cargo.lock, from the repository's root.
fn manifests() -> anyhow::Result<Vec<PathBuf>> {
    let list = process::output(&mut command("git", ["ls-files", "Cargo.lock", "*/Cargo.lock"]))?;
    let list = String::from_utf8(list)?;
    Ok(list.lines().map(|lock| Path::new(lock).with_file_name("Cargo.toml")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lock_file_is_looked_at() {
        let manifests = manifests().expect("this is a repository");
        for expected in [
            "Cargo.toml",
            "firmware/Cargo.toml",
            "firmware/rp2350/Cargo.toml",
            "fuzz/Cargo.toml",
            "policy/schema/Cargo.toml",
            "test-host/schema/Cargo.toml",
            "capi/header/Cargo.toml",
        ] {
            assert!(manifests.contains(&PathBuf::from(expected)), "{expected} is not in {manifests:?}");
        }
    }
}
