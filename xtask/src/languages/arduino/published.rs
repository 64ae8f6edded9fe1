//! Published libraries, fetched from PyPI and npm, pinned by hash, and unchanged.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use crate::languages::tools::Tools;
use crate::process::{self, exists, root};

/// Packages of npm: name, version, and hash as npm states it.
const PACKAGES: [(&str, &str, &str); 2] = [
    (
        "node-pixel",
        "0.11.0",
        "sha512-nVByJlbqh5rgCbjUXibAm5Z8H/+nqejPUWlF0pMX+z6CqSeHD4QOJ97JqlYY1DoQrRcWtWDizS6iOhGI2Zqgqg==",
    ),
    (
        "node-intertechno-sender",
        "0.0.4",
        "sha512-ImhuU4lzge2JRZsN3e1Wy+jPNCEl8igHeNpFsh+yJUuqTPh1HwhvQgCZ4u/e+ySTOAspConQLPe/hdmMguWdsA==",
    ),
];

/// A sketch of `guests/arduino/tests/published`, the libraries that it uses, and what is defined for them.
type Sketch = (&'static str, &'static [&'static str], &'static [&'static str]);

const SKETCHES: [Sketch; 6] = [
    ("radio", &["pyrf24-0.6.0/RF24"], &[]),
    ("network", &["pyrf24-0.6.0/RF24", "pyrf24-0.6.0/RF24Network"], &[]),
    ("mesh", &["pyrf24-0.6.0/RF24", "pyrf24-0.6.0/RF24Network", "pyrf24-0.6.0/RF24Mesh"], &[]),
    // Its list of boards ends with an error; this is the one in it that has no registers of a processor.
    ("firmata", &["node-pixel/firmware/src/libs/firmata/arduino"], &["ARDUINO_LINUX"]),
    ("message", &["pjon_cython-12.0.0/PJON"], &[]),
    ("outlet", &["node-intertechno-sender/externals/rcswitch-pi"], &[]),
];

/// Builds and runs the sketches with the libraries as they were published.
pub(super) fn check(tools: &Tools, host: &Path, folder: &Path) -> anyhow::Result<()> {
    let libraries = folder.join("arduino-libraries");
    fetch(tools, &libraries)?;
    for (name, used, defines) in SKETCHES {
        let used: Vec<PathBuf> = used.iter().map(|library| libraries.join(library)).collect();
        super::run(tools, host, folder, &root().join("guests/arduino/tests/published").join(name), &used, defines)?;
    }
    Ok(())
}

/// Fetches and unpacks what is not there yet.
fn fetch(tools: &Tools, folder: &Path) -> anyhow::Result<()> {
    let requirements = root().join("guests/arduino/tests/published/requirements.txt");
    let done = folder.join("fetched.txt");
    let wanted = format!("{}{PACKAGES:?}", fs::read_to_string(&requirements)?);
    if fs::read_to_string(&done).is_ok_and(|fetched| fetched == wanted) {
        return Ok(());
    }
    println!("== fetching Arduino libraries into {}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut pip = tools.python(&["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]);
    process::run(pip.args(["--require-hashes", "-r"]).arg(&requirements).arg("-d").arg(folder))?;
    ensure!(exists(&mut process::command("npm", ["--version"])), "npm is not installed: `apt-get install npm`");
    for (name, version, hash) in PACKAGES {
        let mut npm = process::command("npm", ["pack", "--silent", "--json", "--pack-destination"]);
        let packed = process::output(npm.arg(folder).arg(format!("{name}@{version}")))?;
        let packed = String::from_utf8(packed).context("npm says what it packed in text")?;
        ensure!(packed.contains(hash), "{name} has another hash than the pinned one: {packed}");
        // Every archive of npm holds a folder `package`.
        unpack(&folder.join(format!("{name}-{version}.tgz")), &folder.join(name), &["--strip-components=1"])?;
    }
    for archive in fs::read_dir(folder)? {
        let archive = archive?.path();
        if archive.extension().is_some_and(|extension| extension == "gz") {
            unpack(&archive, folder, &[])?;
        }
    }
    fs::write(&done, wanted).with_context(|| format!("cannot write {}", done.display()))
}

fn unpack(archive: &Path, folder: &Path, options: &[&str]) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    process::run(process::command("tar", ["-xzf"]).arg(archive).arg("-C").arg(folder).args(options))
}
