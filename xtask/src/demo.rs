//! `cargo xtask demo`: the main job.

use std::fs;
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};

use crate::process::{self, exists, output, root, target_dir};
use crate::steps::Done;
use crate::{guests, program, targets};

/// Builds the weather station and the host, and runs it in simulation.
pub(crate) fn run() -> anyhow::Result<()> {
    targets::ensure(&[targets::GUEST])?;
    println!("== building the guest: unmodified bme280 and ssd1306 drivers, as one component");
    // At the same time as the host, which alone leaves a core idle at its beginning and end. It says nothing unless it fails: two
    // builds cannot share a terminal.
    let mut guest = guests::building("drivers-demo", &["--no-default-features", "--bin", "weather", "--quiet"]);
    let guest = guest.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let guest = guest.context("cannot start cargo")?;
    println!("== building the host (some minutes the first time: Wasmtime is compiled)");
    let host = program::build();
    let guest = guest.wait_with_output().context("cannot build the guest")?;
    if !guest.status.success() {
        bail!("the guest was not built:\n{}", String::from_utf8_lossy(&guest.stderr));
    }
    let host = host?;

    let folder = target_dir().join("demo");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let component = folder.join("weather.wasm");
    fs::copy(guests::built("weather"), &component).context("the component was not built")?;
    println!("== running it in simulation: 21.5 °C, 45.0 %, 1013.25 hPa");
    let (picture, trace) = (folder.join("oled.png"), folder.join("trace.vcd"));
    let mut screenshot = std::ffi::OsString::from("oled=");
    screenshot.push(&picture);
    let mut host = process::command(host, ["run"]);
    host.arg(&component).arg("--policy").arg(root().join("drivers-demo/policies/weather.toml"));
    host.arg("--display").arg("--screenshot").arg(screenshot).arg("--trace").arg(&trace);
    process::run(&mut host)?;
    println!("== left in {}", folder.display());
    println!("   oled.png      what the display shows");
    println!("   trace.vcd     every wire, for PulseView and GTKWave");
    println!("   weather.wasm  the component, {} bytes", fs::metadata(&component)?.len());
    println!("== to see a board in a browser, and to work it:");
    println!("   cd drivers-demo && cargo run --bin panel -- --policy policies/panel.toml --board");
    Ok(())
}

/// Runs the demo twice and compares what it leaves.
pub(crate) fn check() -> anyhow::Result<Done> {
    let left = || -> anyhow::Result<_> {
        run()?;
        let folder = target_dir().join("demo");
        Ok((fs::read(folder.join("trace.vcd"))?, fs::read(folder.join("oled.png"))?))
    };
    let first = left()?;
    let start = Instant::now();
    let second = left()?;
    println!("== the second run took {:.1} s", start.elapsed().as_secs_f64());
    ensure!(first == second, "two runs left different traces or pictures in {}", target_dir().join("demo").display());
    Ok(Done::Passed)
}

/// Has an independent decoder read the demo's trace: sigrok, as PulseView uses it.
pub(crate) fn decode() -> anyhow::Result<Done> {
    if !exists(&mut process::command("sigrok-cli", ["--version"])) {
        return Ok(Done::Skipped("sigrok-cli is not installed: `apt-get install sigrok-cli`".into()));
    }
    let trace = target_dir().join("demo/trace.vcd");
    let mut sigrok = process::command("sigrok-cli", ["-I", "vcd:downsample=1000", "-i"]);
    sigrok.arg(&trace).args(["-P", "i2c:scl=SCL:sda=SDA", "-A", "i2c=addr-data"]);
    let decoded = output(&mut sigrok)?;
    let decoded = String::from_utf8_lossy(&decoded);
    let count = |what: &str| decoded.lines().filter(|line| line.ends_with(what)).count();
    let (starts, stops, sensor, screen) = (count("Start"), count("Stop"), count("write: 76"), count("write: 3C"));
    println!("{starts} starts, {stops} stops, {sensor} writes to the sensor, {screen} to the display");
    ensure!(starts > 0 && starts == stops, "{starts} starts but {stops} stops in {}", trace.display());
    ensure!(sensor > 0 && screen > 0, "no traffic of the sensor or of the display in {}", trace.display());
    Ok(Done::Passed)
}
