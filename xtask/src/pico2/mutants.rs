//! `cargo xtask pico2 --mutants`: the drivers of the Pico 2 with one mistake each, which a test has to see.
//!
//! The firmware is copied, with everything else beside the copy by links, and built without optimisation across crates: a mistake is
//! built in seconds. It is no step of `cargo xtask test`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};

use super::{emulator, folder};
use crate::process::{cargo, root, run};
use crate::targets;

/// A mistake in a driver.
struct Mutant {
    what: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
}

const MUTANTS: [Mutant; 17] = [
    Mutant {
        what: "a PWM pin has the function of an input",
        file: "pwm.rs",
        from: "Result<Pin<DynPinId, FunctionPwm, DynPullType>, _>",
        to: "Result<Pin<DynPinId, rp235x_hal::gpio::FunctionSioInput, DynPullType>, _>",
    },
    Mutant {
        what: "SPI in mode 2, whatever the policy says",
        file: "spi.rs",
        from: "FrameFormat::MotorolaSpi(mode)",
        to: "FrameFormat::MotorolaSpi(embedded_hal::spi::MODE_2)",
    },
    Mutant {
        what: "SPI in mode 0, whatever the policy says",
        file: "spi.rs",
        from: "FrameFormat::MotorolaSpi(mode)",
        to: "FrameFormat::MotorolaSpi(MODE_0)",
    },
    Mutant {
        what: "SPI at half its clock",
        file: "spi.rs",
        from: "self.set_baudrate(CLOCK, frequency_hz.Hz())",
        to: "self.set_baudrate(CLOCK, (frequency_hz / 2).Hz())",
    },
    Mutant {
        what: "the select line stays low",
        file: "spi.rs",
        from: "Some(select) => select.set_high()",
        to: "Some(select) => select.set_low()",
    },
    Mutant {
        what: "the select line is let go of at once",
        file: "spi.rs",
        from: "if self.hold_ns > 0 {",
        to: "if self.hold_ns > 1_000_000 {",
    },
    Mutant {
        what: "no STOP after a write",
        file: "i2c.rs",
        from: "w.stop().bit(stops && index + 1 == bytes.len())",
        to: "w.stop().bit(false)",
    },
    Mutant {
        what: "no pull-ups on I2C",
        file: "i2c.rs",
        from: "set_pull_type(DynPullType::Up)",
        to: "set_pull_type(DynPullType::None)",
    },
    Mutant {
        what: "I2C at half its clock",
        file: "i2c.rs",
        from: "frequency_hz.min(GREATEST_FREQUENCY_HZ).Hz()",
        to: "(frequency_hz / 2).Hz()",
    },
    Mutant {
        what: "an address that nobody acknowledges is a success",
        file: "i2c.rs",
        from: "if nobody {",
        to: "if nobody { Ok(()) } else if false {",
    },
    Mutant {
        what: "ten bits of an address as seven",
        file: "i2c.rs",
        from: "Width::ADDR_10BITS",
        to: "Width::ADDR_7BITS",
    },
    Mutant {
        what: "the duty goes to the other output of the counter",
        file: "pwm.rs",
        from: "if self.second { w.b().bits(duty)",
        to: "if !self.second { w.b().bits(duty)",
    },
    Mutant {
        what: "half the baud rate",
        file: "uart.rs",
        from: "UartConfig::new(label.baud.Hz()",
        to: "UartConfig::new((label.baud / 2).Hz()",
    },
    Mutant {
        what: "odd parity for even",
        file: "uart.rs",
        from: "Parity::Even => Some(Bit::Even)",
        to: "Parity::Even => Some(Bit::Odd)",
    },
    Mutant {
        what: "no pull-up on an input",
        file: "pins.rs",
        from: "Some(Bias::PullUp) => DynPullType::Up",
        to: "Some(Bias::PullUp) => DynPullType::None",
    },
    Mutant {
        what: "an output that begins at the other level",
        file: "pins.rs",
        from: "EmbeddedHal(output(number, initial_high)?)",
        to: "EmbeddedHal(output(number, !initial_high)?)",
    },
    Mutant {
        what: "the converter's next input",
        file: "adc.rs",
        from: "bits(self.pin.channel())",
        to: "bits(self.pin.channel() ^ 1)",
    },
];

impl Mutant {
    /// Returns the driver without the mistake, which has one place for it.
    fn text(&self) -> anyhow::Result<String> {
        let original = root().join("firmware/boards/pico2/src").join(self.file);
        let text = fs::read_to_string(&original).with_context(|| format!("cannot read {}", original.display()))?;
        let times = text.matches(self.from).count();
        ensure!(times == 1, "{}: `{}` is there {times} times, not once", self.file, self.from);
        Ok(text)
    }
}

/// Builds each mutant, runs the tests on it, and says which test saw it.
pub(super) fn examine(only: Option<&str>) -> anyhow::Result<()> {
    let place = folder().join("mutants");
    lay_out(&place)?;
    let drivers = place.join("firmware/boards/pico2/src");
    let cases = place.join("cases");
    for mutant in &MUTANTS {
        mutant.text()?;
    }
    let wanted: Vec<&Mutant> =
        MUTANTS.iter().filter(|mutant| only.is_none_or(|only| mutant.what.contains(only))).collect();
    ensure!(!wanted.is_empty(), "no mistake has a name like that");
    build(&place, &cases)?;
    if let Some(test) = seen_by(&cases)? {
        bail!("`{test}` fails without a mistake");
    }
    let mut unseen = Vec::new();
    for mutant in &wanted {
        let text = mutant.text()?;
        fs::write(drivers.join(mutant.file), text.replace(mutant.from, mutant.to))?;
        build(&place, &cases)?;
        fs::write(drivers.join(mutant.file), text)?;
        match seen_by(&cases)? {
            Some(test) => println!("| {} | `{}` | `{test}` |", mutant.what, mutant.file),
            None => {
                println!("| {} | `{}` | none |", mutant.what, mutant.file);
                unseen.push(mutant.what);
            }
        }
    }
    ensure!(unseen.is_empty(), "no test sees: {}", unseen.join("; "));
    println!("{} mistakes, each seen by a test", wanted.len());
    Ok(())
}

/// Copies the firmware, and puts links to everything else beside it.
fn lay_out(place: &Path) -> anyhow::Result<()> {
    let keep = place.join("target");
    for entry in
        fs::read_dir(place).into_iter().flatten().flatten().map(|entry| entry.path()).filter(|path| *path != keep)
    {
        // A link is a file here.
        if entry.is_symlink() || entry.is_file() { fs::remove_file(&entry)? } else { fs::remove_dir_all(&entry)? }
    }
    fs::create_dir_all(place.join("cases"))?;
    for entry in fs::read_dir(root())? {
        let entry = entry?;
        let name = entry.file_name();
        if !["firmware", "target", ".git"].iter().any(|left_out| name == *left_out) {
            symlink(entry.path(), place.join(name))?;
        }
    }
    copy(&root().join("firmware"), &place.join("firmware"))?;
    for entry in fs::read_dir(folder())?.flatten().map(|entry| entry.path()).filter(|path| path.is_file()) {
        fs::copy(&entry, place.join("cases").join(entry.file_name().unwrap_or_default()))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        if path.is_file() {
            fs::copy(&path, to.join(name))?;
        } else if name != "target" && name != "rp2350" {
            copy(&path, &to.join(name))?;
        }
    }
    Ok(())
}

fn build(place: &Path, cases: &Path) -> anyhow::Result<()> {
    let target: PathBuf = place.join("target");
    let mut build =
        cargo(["build", "--release", "--quiet", "--package", "firmware-pico2", "--target", targets::FIRMWARE]);
    build.current_dir(place.join("firmware")).env("CARGO_TARGET_DIR", &target);
    run(build.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"))?;
    let mut flash_file = emulator(["run", "--quiet", "--bin", "flash-file", "--"]);
    run(flash_file.arg(target.join(targets::FIRMWARE).join("release/firmware-pico2")).arg(cases.join("firmware.uf2")))
}

/// The tests that look at the wires: the quick ones, and the conformance suite for what they do not see.
const TESTS: [&[&str]; 2] = [&["buses", "peripherals", "stations"], &["conformance"]];

/// Returns the first test that fails; the others are not waited for.
fn seen_by(cases: &Path) -> anyhow::Result<Option<String>> {
    for files in TESTS {
        let mut tests = emulator(["nextest", "run", "--max-fail", "1:immediate", "--color", "never"]);
        tests.args(files.iter().flat_map(|file| ["--test", file]));
        let output = tests.env("PICO2_CASES", cases).output().context("cannot start `cargo nextest`")?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let failed = said.lines().find(|line| line.trim_start().starts_with("FAIL ["));
        if let Some(first) = failed.and_then(|line| line.split_whitespace().last()) {
            return Ok(Some(first.to_owned()));
        }
        ensure!(output.status.success(), "the tests did not run: {said}");
    }
    Ok(None)
}
