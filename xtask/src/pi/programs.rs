//! What the Pi runs: the host as a static program without a compiler, guests that are compiled here, and the native examples of
//! `wasm-embedded-linux`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::native;
use crate::process::{cargo, command, root, run, target_dir};
use crate::{guests, program, targets};

/// The profile of programs for small boards.
const PROFILE: &str = "board";
/// The guests: examples, and programs of other packages.
const EXAMPLES: [&str; 12] = [
    "i2cdetect",
    "thermometer",
    "eeprom",
    "clock",
    "spi_id",
    "blinky",
    "button",
    "logger_async",
    "encoder_async",
    "pwm_fade",
    "adc_read",
    "uart_echo",
];
const OTHERS: [&str; 6] =
    ["flash", "refusals", "misbehave", "replugged", "conformance-guest", "conformance-guest-async"];

/// Builds everything, and returns the files for the Pi's folder `/app`.
pub(crate) fn build(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    println!("== building the programs for the Pi (some minutes the first time)");
    targets::ensure(&[targets::GUEST, targets::PI])?;
    guests::build()?;
    guests::build_package("test-guests", &["--bin", "refusals", "--bin", "misbehave", "--bin", "replugged"])?;
    guests::build_package("conformance-guest", &["--bins"])?;
    let package = ["build", "--package", "wasm-embedded-rt", "--bin", "wasm-embedded-rt"];
    run(cargo(package).args(["--no-default-features", "--target", targets::PI, "--profile", PROFILE]))?;
    let built = target_dir().join(targets::PI).join(PROFILE);
    let host = built.join("wasm-embedded-rt");
    println!("   the static program has {} bytes", fs::metadata(&host).context("it was not built")?.len());
    let examples = ["build", "--package", "wasm-embedded-linux", "--examples"];
    run(cargo(examples).args(["--target", targets::PI, "--profile", PROFILE]))?;
    run(cargo(package).args(["--features", "cross", "--target", &targets::native()?]))?;
    let compiler = program::path()?;

    let app = folder.join("app");
    fs::create_dir_all(&app).with_context(|| format!("cannot make {}", app.display()))?;
    let mut files = vec![host];
    files.extend(native::EXAMPLES.map(|name| built.join("examples").join(name)));
    for component in EXAMPLES.into_iter().chain(OTHERS).map(guest) {
        let name = component.file_stem().context("a component has a name")?;
        let code = app.join(name).with_extension("cwasm");
        let mut compile = command(&compiler, ["compile", "--target", targets::PI, "--output"]);
        // Here nobody runs this code: the user's list of what may be run is not for it.
        run(compile.arg(&code).arg(&component).env("XDG_STATE_HOME", folder))?;
        files.push(code);
    }
    let policies = root().join("test-host/pi/policies");
    for policy in fs::read_dir(&policies).with_context(|| format!("cannot read {}", policies.display()))? {
        files.push(policy?.path());
    }
    Ok(files)
}

/// Returns the component of a guest.
pub(crate) fn guest(name: &str) -> PathBuf {
    if EXAMPLES.contains(&name) { guests::built_example(name) } else { guests::built(name) }
}
