//! What the Pi finds when it has booted: busybox, the modules, the checks, and in `/app` the files under test.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::archive::Archive;

/// The first process, and the commands for checks: what asks for the outside, measures memory, runs a guest, and records one.
const INIT: &[u8] = include_bytes!("../../../test-host/pi/init");
const OUTSIDE: &[u8] = include_bytes!("../../../test-host/pi/outside");
const PEAK: &[u8] = include_bytes!("../../../test-host/pi/peak");
const GUEST: &[u8] = include_bytes!("../../../test-host/pi/guest");
const RECORD: &[u8] = include_bytes!("../../../test-host/pi/record");

/// Writes `initrd` into the folder. The commands are run in their order.
pub(crate) fn pack(folder: &Path, commands: &[&str], files: &[PathBuf]) -> anyhow::Result<()> {
    let mut archive = Archive::default();
    for path in ["dev", "proc", "sys", "tmp", "app", "checks"] {
        archive.folder(path)?;
    }
    archive.file("init", INIT)?;
    archive.file("bin/outside", OUTSIDE)?;
    archive.file("bin/peak", PEAK)?;
    archive.file("bin/guest", GUEST)?;
    archive.file("bin/record", RECORD)?;
    archive.file("bin/busybox", &read(&folder.join("busybox"))?)?;
    archive.link("bin/sh", "busybox")?;
    let modules = folder.join("modules");
    for entry in fs::read_dir(&modules).with_context(|| format!("cannot read {}", modules.display()))? {
        add(&mut archive, "modules", &entry?.path())?;
    }
    for file in files {
        add(&mut archive, "app", file)?;
    }
    for (number, command) in commands.iter().enumerate() {
        archive.file(&format!("checks/{number:03}"), command.as_bytes())?;
    }
    let initrd = folder.join("initrd");
    fs::write(&initrd, archive.finish()?).with_context(|| format!("cannot write {}", initrd.display()))
}

/// Adds a file under its own name.
fn add(archive: &mut Archive, to: &str, file: &Path) -> anyhow::Result<()> {
    let name = file.file_name().and_then(|name| name.to_str());
    let name = name.with_context(|| format!("{} has no file name in UTF-8", file.display()))?;
    archive.file(&format!("{to}/{name}"), &read(file)?)
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}
