//! `cargo xtask pico2 --mutants`: the drivers of the Pico 2 with one mistake each, which a test has to see.
//!
//! The firmware is copied, with everything else beside the copy by links, and built without optimisation across crates: a mistake is
//! built in seconds. It is no step of `cargo xtask test`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

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

const MUTANTS: [Mutant; 14] = [
    Mutant {
        what: "a PWM pin has the function of an input",
        file: "pwm.rs",
        from: "Result<Pin<DynPinId, FunctionPwm, DynPullType>, _>",
        to: "Result<Pin<DynPinId, rp235x_hal::gpio::FunctionSioInput, DynPullType>, _>",
    },
    Mutant { what: "SPI in mode 2 for mode 0", file: "spi.rs", from: "0 => MODE_0,", to: "0 => MODE_2," },
    Mutant { what: "SPI in mode 0 for mode 3", file: "spi.rs", from: "_ => MODE_3,", to: "_ => MODE_0," },
    Mutant {
        what: "the select line stays low",
        file: "spi.rs",
        from: "Some(select) => select.set_high()",
        to: "Some(select) => select.set_low()",
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
        from: "Bias::PullUp => DynPullType::Up",
        to: "Bias::PullUp => DynPullType::None",
    },
    Mutant {
        what: "the converter's next input",
        file: "adc.rs",
        from: "bits(self.pin.channel())",
        to: "bits(self.pin.channel() ^ 1)",
    },
];

/// Builds each mutant, runs the tests on it, and says which test saw it.
pub(super) fn examine() -> anyhow::Result<()> {
    let place = folder().join("mutants");
    lay_out(&place)?;
    let drivers = place.join("firmware/boards/pico2/src");
    let cases = place.join("cases");
    let mut unseen = Vec::new();
    for mutant in &MUTANTS {
        let original = root().join("firmware/boards/pico2/src").join(mutant.file);
        let text = fs::read_to_string(&original).with_context(|| format!("cannot read {}", original.display()))?;
        let times = text.matches(mutant.from).count();
        ensure!(times == 1, "{}: `{}` is there {times} times, not once", mutant.file, mutant.from);
        fs::write(drivers.join(mutant.file), text.replace(mutant.from, mutant.to))?;
        build(&place, &cases)?;
        fs::write(drivers.join(mutant.file), text)?;
        match seen_by(&cases)? {
            Some(test) => println!("| {} | `{}` | `{test}` |", mutant.what, mutant.file),
            None => unseen.push(mutant.what),
        }
    }
    ensure!(unseen.is_empty(), "no test sees: {}", unseen.join("; "));
    println!("{} mistakes, each seen by a test", MUTANTS.len());
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

/// Returns the first test that fails.
fn seen_by(cases: &Path) -> anyhow::Result<Option<String>> {
    let mut tests = emulator(["test", "--quiet", "--test", "buses", "--test", "peripherals", "--test", "stations"]);
    let output = tests.args(["--no-fail-fast", "--", "--test-threads", "2"]).env("PICO2_CASES", cases).output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut failed = said.lines().filter_map(|line| line.strip_prefix("---- ")?.strip_suffix(" stdout ----"));
    let first = failed.next().map(str::to_owned);
    ensure!(
        first.is_some() || output.status.success(),
        "the tests did not run: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(first)
}
