//! What the tests run: guests with their policies as images, and what the command says of the same guests in simulation.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::guests::built;
use crate::process::{command, run_redirected};

/// A guest with its policy.
struct Case {
    name: &'static str,
    guest: &'static str,
    /// The policy, with places on the board.
    policy: &'static str,
    /// The parts that the command simulates on those places; without any it does not run the guest.
    parts: Option<&'static str>,
}

const SENSOR: &str = "[i2c.sensor]\nblock = 0\nsda = 8\nscl = 9\nfrequency = 400_000\nallow = [0x76]\n";

/// The same as `firmware/rp2350/tests/support` puts on the pins.
const CASES: [Case; 14] = [
    Case {
        name: "weather_i2c",
        guest: "weather_nostd",
        policy: "\
[i2c.sensor]
block = 0
sda = 8
scl = 9
frequency = 400_000
allow = [0x76]

[i2c.screen]
block = 0
sda = 8
scl = 9
frequency = 400_000
allow = [0x3c]
",
        parts: Some(concat!(
            "[[part]]\nmodel = \"bme280\"\ni2c = \"board\"\naddress = 0x76\n",
            "temperature = 21.5\nhumidity = 45.0\npressure = 1013.25\n",
            "[[part]]\nmodel = \"ssd1306\"\nname = \"oled\"\ni2c = \"board\"\naddress = 0x3c\n",
        )),
    },
    Case {
        name: "weather_spi",
        guest: "weather_spi_nostd",
        // Its [restart] is left out: the command would go on for ever.
        policy: include_str!("../../../firmware/policies/weather_spi.toml"),
        parts: Some(concat!(
            "[[part]]\nmodel = \"bme280\"\ni2c = \"board\"\naddress = 0x76\n",
            "temperature = 21.5\nhumidity = 45.0\npressure = 1013.25\n",
            "[[part]]\nmodel = \"ssd1306\"\nname = \"oled\"\nspi = \"screen\"\n",
            "dc = \"DC\"\nreset = \"RES\"\nvbatc = \"VBATC\"\nvddc = \"VDDC\"\n",
        )),
    },
    Case {
        name: "weather_spi_on",
        guest: "weather_spi_nostd",
        // The display stays on when the guest ends, for its picture.
        policy: include_str!("../../../firmware/policies/weather_spi.toml"),
        parts: Some(concat!(
            "[[part]]\nmodel = \"bme280\"\ni2c = \"board\"\naddress = 0x76\n",
            "temperature = 21.5\nhumidity = 45.0\npressure = 1013.25\n",
            "[[part]]\nmodel = \"ssd1306\"\nname = \"oled\"\nspi = \"screen\"\n",
            "dc = \"DC\"\nreset = \"RES\"\nvbatc = \"VBATC\"\nvddc = \"VDDC\"\n",
        )),
    },
    Case {
        name: "blinky",
        guest: "mcu_blinky",
        policy: "[gpio]\nLED = { pin = 25, direction = \"output\", initial = \"low\", on-exit = \"low\" }\n",
        parts: Some("[[part]]\nmodel = \"led\"\nnet = \"LED\"\n"),
    },
    Case {
        name: "button",
        guest: "mcu_button",
        policy: "\
[gpio]
LED = { pin = 25, direction = \"output\", initial = \"low\", on-exit = \"low\" }
BUTTON = { pin = 15, direction = \"input\", bias = \"pull-up\" }
",
        parts: Some(concat!(
            "[[part]]\nmodel = \"button\"\nnet = \"BUTTON\"\npressed = \"low\"\n",
            "presses = [{ at-ms = 200, for-ms = 50 }, { at-ms = 400, for-ms = 50 }, { at-ms = 600, for-ms = 50 }]\n",
        )),
    },
    Case {
        name: "peripherals",
        guest: "mcu_peripherals",
        policy: "\
[pwm.LAMP]
pin = 14
frequency = 200
on-exit-percent = 0

[uart.SERIAL]
block = 1
tx = 4
rx = 5
baud = 9_600
parity = \"even\"

[adc.POT]
pin = 26
",
        parts: Some(concat!(
            "[[part]]\nmodel = \"led\"\nnet = \"LAMP\"\n",
            "[[part]]\nmodel = \"echo\"\nuart = \"SERIAL\"\n",
            "[[part]]\nmodel = \"voltage\"\nnet = \"POT\"\nmillivolts = 1_234\n",
        )),
    },
    Case {
        name: "buses",
        guest: "mcu_buses",
        policy: "\
[i2c.memory]
block = 0
sda = 8
scl = 9
frequency = 100_000
allow = [0x50, 0x51, { address = 0x2aa, ten-bit = true }, { address = 0x155, ten-bit = true }]

[spi.flash]
block = 0
sck = 18
mosi = 19
miso = 16
cs = 17
frequency = 10_000_000
mode = 3
select-setup-ns = 2_000
select-hold-ns = 10_000
",
        parts: Some(concat!(
            "[[part]]\nmodel = \"eeprom24\"\nsize = \"24c02\"\ni2c = \"board\"\naddress = 0x50\n",
            "[[part]]\nmodel = \"w25q\"\nspi = \"flash\"\n",
        )),
    },
    Case { name: "refused", guest: "mcu_refused", policy: SENSOR_OF_32_BYTES, parts: None },
    Case { name: "panics", guest: "mcu_panics", policy: PANICS, parts: None },
    Case { name: "endless", guest: "mcu_endless", policy: ENDLESS, parts: None },
    Case { name: "endless_without_fuel", guest: "mcu_endless", policy: WITHOUT_FUEL, parts: None },
    Case {
        name: "same_pin",
        guest: "mcu_blinky",
        policy: "[gpio]\nLED = { pin = 9, direction = \"output\", initial = \"low\", on-exit = \"low\" }\n",
        parts: None,
    },
    Case { name: "weather_again", guest: "weather_nostd", policy: AGAIN, parts: None },
    Case { name: "transfers", guest: "mcu_transfers", policy: SENSOR, parts: None },
];

const SENSOR_OF_32_BYTES: &str = "\
[i2c.sensor]
block = 0
sda = 8
scl = 9
frequency = 400_000
allow = [0x76]

[limits]
transaction-bytes = 32
";

const PANICS: &str = "\
[gpio]
LED = { pin = 25, direction = \"output\", initial = \"low\", on-exit = \"low\" }

[restart]
when = \"failure\"
first-ms = 100
longest-ms = 150
attempts = 2
";

const ENDLESS: &str = "\
[gpio]
LED = { pin = 25, direction = \"output\", initial = \"low\", on-exit = \"low\" }

[limits]
fuel = 1_000_000
";

const WITHOUT_FUEL: &str = "\
[gpio]
LED = { pin = 25, direction = \"output\", initial = \"low\", on-exit = \"low\" }

[limits]
fuel = \"off\"
";

const AGAIN: &str = "\
[i2c.sensor]
block = 0
sda = 8
scl = 9
frequency = 400_000
allow = [0x76]

[i2c.screen]
block = 0
sda = 8
scl = 9
allow = [0x3c]

[restart]
when = \"always\"
first-ms = 100
longest-ms = 100
";

/// A guest with a policy whose places are simulated.
#[derive(Debug)]
pub(crate) struct Simulated {
    pub(crate) name: &'static str,
    pub(crate) guest: &'static str,
    pub(crate) policy: String,
}

/// Returns the guests that the command runs too, with the policies that it has for them.
pub(crate) fn simulated_cases() -> impl Iterator<Item = Simulated> {
    CASES.iter().filter_map(|case| {
        Some(Simulated { name: case.name, guest: case.guest, policy: simulated(&case.policy()) + case.parts? })
    })
}

/// Compiles the images, and runs the guests under the command.
pub(super) fn prepare(host: &Path, folder: &Path) -> anyhow::Result<()> {
    for case in &CASES {
        case.prepare(host, folder).with_context(|| format!("the case `{}`", case.name))?;
    }
    // The guest of the conformance suite, which a test gives its scripts.
    let bench = folder.join("conformance.toml");
    fs::write(&bench, include_str!("conformance.toml"))?;
    let mut compile = command(host, ["compile", "--target", "pico2", "--policy"]);
    run_redirected(quietly(
        compile.arg(bench).arg(built("conformance-guest-image")).arg("-o").arg(folder.join("conformance.bin")),
    ))?;
    // What the command makes an image of by itself.
    fs::copy(built("mcu_button"), folder.join("mcu_button.wasm")).context("cannot copy a guest")?;
    // An image that the firmware must refuse, for another board.
    let (policy, image) = (folder.join("wrong_board.toml"), folder.join("wrong_board.bin"));
    fs::write(&policy, "[gpio]\nLED = { sim = true, direction = \"output\", on-exit = \"low\" }\n")?;
    let mut compile = command(host, ["compile", "--target", "an505", "--policy"]);
    run_redirected(quietly(compile.arg(&policy).arg(built("mcu_blinky")).arg("-o").arg(&image)))
}

impl Case {
    fn policy(&self) -> String {
        let policy = self.policy.split("[restart]\nwhen = \"always\"\nfirst-ms = 1_000").next().unwrap_or_default();
        if self.name.ends_with("_on") { display_stays_on(policy) } else { policy.to_owned() }
    }

    fn prepare(&self, host: &Path, folder: &Path) -> anyhow::Result<()> {
        let file = |extension: &str| folder.join(self.name).with_extension(extension);
        let policy = self.policy();
        fs::write(file("toml"), &policy)?;
        let guest = built(self.guest);
        for (slot, extension) in [("0", "uf2"), ("0", "bin"), ("1", "1.uf2")] {
            let mut compile = command(host, ["compile", "--target", "pico2", "--slot", slot, "--policy"]);
            run_redirected(quietly(compile.arg(file("toml")).arg(&guest).arg("-o").arg(file(extension))))?;
        }
        let Some(parts) = self.parts else { return Ok(()) };
        fs::write(file("sim.toml"), simulated(&policy) + parts)?;
        let mut simulate = command(host, ["run", "--policy"]);
        simulate.arg(file("sim.toml")).arg(format!("--trace-text={}", file("trace").display()));
        if parts.contains("oled") {
            simulate.arg(format!("--screenshot=oled={}", file("png").display()));
        }
        let output = simulate.arg(&guest).output().context("cannot start the command")?;
        let said = [output.stdout, output.stderr].concat();
        ensure!(output.status.success(), "the command failed:\n{}", String::from_utf8_lossy(&said));
        fs::write(file("log"), said)?;
        Ok(())
    }
}

/// What it says of an image is of no interest here.
fn quietly(command: &mut Command) -> &mut Command {
    command.stdout(std::process::Stdio::null())
}

/// Returns the policy with other levels on exit: the display out of reset and its supplies on, which low switches on.
fn display_stays_on(policy: &str) -> String {
    let line = |line: &str| match line.split_whitespace().next() {
        Some("RES") => line.replace("on-exit = \"low\"", "on-exit = \"high\""),
        Some("VBATC" | "VDDC") => line.replace("on-exit = \"high\"", "on-exit = \"low\""),
        _ => line.to_owned(),
    };
    policy.lines().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

/// Returns a policy whose places are simulated.
fn simulated(policy: &str) -> String {
    let mut lines = Vec::new();
    let mut bus = "";
    for line in policy.lines() {
        if let Some(section) = line.strip_prefix('[') {
            bus = section.split(['.', ']']).next().unwrap_or_default();
        }
        let key = line.split('=').next().unwrap_or_default().trim();
        match (bus, key) {
            ("i2c", "block") => lines.push("sim = \"board\"".to_owned()),
            ("spi" | "uart", "block") | ("pwm", "pin") => lines.push("sim = true".to_owned()),
            // The converter of the chip has a reference of its own.
            ("adc", "pin") => lines.push("sim = true\nreference-mv = 3_300".to_owned()),
            ("i2c" | "spi" | "uart", "sda" | "scl" | "sck" | "mosi" | "miso" | "cs" | "tx" | "rx") => {}
            _ => lines.push(match line.split_once("{ pin = ") {
                Some((label, rest)) => {
                    let keys = rest.trim_start_matches(|char: char| char.is_ascii_digit());
                    format!("{label}{{ sim = true{keys}")
                }
                None => line.to_owned(),
            }),
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::simulated;

    #[test]
    fn places_are_simulated_and_all_else_stays() {
        let policy = "[spi.screen]\nblock = 1\nsck = 10\nmosi = 11\ncs = 13\nmode = 3\n\n[gpio]\nDC = { pin = 2, on-exit = \"low\" }\n";
        let expected = "[spi.screen]\nsim = true\nmode = 3\n\n[gpio]\nDC = { sim = true, on-exit = \"low\" }\n";
        assert_eq!(simulated(policy), expected);
    }
}
