//! What has to be there before the Pi can be booted: QEMU, `fdtput`, and what `test-host/pi/fetch.sh` gathers.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::process::{command, exists, output, root, run_redirected};

/// The script that installs and gathers everything; a copy beside what it gathered tells which version did.
const FETCH: &str = include_str!("../../../test-host/pi/fetch.sh");
/// The first QEMU that this was seen to work with. 7.2, which Debian 12 has by itself, lacks the Pi's I2C and SPI.
const QEMU: u32 = 10;
/// What installs it; the paths are those from the root of the repository.
const COMMAND: &str = "test-host/pi/fetch.sh target/pi";

/// The emulator.
pub(crate) const EMULATOR: &str = "qemu-system-aarch64";

/// Returns the folder of all files of the Pi, those gathered and those made for a run.
///
/// It is the same whatever `CARGO_TARGET_DIR` says, so that things are fetched once.
pub(crate) fn folder() -> PathBuf {
    root().join("target/pi")
}

/// Returns why the Pi cannot be booted here and what to do about it, or `None` if it can.
pub(crate) fn missing() -> Option<String> {
    let what = if fs::read_to_string(folder().join("fetch.sh")).ok().as_deref() != Some(FETCH) {
        "the emulated Pi's kernel and modules are not there, or were made by another version of fetch.sh".to_owned()
    } else if !exists(&mut command("fdtput", ["--version"])) {
        "fdtput is not installed".to_owned()
    } else {
        match emulator() {
            Some(QEMU..) => return None,
            Some(version) => format!("QEMU {version} is installed, but {QEMU} is needed"),
            None => format!("{EMULATOR} is not installed"),
        }
    };
    Some(format!("{what}: `{COMMAND}` installs everything (as root, on a Debian 12; about two minutes)"))
}

/// Installs and gathers what is missing, or returns why that cannot be done here.
pub(crate) fn ensure() -> anyhow::Result<Option<String>> {
    let folder = folder();
    // Made here, so that it is ours even if the script has to be run with sudo.
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let Some(reason) = missing() else { return Ok(None) };
    if !exists(&mut command("apt-get", ["--version"])) || !root_runs()? {
        return Ok(Some(reason));
    }
    let log = folder.join("fetch.log");
    println!("== setting up the emulated Pi, about two minutes; details in {}", log.display());
    let file = fs::File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
    let mut fetch = command(root().join("test-host/pi/fetch.sh"), [&folder]);
    run_redirected(fetch.stdout(file.try_clone()?).stderr(file)).with_context(|| {
        format!("the set-up failed; the end of {}:\n{}", log.display(), super::tail(&log).unwrap_or_default())
    })?;
    Ok(missing())
}

/// Returns the major version of the installed emulator.
fn emulator() -> Option<u32> {
    // "QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)"
    let text = String::from_utf8(output(&mut command(EMULATOR, ["--version"])).ok()?).ok()?;
    text.strip_prefix("QEMU emulator version ")?.split('.').next()?.parse().ok()
}

/// Returns whether this runs as root.
fn root_runs() -> anyhow::Result<bool> {
    Ok(output(&mut command("id", ["-u"]))?.trim_ascii() == b"0")
}
