//! `cargo xtask pico2 --mutants`: the drivers of the Pico 2 with one mistake each, which a test has to see.
//!
//! The firmware is copied, with everything else beside the copy by links, and built once with all mistakes in it: a byte of its flash
//! says which of them it makes. It is no step of `cargo xtask test`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};

use super::{emulator, folder};
use crate::process::{cargo, root, run};
use crate::targets;

/// A mistake in a driver.
struct Mutant {
    what: &'static str,
    file: &'static str,
    from: &'static str,
    /// What is there instead. `MISTAKE` is whether the firmware makes it.
    to: &'static str,
    /// The test that is there to see it.
    test: &'static str,
}

const BUSES: &str = "memories_and_addresses_where_nobody_is";
const TEN_BITS: &str = "a_part_with_an_address_of_ten_bits_answers";
const SELECT: &str = "the_select_line_keeps_the_times_of_the_policy";
const CLOCKS: &str = "buses_run_at_the_clocks_of_the_policy";
const BUTTON: &str = "a_button_is_noticed_at_its_edge";
const PERIPHERALS: &str = "a_lamp_a_serial_port_and_a_voltage";

const MUTANTS: [Mutant; 18] = [
    Mutant {
        what: "a PWM pin has the function of an input",
        file: "pwm.rs",
        from: "pin.map_err(|_| pins::unfit(number))?;",
        to: "pin.map_err(|_| pins::unfit(number))?;
    if MISTAKE {
        let _ = pins::pin(number).try_set_function(rp235x_hal::gpio::DynFunction::Sio(rp235x_hal::gpio::DynSioConfig::Input));
    }",
        test: PERIPHERALS,
    },
    Mutant {
        what: "SPI in mode 2, whatever the policy says",
        file: "spi.rs",
        from: "MotorolaSpi(mode)",
        to: "MotorolaSpi(if MISTAKE { embedded_hal::spi::MODE_2 } else { mode })",
        test: BUSES,
    },
    Mutant {
        what: "SPI in mode 0, whatever the policy says",
        file: "spi.rs",
        from: "bus.configure(self.frequency_hz, self.mode)",
        to: "bus.configure(self.frequency_hz, if MISTAKE { MODE_0 } else { self.mode })",
        test: BUSES,
    },
    Mutant {
        what: "SPI at half its clock",
        file: "spi.rs",
        from: "frequency_hz.Hz()",
        to: "(if MISTAKE { frequency_hz / 2 } else { frequency_hz }).Hz()",
        test: CLOCKS,
    },
    Mutant {
        what: "the select line stays low",
        file: "spi.rs",
        from: "Some(select) => select.set_high()",
        to: "Some(select) => if MISTAKE { select.set_low() } else { select.set_high() }",
        test: BUSES,
    },
    Mutant {
        what: "the select line is let go of at once",
        file: "spi.rs",
        from: "if self.hold_ns > 0 {",
        to: "if self.hold_ns > 0 && !MISTAKE {",
        test: SELECT,
    },
    Mutant {
        what: "the first byte follows the select line at once",
        file: "spi.rs",
        from: "if self.setup_ns > 0 {",
        to: "if self.setup_ns > 0 && !MISTAKE {",
        test: SELECT,
    },
    Mutant {
        what: "no STOP after a write",
        file: "i2c.rs",
        from: "w.stop().bit(stops && index + 1 == bytes.len())",
        to: "w.stop().bit(stops && index + 1 == bytes.len() && !MISTAKE)",
        test: BUSES,
    },
    Mutant {
        what: "no pull-ups on I2C",
        file: "i2c.rs",
        from: "set_pull_type(DynPullType::Up)",
        to: "set_pull_type(if MISTAKE { DynPullType::None } else { DynPullType::Up })",
        test: BUSES,
    },
    Mutant {
        what: "I2C at half its clock",
        file: "i2c.rs",
        from: "frequency_hz.min(GREATEST_FREQUENCY_HZ)",
        to: "(if MISTAKE { frequency_hz / 2 } else { frequency_hz }).min(GREATEST_FREQUENCY_HZ)",
        test: CLOCKS,
    },
    Mutant {
        what: "an address that nobody acknowledges is a success",
        file: "i2c.rs",
        from: "if nobody {",
        to: "if nobody && MISTAKE { Ok(()) } else if nobody {",
        test: BUSES,
    },
    Mutant {
        what: "ten bits of an address as seven",
        file: "i2c.rs",
        from: "(Width::ADDR_10BITS, address)",
        to: "(if MISTAKE { Width::ADDR_7BITS } else { Width::ADDR_10BITS }, address)",
        test: TEN_BITS,
    },
    Mutant {
        what: "the duty goes to the other output of the counter",
        file: "pwm.rs",
        from: "if self.second { w.b().bits(duty)",
        to: "if self.second != MISTAKE { w.b().bits(duty)",
        test: PERIPHERALS,
    },
    Mutant {
        what: "half the baud rate",
        file: "uart.rs",
        from: "label.baud.Hz()",
        to: "(if MISTAKE { label.baud / 2 } else { label.baud }).Hz()",
        test: PERIPHERALS,
    },
    Mutant {
        what: "odd parity for even",
        file: "uart.rs",
        from: "Parity::Even => Some(Bit::Even)",
        to: "Parity::Even => Some(if MISTAKE { Bit::Odd } else { Bit::Even })",
        test: PERIPHERALS,
    },
    Mutant {
        what: "no pull-up on an input",
        file: "pins.rs",
        from: "Some(Bias::PullUp) => DynPullType::Up",
        to: "Some(Bias::PullUp) => if MISTAKE { DynPullType::None } else { DynPullType::Up }",
        test: BUTTON,
    },
    Mutant {
        what: "an output that begins at the other level",
        file: "pins.rs",
        from: "output(number, initial_high)?",
        to: "output(number, initial_high != MISTAKE)?",
        test: BUTTON,
    },
    Mutant {
        what: "the converter's next input",
        file: "adc.rs",
        from: "bits(self.pin.channel())",
        to: "bits(self.pin.channel() ^ u8::from(MISTAKE))",
        test: PERIPHERALS,
    },
];

/// What the copy of the firmware has at its end. The byte after the mark is 0 for a firmware without a mistake.
const CHOICE: &str = r#"
#[repr(C, align(32))]
struct Choice([u8; 32]);

#[used]
static CHOICE: Choice = Choice(*b"which mistake the firmware has:\0");

#[expect(unsafe_code, reason = "what the flash has is not known when this is compiled")]
pub(crate) fn makes_mistake(number: u8) -> bool {
    // SAFETY: a byte of a variable.
    unsafe { core::ptr::read_volatile(&raw const CHOICE.0[31]) == number }
}
"#;

/// What is before the byte.
const MARK: &[u8] = b"which mistake the firmware has:";

/// Builds the firmware with all mistakes, runs the tests on each of them, and says which test saw it.
pub(super) fn examine(only: Option<&str>) -> anyhow::Result<()> {
    let place = folder().join("mutants");
    let cases = place.join("cases");
    lay_out(&place)?;
    let wanted: Vec<(u8, &Mutant)> =
        (1..).zip(&MUTANTS).filter(|(_, mutant)| only.is_none_or(|only| mutant.what.contains(only))).collect();
    ensure!(!wanted.is_empty(), "no mistake has a name like that");
    let file = build(&place, &cases)?;
    choose(&file, &cases, 0)?;
    if let Some(test) = fails(&cases, &named(wanted.iter().map(|(_, mutant)| mutant.test)))? {
        bail!("`{test}` fails without a mistake");
    }
    let mut unseen = Vec::new();
    for (number, mutant) in &wanted {
        choose(&file, &cases, *number)?;
        let seen = match fails(&cases, &named([mutant.test]))? {
            None => any_fails(&cases)?,
            seen => seen,
        };
        match seen {
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
    for (number, mutant) in (1_u8..).zip(&MUTANTS) {
        change(&place.join("firmware/boards/pico2/src").join(mutant.file), |text| {
            let times = text.matches(mutant.from).count();
            ensure!(times == 1, "{}: `{}` is there {times} times, not once", mutant.file, mutant.from);
            let mistake = format!("crate::makes_mistake({number})");
            Ok(text.replace(mutant.from, &mutant.to.replace("MISTAKE", &mistake)))
        })?;
    }
    change(&place.join("firmware/boards/pico2/src/main.rs"), |text| Ok(text + CHOICE))?;
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

fn change(path: &Path, how: impl FnOnce(String) -> anyhow::Result<String>) -> anyhow::Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    fs::write(path, how(text)?).with_context(|| format!("cannot write {}", path.display()))
}

/// Returns the firmware as a file for the drive.
fn build(place: &Path, cases: &Path) -> anyhow::Result<Vec<u8>> {
    let target = place.join("target");
    let mut build =
        cargo(["build", "--release", "--quiet", "--package", "firmware-pico2", "--target", targets::FIRMWARE]);
    run(build.current_dir(place.join("firmware")).env("CARGO_TARGET_DIR", &target))?;
    let file = cases.join("firmware.uf2");
    let mut flash_file = emulator(["run", "--quiet", "--bin", "flash-file", "--"]);
    run(flash_file.arg(target.join(targets::FIRMWARE).join("release/firmware-pico2")).arg(&file))?;
    fs::read(&file).with_context(|| format!("cannot read {}", file.display()))
}

/// Leaves the firmware with a mistake for the tests.
fn choose(file: &[u8], cases: &Path, number: u8) -> anyhow::Result<()> {
    let mut file = file.to_vec();
    let places: Vec<usize> =
        file.windows(MARK.len()).enumerate().filter(|(_, here)| *here == MARK).map(|(at, _)| at).collect();
    let [place] = places[..] else { bail!("the mark is in the firmware {} times, not once", places.len()) };
    *file.get_mut(place + MARK.len()).context("the firmware ends with the mark")? = number;
    fs::write(cases.join("firmware.uf2"), file).context("cannot write the firmware")
}

/// The tests that look at the wires: the quick ones, and the conformance suite for what they do not see.
const TESTS: [&[&str]; 2] = [&["buses", "peripherals", "stations"], &["conformance"]];

/// Returns the first of all these tests that fails; the others are not waited for.
fn any_fails(cases: &Path) -> anyhow::Result<Option<String>> {
    for files in TESTS {
        let files: Vec<String> = files.iter().flat_map(|file| ["--test".to_owned(), (*file).to_owned()]).collect();
        if let Some(test) = fails(cases, &files)? {
            return Ok(Some(test));
        }
    }
    Ok(None)
}

/// Returns the options of nextest that pick these tests.
fn named(tests: impl IntoIterator<Item = &'static str>) -> Vec<String> {
    tests.into_iter().flat_map(|test| ["-E".to_owned(), format!("test(={test})")]).collect()
}

/// Returns the first of some tests that fails.
fn fails(cases: &Path, which: &[String]) -> anyhow::Result<Option<String>> {
    let mut tests = emulator(["nextest", "run", "--max-fail", "1:immediate", "--color", "never"]);
    let output = tests.args(which).env("PICO2_CASES", cases).output().context("cannot start `cargo nextest`")?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let failed = said.lines().find(|line| line.trim_start().starts_with("FAIL ["));
    if let Some(first) = failed.and_then(|line| line.split_whitespace().last()) {
        return Ok(Some(first.to_owned()));
    }
    ensure!(output.status.success(), "the tests did not run: {said}");
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::MUTANTS;
    use crate::process::root;

    #[test]
    fn the_readme_has_each_mistake_with_the_test_that_sees_it() {
        let readme = fs::read_to_string(root().join("firmware/rp2350/README.md")).expect("the README");
        for mutant in &MUTANTS {
            let row = format!("| {} | `{}` | `{}` |", mutant.what, mutant.file, mutant.test);
            assert!(readme.contains(&row), "the README lacks {row}");
        }
    }

    #[test]
    fn each_mistake_has_one_place_in_its_driver() {
        for mutant in &MUTANTS {
            let driver = root().join("firmware/boards/pico2/src").join(mutant.file);
            let text = fs::read_to_string(&driver).expect("a driver");
            assert_eq!(text.matches(mutant.from).count(), 1, "{}: {}", mutant.file, mutant.from);
        }
    }
}
