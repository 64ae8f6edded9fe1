//! The guests as images, and what they do under `wasm-embedded-rt` in simulation.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use crate::guests::{build_package, built};
use crate::pico2::cases::{Simulated, simulated_cases};
use crate::process::{command, root, run, target_dir};
use crate::program;

/// The policy of the guests that misbehave.
const POLICY: &str = "\
[i2c.sensor]
sim = \"board\"
allow = [0x76]

[gpio]
LED = { sim = true, direction = \"output\", initial = \"low\", on-exit = \"low\" }

[[part]]
model = \"bme280\"
i2c = \"board\"

[limits]
transaction-bytes = 32
fuel = 1_000_000
";

/// Restarts twice, after 100 and after 150 ms.
const RESTART: &str = "\n[restart]\nwhen = \"failure\"\nfirst-ms = 100\nlongest-ms = 150\nattempts = 2\n";

/// The images, and what the host says.
#[derive(Debug)]
pub(super) struct Guests {
    pub(super) weather: PathBuf,
    pub(super) weather_without_fuel: PathBuf,
    pub(super) endless: PathBuf,
    pub(super) refused: PathBuf,
    pub(super) panics: PathBuf,
    pub(super) transfers: PathBuf,
    pub(super) transfers_without_fuel: PathBuf,
    /// What the weather station does under the host.
    pub(super) weather_there: There,
    /// The images of the Pico 2's tests, and what their guests do under the host.
    pub(super) cases: Vec<Case>,
}

/// A guest of the Pico 2's tests.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) image: PathBuf,
    pub(super) there: There,
}

/// What a guest does under the host.
#[derive(Debug)]
pub(super) struct There {
    /// What the lines that it logs have before their text.
    pub(super) module: String,
    /// What it logs.
    pub(super) readings: Vec<String>,
    /// What it does on the wires.
    pub(super) trace: Vec<String>,
    /// What its display shows: the picture of the command.
    pub(super) picture: Vec<String>,
}

impl Guests {
    /// Builds components and host, compiles images, and runs the weather station under the host.
    pub(super) fn prepare(build: bool) -> anyhow::Result<Guests> {
        if build {
            build_package("drivers-demo", &["--bin", "weather_nostd", "--bin", "weather_spi_nostd"])?;
            build_package("test-guests", &["--bins"])?;
            program::build()?;
        }
        let folder = target_dir().join("mcu");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let host = program::path()?;
        let weather = fs::read_to_string(root().join("drivers-demo/policies/weather.toml"))?;
        let image = |name: &str, guest: &str, policy: &str| -> anyhow::Result<PathBuf> {
            let (file, image) = (folder.join(name).with_extension("toml"), folder.join(name).with_extension("bin"));
            fs::write(&file, policy)?;
            let mut compile = command(&host, ["compile", "--target", "an505", "--policy"]);
            run(compile.arg(&file).arg(built(guest)).arg("-o").arg(&image))?;
            Ok(image)
        };
        let without_fuel = "\n[limits]\nfuel = \"off\"\n";
        let case = |case: Simulated| -> anyhow::Result<Case> {
            let image = image(case.name, case.guest, &case.policy)?;
            Ok(Case { name: case.name, image, there: There::run(&host, &folder, case.name, case.guest)? })
        };
        Ok(Guests {
            weather: image("weather", "weather_nostd", &weather)?,
            weather_without_fuel: image("weather-off", "weather_nostd", &(weather.clone() + without_fuel))?,
            endless: image("endless", "mcu_endless", POLICY)?,
            refused: image("refused", "mcu_refused", POLICY)?,
            panics: image("panics", "mcu_panics", &(POLICY.to_owned() + RESTART))?,
            transfers: image("transfers", "mcu_transfers", POLICY)?,
            transfers_without_fuel: image("transfers-off", "mcu_transfers", &POLICY.replace("1_000_000", "\"off\""))?,
            weather_there: There::run(&host, &folder, "weather", "weather_nostd")?,
            cases: simulated_cases().map(case).collect::<Result<_, _>>()?,
        })
    }
}

impl There {
    /// Runs a guest with the policy of its image.
    fn run(host: &Path, folder: &Path, name: &str, guest: &str) -> anyhow::Result<There> {
        let trace = folder.join(name).with_extension("txt");
        let mut simulate = command(host, ["run", "--display", "--policy"]);
        simulate.arg(folder.join(name).with_extension("toml")).arg(built(guest));
        simulate.arg(format!("--trace-text={}", trace.display()));
        let output = simulate.output().context("cannot start the host")?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "the host failed:\n{said}");
        let mut trace: Vec<String> = fs::read_to_string(&trace)?.lines().map(str::to_owned).collect();
        // It sets a PWM output to its duty on exit once more when it drops the output, a look at the simulation later.
        let is_pwm = |line: &String| line.contains(" pwm ");
        let again = trace.iter().rev().skip(1).find(|line| is_pwm(line)).map(|line| after_time(line).to_owned());
        if trace.last().is_some_and(|line| is_pwm(line) && again.as_deref() == Some(after_time(line))) {
            trace.pop();
        }
        let module =
            if guest.starts_with("weather") { "drivers_demo::weather:".to_owned() } else { format!("{guest}:") };
        let (mut readings, picture): (Vec<String>, _) =
            said.lines().map(str::to_owned).partition(|line| line.starts_with('['));
        readings.retain(|line| line.contains(&module));
        Ok(There { module, readings, trace, picture })
    }
}

/// Returns an event without its time.
fn after_time(line: &str) -> &str {
    line.split_once(' ').map_or(line, |(_, event)| event)
}
