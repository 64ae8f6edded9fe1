//! `cargo xtask dist`: the command as programs that one can install.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use sha2::{Digest as _, Sha256};

use crate::process::{self, cargo, command, output, root, target_dir};
use crate::targets;

mod deb;
mod npm;
mod tree;
mod wheel;

use tree::Parts;

/// Options of `cargo xtask dist`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// A target to build for; all of them if none is named
    #[arg(long, value_name = "TARGET")]
    target: Vec<String>,
    /// Where the archives go
    #[arg(long, value_name = "FOLDER", default_value = "target/dist")]
    out: PathBuf,
    /// Packs this program for every target, and builds nothing: to look at the packages
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

/// A machine that there are packages for.
#[derive(Debug)]
pub(crate) struct Machine {
    target: &'static str,
    /// Debian's architecture (`dpkg --print-architecture`).
    debian: &'static str,
    /// Node's `process.arch`.
    node: &'static str,
    /// The platform tags of Python wheels (PEP 600, PEP 656).
    wheel: &'static str,
    /// How cargo builds for it: guests are compiled, or where Cranelift knows no such processor, interpreted.
    build: &'static [&'static str],
    /// What cargo's build needs in its environment.
    env: &'static [(&'static str, &'static str)],
}

/// The static programs run on every Linux of their processor: those for 64 bits with musl, that for 32 bits with glibc, which has to
/// be said to pip.
const MACHINES: [Machine; 3] = [
    Machine {
        target: "x86_64-unknown-linux-musl",
        debian: "amd64",
        node: "x64",
        wheel: "manylinux_2_17_x86_64.musllinux_1_1_x86_64",
        build: &["--release"],
        // Wasmtime has a few lines of C that call nothing: any compiler for the processor will do.
        env: &[("CC_x86_64_unknown_linux_musl", "cc")],
    },
    Machine {
        target: targets::PI,
        debian: "arm64",
        node: "arm64",
        wheel: "manylinux_2_17_aarch64.musllinux_1_1_aarch64",
        build: &["--release"],
        env: &[],
    },
    Machine {
        target: targets::ARMV7,
        debian: "armhf",
        node: "arm",
        wheel: "manylinux_2_17_armv7l",
        build: &["--profile", "board", "--no-default-features", "--features", "manual,serve"],
        env: &[
            ("CARGO_TARGET_ARMV7_UNKNOWN_LINUX_GNUEABIHF_LINKER", "arm-linux-gnueabihf-gcc"),
            ("CARGO_TARGET_ARMV7_UNKNOWN_LINUX_GNUEABIHF_RUSTFLAGS", "-Ctarget-feature=+crt-static"),
        ],
    },
];

/// Builds the command for the machines, and packs it.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let known = MACHINES.map(|machine| machine.target);
    if let Some(unknown) = options.target.iter().find(|target| !known.contains(&target.as_str())) {
        bail!("there are no packages for {unknown}; the targets are {}", known.join(", "));
    }
    let wanted = |machine: &&Machine| options.target.is_empty() || options.target.iter().any(|t| t == machine.target);
    let machines: Vec<&Machine> = MACHINES.iter().filter(wanted).collect();
    let out = std::path::absolute(root().join(&options.out))?;
    let _ = fs::remove_dir_all(&out);
    fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;

    let own = own_program(options)?;
    let parts = Parts::make(&own, &out.join("parts"))?;
    for machine in &machines {
        let program = match &options.program {
            Some(program) => root().join(program),
            None => machine.build()?,
        };
        let size = fs::metadata(&program).with_context(|| format!("{} is missing", program.display()))?.len();
        println!("{}: {:.1} MB", machine.target, tree::mega(size));
        parts.archive(machine, &program, &out)?;
        deb::pack(&parts, machine, &program, &out)?;
        wheel::pack(machine, &program, &out)?;
        npm::pack(machine, &program, &out)?;
    }
    npm::pack_launcher(&out)?;
    sbom(&out)?;
    fs::remove_dir_all(out.join("parts"))?;
    sums(&out)
}

/// Returns a program that runs on this machine, which writes its own man pages and completions.
fn own_program(options: &Options) -> anyhow::Result<PathBuf> {
    if let Some(program) = &options.program {
        return Ok(root().join(program));
    }
    let native = targets::native()?;
    process::run(&mut cargo(["build", "--package", "wasm-embedded-rt", "--target", &native]))?;
    Ok(target_dir().join(native).join("debug/wasm-embedded-rt"))
}

impl Machine {
    fn build(&self) -> anyhow::Result<PathBuf> {
        targets::ensure(&[self.target])?;
        let mut build = cargo(["build", "--locked", "--package", "wasm-embedded-rt", "--target", self.target]);
        build.args(self.build).envs(self.env.iter().copied());
        process::run(&mut build)?;
        let profile = if self.build.contains(&"--release") { "release" } else { "board" };
        Ok(target_dir().join(self.target).join(profile).join("wasm-embedded-rt"))
    }
}

/// Writes what the program is made of, as CycloneDX, if the tool for it is there.
fn sbom(out: &Path) -> anyhow::Result<()> {
    if !process::exists(&mut cargo(["cyclonedx", "--version"])) {
        println!("no SBOM: `cargo install cargo-cyclonedx` brings the tool");
        return Ok(());
    }
    let name = "wasm-embedded-rt.cdx";
    let manifest = ["--manifest-path", "test-host/Cargo.toml"];
    process::run(cargo(["cyclonedx", "--format", "json", "--override-filename", name]).args(manifest))?;
    let made = root().join("test-host").join(name).with_extension("cdx.json");
    fs::rename(&made, out.join("wasm-embedded-rt.cdx.json")).with_context(|| format!("{} is missing", made.display()))
}

/// Writes the checksums of all files, in the form that `sha256sum --check` reads.
fn sums(out: &Path) -> anyhow::Result<()> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(out)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let digest = Sha256::digest(fs::read(&path).with_context(|| format!("cannot read {name}"))?);
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        lines.push((name.clone(), format!("{digest}  {name}\n")));
    }
    lines.sort();
    fs::write(out.join("SHA256SUMS"), lines.into_iter().map(|(_, line)| line).collect::<String>())?;
    println!("packages in {}", out.display());
    Ok(())
}

/// Returns the time of all files in the packages, in seconds since 1970: that of the last commit, so that two builds are the same.
fn epoch() -> anyhow::Result<String> {
    let time = output(&mut command("git", ["log", "-1", "--format=%ct"])).context("the time of the last commit")?;
    Ok(String::from_utf8_lossy(&time).trim().to_owned())
}

/// Packs folders and files with tar, the same each time.
fn tar<S: AsRef<OsStr>>(folder: &Path, into: &Path, names: impl IntoIterator<Item = S>) -> anyhow::Result<()> {
    let time = format!("--mtime=@{}", epoch()?);
    let mut tar = command("tar", ["--create", "--sort=name", "--owner=0", "--group=0", "--numeric-owner", &time]);
    tar.args(["--use-compress-program=gzip -9n", "--file"]).arg(into).arg("--directory").arg(folder).args(names);
    process::run(&mut tar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_is_one_that_systemd_understands() {
        let analyze = || command("systemd-analyze", ["--version"]);
        if !process::exists(&mut analyze()) {
            eprintln!("skipped: systemd-analyze is not installed: `apt-get install systemd`");
            return;
        }
        let unit = fs::read_to_string(root().join("packaging/systemd/wasm-embedded-rt@.service")).expect("the unit");
        let verify = |unit: &str| {
            let folder = target_dir().join("units").join(std::process::id().to_string());
            fs::create_dir_all(&folder).expect("a folder");
            // Any program that is there: systemd looks whether it is.
            let path = folder.join("wasm-embedded-rt@station.service");
            fs::write(&path, unit.replace("/usr/bin/wasm-embedded-rt", "/bin/true")).expect("a file");
            let verified = command("systemd-analyze", ["verify", "--man=no"]).arg(&path).output().expect("it starts");
            fs::remove_dir_all(&folder).expect("it is ours");
            (verified.status.success(), String::from_utf8_lossy(&verified.stderr).into_owned())
        };
        let (is_well, said) = verify(&unit);
        assert!(is_well && !said.contains("wasm-embedded-rt@"), "{said}");
        let (_, said) = verify(&unit.replace("WatchdogSec=30", "WachdogSec=30"));
        assert!(said.contains("WachdogSec"), "a slip is found: {said}");
    }

    #[test]
    fn each_machine_is_named_once_to_everybody() {
        let names = |of: fn(&Machine) -> &'static str| {
            let mut names: Vec<_> = MACHINES.iter().map(of).collect();
            names.sort_unstable();
            names.dedup();
            names.len()
        };
        assert_eq!(names(|machine| machine.target), MACHINES.len());
        assert_eq!(names(|machine| machine.debian), MACHINES.len());
        assert_eq!(names(|machine| machine.node), MACHINES.len());
        assert_eq!(names(|machine| machine.wheel), MACHINES.len());
        let manifest = fs::read_to_string(root().join("test-host/Cargo.toml")).expect("the manifest");
        assert!(manifest.contains("[package.metadata.binstall]"), "cargo binstall finds the archives");
    }
}
