//! `cargo xtask link-matrix`: a guest links whatever it uses of the hal, and however it is compiled.
//!
//! Which objects of the hal a linker takes depends on what the guest calls, on what was inlined and on how the crate was cut into
//! codegen units. So this builds guests that use one thing each, as a user would: in a package of their own, with a path to the
//! hal, by every combination of optimisation, number of codegen units, incremental or not, and kind of LTO.

mod uses;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, bail};
use clap::Args;

use self::uses::{USES, Use};
use crate::process::{cargo, root, target_dir};
use crate::steps::Done;
use crate::targets;

/// Options of `cargo xtask link-matrix`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Builds only by the ways whose name contains this text, as in `opt-2`.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// One way to compile the guests.
#[derive(Clone, Copy, Debug)]
struct Way {
    opt_level: &'static str,
    units: &'static str,
    incremental: bool,
    /// As in a profile: `false` lets the units of one crate be optimised together, `off` does not even do that.
    lto: &'static str,
}

impl Way {
    fn name(self) -> String {
        let incremental = if self.incremental { "-incremental" } else { "" };
        let lto = if self.lto == "false" { String::new() } else { format!("-lto-{}", self.lto) };
        format!("opt-{}-units-{}{lto}{incremental}", self.opt_level, self.units)
    }
}

/// Returns all ways.
fn ways() -> Vec<Way> {
    let mut ways = Vec::new();
    for opt_level in ["0", "2", "s"] {
        for units in ["1", "16", "256"] {
            ways.extend([false, true].map(|incremental| Way { opt_level, units, incremental, lto: "false" }));
        }
    }
    for lto in ["off", "thin", "fat"] {
        ways.push(Way { opt_level: "3", units: "16", incremental: false, lto });
    }
    ways
}

/// Builds every guest in every way, or in some.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    targets::ensure(&[targets::GUEST])?;
    let mut ways = ways();
    if let Some(only) = &options.only {
        ways.retain(|way| way.name().contains(only.as_str()));
    }
    if ways.is_empty() {
        bail!("no way to compile has a name like that");
    }
    build(&ways)
}

/// Builds the guests in two of the ways, which differ in everything: for CI.
pub(crate) fn check() -> anyhow::Result<Done> {
    let (incremental, optimised) = (
        Way { opt_level: "2", units: "256", incremental: true, lto: "false" },
        Way { opt_level: "s", units: "16", incremental: false, lto: "false" },
    );
    build(&[incremental, optimised])?;
    Ok(Done::Passed)
}

/// Builds and examines the guests, and names what does not link.
fn build(ways: &[Way]) -> anyhow::Result<()> {
    let folder = target_dir().join("link-matrix");
    write_package(&folder)?;
    let mut failures = Vec::new();
    for way in ways {
        let built = compile(&folder, *way)?;
        for (name, usage) in guests() {
            if let Err(error) = examine(&built.join(&name).with_extension("wasm"), &name, usage) {
                failures.push(format!("{}: {name}: {error:#}", way.name()));
            }
        }
        println!("{}: {} guests", way.name(), guests().count());
    }
    for failure in &failures {
        println!("FAILED: {failure}");
    }
    if !failures.is_empty() {
        bail!("{} of {} guests do not link", failures.len(), ways.len() * guests().count());
    }
    Ok(())
}

/// Returns the names of all guests, and what each uses.
fn guests() -> impl Iterator<Item = (String, &'static Use)> {
    USES.iter()
        .flat_map(|usage| usage.starts().iter().map(move |start| (format!("{}-{}", usage.name, start.name()), usage)))
}

/// Writes the package of the guests. A file that is there already stays untouched, so that cargo finds it fresh.
fn write_package(folder: &Path) -> anyhow::Result<()> {
    let hal = root().join("hal");
    let manifest = format!(
        "[package]\nname = \"link-matrix\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\nwasm-embedded-hal = {{ path = {hal:?} }}\n\
         embedded-hal = \"1\"\nembedded-hal-async = \"1\"\nembedded-io = \"0.7\"\nembedded-io-async = \"0.7\"\nlog = {{ version = \"0.4\", default-features = false }}\n\n\
         [profile.dev]\ndebug = false\n\n[workspace]\n",
    );
    let bins = folder.join("src/bin");
    fs::create_dir_all(&bins).with_context(|| format!("cannot make {}", bins.display()))?;
    write(&folder.join("Cargo.toml"), &manifest)?;
    let lock = folder.join("Cargo.lock");
    if !lock.exists() {
        // The versions of the workspace; cargo leaves out what is not needed.
        fs::copy(root().join("Cargo.lock"), &lock).with_context(|| format!("cannot write {}", lock.display()))?;
    }
    let mut wanted = Vec::new();
    for usage in USES {
        for start in usage.starts() {
            let file = bins.join(format!("{}-{}.rs", usage.name, start.name()));
            write(&file, &start.program(usage))?;
            wanted.push(file);
        }
    }
    for entry in fs::read_dir(&bins).with_context(|| format!("cannot read {}", bins.display()))? {
        let file = entry?.path();
        if !wanted.contains(&file) {
            fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
        }
    }
    Ok(())
}

/// Writes a file, unless it has this text.
fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    if fs::read_to_string(file).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

/// Compiles all guests in one way, as far as they link, and returns the folder of their components.
fn compile(folder: &Path, way: Way) -> anyhow::Result<PathBuf> {
    let target = folder.join(way.name());
    let built = target.join(targets::GUEST).join("debug");
    // One that does not link any more must not be found from before.
    for (name, _) in guests() {
        let file = built.join(&name).with_extension("wasm");
        if file.exists() {
            fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
        }
    }
    let mut command = cargo(["build", "--quiet", "--bins", "--keep-going", "--target", targets::GUEST, "--target-dir"]);
    command.arg(&target).current_dir(folder);
    command.env("CARGO_PROFILE_DEV_OPT_LEVEL", way.opt_level).env("CARGO_PROFILE_DEV_CODEGEN_UNITS", way.units);
    command.env("CARGO_PROFILE_DEV_LTO", way.lto).env("CARGO_INCREMENTAL", if way.incremental { "1" } else { "0" });
    // Every guest is examined below: the linker's pages of arguments would hide which ones failed.
    let output = command.stdin(Stdio::null()).output().context("cannot start cargo")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() && !said.contains("linking with") {
        bail!("the guests do not compile with {}:\n{said}", way.name());
    }
    Ok(built)
}

/// Looks whether a component is there and has what its guest uses.
fn examine(file: &Path, name: &str, usage: &Use) -> anyhow::Result<()> {
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(_) => bail!("the linker refuses it"),
    };
    let has = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    for interface in usage.imports {
        let name = format!("wasm-embedded:hal/{interface}@");
        if !has(&name) {
            bail!("it does not import {name}, so it checks nothing");
        }
    }
    // A host without asynchronous calls refuses a component that names them, even if it never makes one.
    if !name.contains("async") && has("[waitable-set-") {
        bail!("it waits for the host, though it has no asynchronous entry");
    }
    // Without it the C library's allocator answers, and every reply of more than 16 bytes is in the wrong place.
    if !usage.imports.is_empty() && !has("cabi_import_realloc") {
        bail!("it has no `cabi_import_realloc`");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_public_type_of_the_hal_is_used_alone() {
        let library = fs::read_to_string(root().join("hal/src/lib.rs")).expect("the hal's root can be read");
        let exported = library.lines().filter_map(|line| line.strip_prefix("pub use "));
        let names = exported.flat_map(|path| {
            let (_, names) = path.rsplit_once("::").expect("exports are paths");
            names.trim_end_matches(';').trim_matches(['{', '}']).split(", ").map(str::to_owned).collect::<Vec<_>>()
        });
        let names: Vec<String> = names.filter(|name| !name.contains("Error") && name != "main").collect();
        assert!(names.len() > 10, "the exports were not understood: {names:?}");
        for name in names {
            let path = format!("wasm_embedded_hal::{name}");
            assert!(USES.iter().any(|usage| usage.body.contains(&path)), "no guest of the matrix uses {path} alone");
        }
    }

    #[test]
    fn the_ways_are_all_combinations_and_the_kinds_of_lto() {
        let names: Vec<String> = ways().into_iter().map(Way::name).collect();
        assert_eq!(names.len(), 3 * 3 * 2 + 3);
        assert!(names.contains(&"opt-2-units-256-incremental".to_owned()), "{names:?}");
    }
}
