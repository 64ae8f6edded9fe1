//! What is generated from `wit/`: the guest's bindings, and the copies of the WIT that the published crates carry; and the copy of
//! the C library that the core for Arduino carries.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;

use crate::process::{cargo, output, root};
use crate::{guests, targets};

/// Options of `cargo xtask bindings`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Writes nothing, and fails if something would change.
    #[arg(long)]
    pub(crate) check: bool,
}

/// Makes or checks everything that is generated.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let mut wanted = BTreeMap::new();
    for file in files(&root().join("wit"))? {
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let name = file.file_name().context("a WIT file has a name")?;
        // A path out of a crate would not be packaged, and symbolic links break on Windows: hence copies.
        wanted.insert(root().join("adapt/wit").join(name), bytes.clone());
        wanted.insert(root().join("hal/wit").join(name), bytes.clone());
        wanted.insert(root().join("host/wit").join(name), bytes);
    }
    for name in ["wasm_embedded_hal.c", "wasm_embedded_hal.h"] {
        let file = root().join("guests/c").join(name);
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        wanted.insert(root().join("guests/arduino/core").join(name), bytes);
    }
    let made = |what: &str| output(&mut cargo(["run", "--quiet", "--package", "bindgen", "--", what, "wit"]));
    let mut stale: Vec<PathBuf> = Vec::new();
    for copy in ["adapt/wit", "hal/wit", "host/wit"] {
        stale.extend(files(&root().join(copy))?);
    }
    stale.retain(|file| !wanted.contains_key(file));
    wanted.insert(root().join("hal/src/bindings.rs"), made("rust")?);
    wanted.insert(root().join("host/tests/every-call.wasm"), made("blocking")?);
    wanted.insert(root().join("host/tests/every-call-async.wasm"), made("asynchronous")?);

    for adapter in ["spi-2026", "wasi-drafts"] {
        wanted.insert(root().join("adapt/older").join(adapter).with_extension("wasm"), adapter_component(adapter)?);
    }
    for module in ["entry", "gpio", "i2c", "spi", "uart"] {
        let file = root().join("adapt/older").join(module).with_extension("wasm");
        wanted.insert(file, made(&format!("adapt/older/{module}.wat"))?);
    }
    for module in ["i2c", "spi", "uart"] {
        let file = root().join("adapt/older").join(format!("{module}-compared.wasm"));
        wanted.insert(file, made(&format!("adapt/older/{module}.wat:compared.wat"))?);
    }

    let changed: Vec<_> = wanted.iter().filter(|(file, bytes)| fs::read(file).ok().as_ref() != Some(bytes)).collect();
    if options.check && !(changed.is_empty() && stale.is_empty()) {
        let names: Vec<_> =
            changed.iter().map(|(file, _)| *file).chain(&stale).map(|file| file.display().to_string()).collect();
        bail!("not as its source has it: {}; `cargo xtask bindings` makes it so", names.join(", "));
    }
    for (file, bytes) in changed {
        println!("writing {}", file.display());
        fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))?;
    }
    for file in stale {
        println!("removing {}", file.display());
        fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
    }
    Ok(())
}

/// Builds an adapter component for guests that are components.
fn adapter_component(folder: &str) -> anyhow::Result<Vec<u8>> {
    targets::ensure(&[targets::GUEST])?;
    let package = format!("adapt-{folder}");
    guests::build_package(&package, &["--lib", "--quiet"])?;
    let built = guests::built(&package.replace('-', "_"));
    fs::read(&built).with_context(|| format!("cannot read {}", built.display()))
}

/// Returns the files of a folder; one that is not there has none.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !folder.exists() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}
