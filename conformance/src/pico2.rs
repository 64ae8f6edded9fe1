//! What of the rules can be seen on the RP2350 in software, which `cargo xtask pico2` boots: a guest on the firmware of the Pico 2 as it
//! is flashed, and a logic analyser beside the pins of the chip.
//!
//! The [`bench`](crate::bench) is soldered to those pins, so the cases are those of the catalogue, as far as the board has the labels and
//! the parts for them. The firmware runs the blocking guest only.

use crate::case::{Case, Conditions, Guest, Peer};
use crate::judge;
use crate::report::Report;
use crate::rule::Rule;

/// What it is called in reports.
pub const NAME: &str = "Pico 2 in software";

/// Labels of the bench that this board cannot have.
const LACKING: [&str; 3] = [" seven ", " SMALL", " faulty-"];

/// Returns the cases of a rule: those that this board has all labels and parts for.
#[must_use]
pub fn cases(rule: &Rule) -> Vec<Case> {
    let own: Option<&[Case]> = OWN.iter().find(|(id, _)| *id == rule.id).map(|(_, cases)| *cases);
    let cases = own.unwrap_or(rule.cases).iter().filter(|case| has(case));
    cases.map(|case| case.by(&[Guest::Blocking])).collect()
}

fn has(case: &Case) -> bool {
    let hangs_up = case.conditions.serial.iter().any(|(_, peer)| *peer == Peer::HangsUp);
    let lacks = LACKING.iter().any(|label| case.script.contains(label));
    case.guests.contains(&Guest::Blocking) && !lacks && !hangs_up
}

/// Cases in the place of those of the catalogue: without writes of nothing, which the controllers cannot do, and with one long delay
/// for four, since the chip waits in software.
const OWN: &[(&str, &[Case])] = &[
    ("I2C-11", &[
        Case::new("i2c bus 08 w01; i2c bus 33 r1; i2c bus 77 w01").wires(&[("i2c", "S 10! P S 67! P S ee! P")]),
        Case::new("i2c bus aa w01; i2c:write bus aa *17; i2c:read bus aa 1; i2c:read bus aa 17; i2c:write-read bus aa 00 1; i2c bus 80 w; i2c:read bus ff 1")
            .says("err Other; err Other; err Other; err Other; err Other; err Other; err Other")
            .wires(&[("i2c", "")]),
    ]),
    ("I2C-13", &[Case::new("i2c:write bus 33 01; i2c:read bus 33 1; i2c:write-read bus 33 01 1; i2c bus 33 w*40")
        .says("err NoAcknowledge(Address); err NoAcknowledge(Address); err NoAcknowledge(Address); err NoAcknowledge(Address)")]),
    ("IO-09", &[Case::new("uart:write-all SERIAL *40; uart:flush SERIAL; out:high OUT").says("ok; ok; ok").judged(judge::sent_before)]),
    // The FIFO has room for 32 bytes.
    ("IO-19", &[
        Case::new("uart:read-exact SERIAL 40; uart:read-exact SERIAL 20").under(SIXTY)
            .says("ok 4142434445464748494a4b4c4d4e4f505152535455565758595a4142434445464748494a4b4c4d4e; ok 4f505152535455565758595a4142434445464748"),
        // The loss is told behind the first byte.
        Case::new("uart:until-ready SERIAL; delay:ms 50; uart:read SERIAL 1; uart:read-exact SERIAL 3").under(SIXTY)
            .says("ok; ok; ok 1 41; err Other"),
    ]),
    ("D-02", &[Case::new("out:high OUT; delay:us 4294968; out:low OUT").judged(judge::long_delay)]),
];

/// Sixty bytes at once.
const SIXTY: Conditions = Conditions {
    serial: &[(20, Peer::Sends(b"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGH"))],
    ..Conditions::NONE
};

/// Returns why a rule cannot be seen there, if it cannot.
#[must_use]
pub fn exception(rule: &str) -> Option<&'static str> {
    const FAULTS: &str = "the emulated controllers have no such faults: only the address or a byte is not acknowledged";
    const BOUNDARY: &str =
        "it is about the boundary to the guest, for which the other hosts have devices that fail in every way";
    const NEVER_FAILS: &str = "neither the chip's SPI controllers nor its select lines have a way to fail";
    const ASYNCHRONOUS: &str = "the firmware runs no asynchronous guests";
    const NO_END: &str = "the wires of a serial port have no end of the stream";
    Some(match rule {
        "I2C-15" | "I2C-16" | "I2C-17" | "I2C-18" => FAULTS,
        "I2C-19" | "SPI-24" | "GP-10" | "IO-14" | "IO-15" => BOUNDARY,
        "I2C-26" => "the chip's controllers send no address without a byte: a write of nothing alone is refused",
        "SPI-04" | "SPI-05" | "SPI-06" | "SPI-07" | "SPI-08" => NEVER_FAILS,
        "SPI-26" => "a bus is one guest's, and nothing else holds it",
        "I2C-24" | "SPI-29" | "D-04" | "IO-16" | "IO-17" => ASYNCHRONOUS,
        "D-05" => "who stops a guest there is the serial line, for which the emulator has tests of its own",
        "D-06" => "the chip has no date",
        "IO-12" => "the guest is interpreted: it takes longer between two edges than the byte on the wire",
        "IO-04" | "IO-10" | "IO-18" => NO_END,
        _ if rule.starts_with("W-") => ASYNCHRONOUS,
        _ => return None,
    })
}

/// Returns the report that `cargo xtask pico2` demands: that every rule passes which can be seen.
#[must_use]
pub fn demanded() -> Report {
    Report::demanded(NAME, cases, exception)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    fn every_rule_is_seen_or_has_a_reason() {
        for rule in catalogue::rules() {
            assert!(exception(rule.id).is_some() || !cases(rule).is_empty(), "{}", rule.id);
        }
        let counts = demanded().counts();
        assert_eq!(counts.passed + counts.not_applicable, 110);
        assert!(counts.passed >= 51, "{} rules are seen", counts.passed);
    }

    #[test]
    fn every_own_case_is_for_a_rule_of_the_catalogue() {
        assert!(OWN.iter().all(|(id, _)| catalogue::rules().any(|rule| rule.id == *id)));
    }
}
