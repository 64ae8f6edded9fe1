//! What the firmware must do.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};

use super::elf::Size;
use super::figures::Figures;
use super::guests::{Guests, There};
use super::machine::{EXIT, METER, Machine, TRACE};

/// The end of a log when all guests have ended.
const END: &str = "no guest left";

/// Runs all checks on one machine.
pub(super) fn run(machine: Machine, firmware: &Path, guests: &Guests, figures: &mut Figures) -> anyhow::Result<()> {
    let log = machine.run(firmware, &[Some(&guests.weather)], TRACE | EXIT, "")?;
    same_as_under_the_host(&log, guests)?;
    println!(
        "   the weather station: same readings, same {} events on the wires, same display",
        guests.weather_there.trace.len()
    );

    for case in &guests.cases {
        let log = machine.run(firmware, &[Some(&case.image)], TRACE | EXIT, "")?;
        same(&log, &case.there).with_context(|| format!("the case `{}` of the Pico 2", case.name))?;
        println!("   {}: same log, same {} events on the wires", case.name, case.there.trace.len());
    }

    let log = machine.run(firmware, &[Some(&guests.endless), Some(&guests.weather)], EXIT, "")?;
    has(&log, "mcu_endless was stopped: it used all its fuel")?;
    ensure!(
        readings(&log) == guests.weather_there.readings,
        "the second guest did not run as alone:\n{}",
        log.join("\n")
    );
    println!("   an endless loop is stopped by its fuel, and the next guest runs");

    let log = machine.run(firmware, &[Some(&guests.refused)], EXIT, "")?;
    has(&log, "label: Err(cannot open \"nothing\"")?;
    has(&log, "address: Err(Denied)")?;
    has(&log, "length: Err(TooLong)")?;
    has(&log, "address 0x77 is not granted")?;
    println!("   a label, an address and a length that are not granted are refused");

    let log = machine.run(firmware, &[Some(&guests.panics)], EXIT | TRACE, "")?;
    has(&log, "panicked at test-host/guests/src/bin/mcu_panics.rs:13:5: the reactor is on fire")?;
    let count = |what: &str| log.iter().filter(|line| line.contains(what)).count();
    ensure!(count("mcu_panics trapped") == 3, "not three runs:\n{}", log.join("\n"));
    ensure!(count("starts again in 100 ms") == 1 && count("starts again in 150 ms") == 1, "{}", log.join("\n"));
    ensure!(count("LED high") == 3 && count("LED low") == 3, "not safe after a trap:\n{}", log.join("\n"));
    println!("   a panic is logged, its outputs go to on-exit, and it starts again after 100 and 150 ms");

    damaged(machine, firmware, guests)?;
    println!(
        "   images that are damaged, cut, of another version, settings or board are refused, and the firmware waits"
    );

    let log = machine.run(firmware, &[Some(&guests.weather), Some(&guests.weather)], EXIT, "")?;
    let both: Vec<String> =
        guests.weather_there.readings.iter().flat_map(|line| [line.clone(), line.clone()]).collect();
    ensure!(readings(&log) == both, "the guests did not take turns:\n{}", log.join("\n"));
    println!("   two guests side by side, by turns");
    figures.two_guests(machine, &log)?;

    figures.flash(machine, Size::of(firmware)?);
    let weather = machine.run(firmware, &[Some(&guests.weather)], METER | EXIT, "")?;
    figures.memory(machine, &weather)?;
    figures.frames(machine, true, &weather)?;
    figures.frames(machine, false, &machine.run(firmware, &[Some(&guests.weather_without_fuel)], METER | EXIT, "")?)?;
    for (fuel, image) in [(true, &guests.transfers), (false, &guests.transfers_without_fuel)] {
        figures.transfers(machine, fuel, &machine.run(firmware, &[Some(image)], METER | EXIT, "")?)?;
    }
    Ok(())
}

fn same_as_under_the_host(log: &[String], guests: &Guests) -> anyhow::Result<()> {
    let there = &guests.weather_there;
    ensure!(there.readings.len() == 3, "the host logged other than three readings: {:?}", there.readings);
    ensure!(there.trace.len() > 1000, "only {} events on the wires", there.trace.len());
    same(log, there)?;
    let dots = dots(log);
    ensure!(dots.iter().flatten().any(|dot| *dot), "the display is dark");
    println!("   display: {:016x}", hash(&dots));
    Ok(())
}

/// Compares what a guest logged, did on the wires, and shows on its display.
fn same(log: &[String], there: &There) -> anyhow::Result<()> {
    let said = lines_of(log, &there.module);
    ensure!(
        !said.is_empty() && said == there.readings,
        "it logged otherwise than {:#?}:\n{}",
        there.readings,
        log.join("\n")
    );
    ensure!(there.trace.len() > 5, "the host traced only {} events", there.trace.len());
    same_trace(log, there)?;
    let picture: Vec<&String> = there.picture.iter().filter(|line| line.starts_with('│')).collect();
    if picture.is_empty() {
        return Ok(());
    }
    // The command drew several pictures, the last one when the guest had ended.
    let last: Vec<Vec<bool>> = picture.iter().rev().take(32).rev().flat_map(|line| halves(line)).collect();
    ensure!(last == dots(log), "the display differs");
    Ok(())
}

/// Compares what happened on the wires, event by event.
fn same_trace(log: &[String], there: &There) -> anyhow::Result<()> {
    let trace: Vec<&str> = log.iter().filter_map(|line| line.split_once(" trace ").map(|(_, event)| event)).collect();
    if let Some(at) = (0..trace.len().max(there.trace.len()))
        .find(|&at| trace.get(at).copied() != there.trace.get(at).map(String::as_str))
    {
        anyhow::bail!("event {at} differs: {:?} here, {:?} under the host", trace.get(at), there.trace.get(at));
    }
    Ok(())
}

/// Returns the readings of a log, as the host prints them.
fn readings(log: &[String]) -> Vec<String> {
    lines_of(log, "drivers_demo::weather")
}

/// Returns the lines that a guest's module has logged, as the host prints them.
fn lines_of(log: &[String], module: &str) -> Vec<String> {
    let lines = log.iter().filter(|line| line.contains(module));
    lines.filter_map(|line| line.split_once(' ').map(|(_, rest)| rest.to_owned())).collect()
}

/// Returns the dots of the display in a log.
fn dots(log: &[String]) -> Vec<Vec<bool>> {
    let rows = log.iter().filter(|line| line.contains(" oled "));
    let digits = rows.filter_map(|line| line.rsplit(' ').next());
    let row = |digits: &str| {
        let values = digits.chars().filter_map(|digit| digit.to_digit(16));
        values.flat_map(|value| [8, 4, 2, 1].map(|bit| value & bit != 0)).collect()
    };
    digits.map(row).collect()
}

/// Returns the two rows of dots in a line of the host's picture.
fn halves(line: &str) -> [Vec<bool>; 2] {
    let dots = line.trim_matches('│').chars();
    let both: Vec<(bool, bool)> = dots.map(|char| (matches!(char, '▀' | '█'), matches!(char, '▄' | '█'))).collect();
    [both.iter().map(|(upper, _)| *upper).collect(), both.iter().map(|(_, lower)| *lower).collect()]
}

/// FNV-1a over dots.
fn hash(dots: &[Vec<bool>]) -> u64 {
    let step = |hash: u64, dot: &bool| (hash ^ u64::from(*dot)).wrapping_mul(0x0100_0000_01b3);
    dots.iter().flatten().fold(0xcbf2_9ce4_8422_2325, step)
}

/// Changes an image in several ways, each of which must be refused.
fn damaged(machine: Machine, firmware: &Path, guests: &Guests) -> anyhow::Result<()> {
    let whole = fs::read(&guests.refused)?;
    let folder = guests.refused.parent().context("images are in a folder")?;
    // Of versions, settings and boards the checksum is right again: so it is they that are refused.
    let changes: [(&str, usize, u8, bool, &str); 5] = [
        ("checksum", 5000, 0xff, false, "the checksum is wrong"),
        ("version", 12, b'9', true, "compiled with Wasmtime 98.0.8"),
        ("settings", 36, 0x7f, true, "compiled with settings"),
        ("board", 28, b'x', true, "the image is for the board \"xemu\""),
        ("magic", 0, 0, false, "not an image"),
    ];
    for (name, at, byte, seal, expected) in changes {
        let mut image = whole.clone();
        *image.get_mut(at).context("the image is short")? = byte;
        if seal {
            sealed(&mut image)?;
        }
        let path = folder.join(format!("damaged-{name}.bin"));
        fs::write(&path, image)?;
        // Without the option that ends QEMU: the firmware waits.
        let log = machine.run(firmware, &[Some(&path)], 0, END)?;
        has(&log, "slot 0: refused")?;
        has(&log, expected)?;
        ensure!(!log.iter().any(|line| line.contains("label:")), "the guest ran:\n{}", log.join("\n"));
    }
    Ok(())
}

/// Makes the checksum of an image right again.
fn sealed(image: &mut [u8]) -> anyhow::Result<()> {
    use sha2::{Digest as _, Sha256};
    let (head, rest) = image.split_at_checked(96).context("the image is short")?;
    let digest = Sha256::new().chain_update(head.get(..64).unwrap_or_default()).chain_update(rest).finalize();
    image.get_mut(64..96).context("the image is short")?.copy_from_slice(&digest);
    Ok(())
}

fn has(log: &[String], what: &str) -> anyhow::Result<()> {
    ensure!(log.iter().any(|line| line.contains(what)), "the log does not say {what:?}:\n{}", log.join("\n"));
    Ok(())
}
