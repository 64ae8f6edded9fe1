//! The runs, as data. On the wires of I2C, bytes that are read are shown as acknowledged, since QEMU does not tell; on that of SPI there
//! is only what goes out. Pins have the level at which the guest left them.

use crate::case::{Case, Conditions, Guest};
use crate::event::What;
use crate::host::{Ending, Ran};
use crate::text::on_wire;

/// The guest is run, and nothing else happens.
const ALONE: &str = "run";

/// Looks at the three outputs when the guest has ended.
const LOOK: &str = "run; for gpio in 17 27 22; do outside gpio $gpio high; done";

const HIGH: &str = "echo pull-up > $BUTTON_PULL; run";
const LOW: &str = "echo pull-down > $BUTTON_PULL; run";
/// The line changes when the guest has given its first answer.
const RISES: &str = "echo pull-down > $BUTTON_PULL; run & after 1; echo pull-up > $BUTTON_PULL; wait";
const FALLS: &str = "echo pull-up > $BUTTON_PULL; run & after 1; echo pull-down > $BUTTON_PULL; wait";

/// Pauses of 5 ms: half a second of them, one, and at least three.
macro_rules! pauses {
    (half) => {
        "...................................................................................................."
    };
    (one) => {
        concat!(pauses!(half), pauses!(half))
    };
    (three) => {
        concat!(pauses!(one), pauses!(one), pauses!(one))
    };
}

const fn case(script: &'static str) -> Case {
    Case::new(script)
}

const fn awaited(script: &'static str) -> Case {
    Case::new(script).by(&[Guest::Asynchronous])
}

/// A rule, and its runs.
type Runs = (&'static str, &'static [(Case, &'static str)]);

pub(super) const RUNS: &[Runs] = &[
    ("I2C-01", &[
        (case("i2c bus 48 w02").says("ok").wires(&[("i2c", "S 90. 02. P")]), ALONE),
        (case("i2c bus 48 w02; i2c bus 48 r2").says("ok; ok 4b00").wires(&[("i2c", "S 90. 02. P S 91. 4b. 00. P")]), ALONE),
    ]),
    ("I2C-02", &[(case("i2c bus 50 w0001 w02 w03; i2c bus 50 w00").says("ok; ok").wires(&[("i2c", "S a0. 00. 01. 02. 03. P S a0. 00. P")]), ALONE)]),
    ("I2C-03", &[
        (case("i2c bus 50 w10 w0102 w03; i2c bus 50 w10; i2c bus 50 r1 r2").says("ok; ok; ok 01 0203")
            .wires(&[("i2c", "S a0. 10. 01. 02. 03. P S a0. 10. P S a1. 01. 02. 03. P")]), ALONE),
    ]),
    ("I2C-06", &[
        (case("i2c bus 48 w02; i2c bus 48 r2; i2c:read bus 48 2; i2c:read bus 33 3").says("ok; ok 4b00; ok 4b00; err NoAcknowledge(Address)|NoAcknowledge(Unknown)")
            .wires(&[("i2c", "S 90. 02. P S 91. 4b. 00. P S 91. 4b. 00. P")]), ALONE),
    ]),
    ("I2C-07", &[
        (case("i2c bus 50 w20010203; i2c:write bus 50 20010203; i2c:write bus 50 *18").says("ok; ok; ok")
            .wires(&[("i2c", concat!("S a0. 20. 01. 02. 03. P S a0. 20. 01. 02. 03. P ",
                "S a0. 00. 01. 02. 03. 04. 05. 06. 07. 08. 09. 0a. 0b. 0c. 0d. 0e. 0f. 10. 11. P"))]), ALONE),
    ]),
    ("I2C-11", &[
        // Without their upper bit, c8 and d0 are the addresses of two chips.
        (case("i2c bus c8 w02; i2c:write bus d0 01; i2c:read bus c8 1; i2c:write-read bus d0 01 1; i2c bus 80 w; i2c bus 48 w02").says("err Other; err Other; err Other; err Other; err Other; ok")
            .wires(&[("i2c", "S 90. 02. P")]), ALONE),
    ]),
    ("I2C-12", &[(case("i2c bus t048 w02; i2c:read bus t050 1; i2c bus t448 w02").says("err Other; err Other; err Other").wires(&[("i2c", "")]), ALONE)]),
    ("I2C-13", &[
        (case("i2c:write bus 33 01; i2c:read bus 33 1; i2c:write-read bus 33 01 1; i2c bus 33 w01 r1")
            .says("err NoAcknowledge(Address)|NoAcknowledge(Unknown); err NoAcknowledge(Address)|NoAcknowledge(Unknown); err NoAcknowledge(Address)|NoAcknowledge(Unknown); err NoAcknowledge(Address)|NoAcknowledge(Unknown)"), ALONE),
    ]),
    ("I2C-20", &[
        (case("i2c bus 33 w01; i2c bus 48 w02; i2c:read bus 33 1; i2c:read bus 48 2").says("err; ok; err; ok 4b00")
            .wires(&[("i2c", "S 90. 02. P S 91. 4b. 00. P")]), ALONE),
    ]),
    ("I2C-21", &[
        (case("i2c bus 48 w02; i2c same-bus 48 r2; i2c bus#2 50 w10; i2c bus 48 r2").says("ok; ok 4b00; ok; ok 4b00")
            .wires(&[("i2c", "S 90. 02. P S 91. 4b. 00. P S a0. 10. P S 91. 4b. 00. P")]), ALONE),
    ]),
    ("I2C-22", &[(case("i2c bus 50 w300102030405; i2c bus 50 w30; i2c bus 50 r1 r3 r1").says("ok; ok; ok 01 020304 05"), ALONE)]),
    ("I2C-23", &[
        (case("i2c bus 48 w02; i2c:read bus 48 2; i2c:read@ref bus 48 2; i2c:read@default bus 48 2; i2c@ref bus 48 w02; i2c:write@default bus 48 02").says("ok; ok 4b00; ok 4b00; ok 4b00; ok; ok")
            .wires(&[("i2c", "S 90. 02. P S 91. 4b. 00. P S 91. 4b. 00. P S 91. 4b. 00. P S 90. 02. P S 90. 02. P")]), ALONE),
    ]),
    ("I2C-24", &[
        (awaited("i2c bus 48 w02; i2c bus 48 r2").says("ok; ok 4b00").wires(&[("i2c", "S 90. 02. P S 91. 4b. 00. P")]), ALONE),
        (case("i2c:write bus 50 *40; i2c bus 50 w10; i2c bus 50 r3 r1; i2c:read bus 50 20; i2c bus 33 r1"), ALONE),
    ]),
    ("I2C-25", &[(case("i2c bus 48; i2c bus 33").says("ok; ok").wires(&[("i2c", "")]), ALONE)]),
    ("I2C-26", &[
        (case("i2c bus 48 r0; i2c:read bus 48 0; i2c:write-read bus 48 02 0").says("err Other Unsupported; err Other Unsupported; err Other Unsupported").wires(&[("i2c", "")]), ALONE),
        (case("i2c bus 48 w02 w w; i2c bus 48 r1 r0 r1").says("ok; ok 4b - 00").wires(&[("i2c", "S 90. 02. P S 91. 4b. 00. P")]), ALONE),
    ]),
    ("I2C-27", &[(case("i2c bus 50 w*8193; i2c:read bus 50 8193; i2c bus 50 w*65537").says("err Other TooLong; err Other TooLong; err Other TooLong").wires(&[("i2c", "")]), ALONE)]),
    ("SPI-01", &[(case("spi device w9f r3").says("ok ef4016").wires(&[("spi", "[first 9f 00 00 00 ]")]), ALONE)]),
    ("SPI-02", &[(case("spi device w9f d5000 r1 d1000 r2").says("ok ef 4016").wires(&[("spi", "[first 9f 00 00 00 ]")]), ALONE)]),
    ("SPI-03", &[
        (case("spi device w9f r1; spi other w9f r1; spi device w9f r1").says("ok ef; ok 20; ok ef")
            .wires(&[("spi", "[first 9f 00 ] [second 9f 00 ] [first 9f 00 ]")]), ALONE),
    ]),
    ("SPI-09", &[(case("spi device w9f r3; spi:read device 2").says("ok ef4016; ok _").wires(&[("spi", "[first 9f 00 00 00 ] [first 00 00 ]")]), ALONE)]),
    ("SPI-10", &[(case("spi device w9f0102; spi:write device 9f03; spi device w9f r1").says("ok; ok; ok ef").wires(&[("spi", "[first 9f 01 02 ] [first 9f 03 ] [first 9f 00 ]")]), ALONE)]),
    ("SPI-11", &[(case("spi device t9f:4; spi device t9f010203:2").says("ok _; ok _").wires(&[("spi", "[first 9f 00 00 00 ] [first 9f 01 02 03 ]")]), ALONE)]),
    ("SPI-12", &[(case("spi device t9f00:1 r2").says("ok _ 4016").wires(&[("spi", "[first 9f 00 00 00 ]")]), ALONE)]),
    ("SPI-13", &[(case("spi device t9f:3 r1").says("ok _ 16").wires(&[("spi", "[first 9f 00 00 00 ]")]), ALONE)]),
    ("SPI-14", &[(case("spi device t9f:0 r3; spi device t9f:1 t:3").says("ok - ef4016; ok _ ef4016").wires(&[("spi", "[first 9f 00 00 00 ] [first 9f 00 00 00 ]")]), ALONE)]),
    ("SPI-15", &[(case("spi device w9f i010203").says("ok ef4016").wires(&[("spi", "[first 9f 01 02 03 ]")]), ALONE)]),
    ("SPI-18", &[
        (case("spi device w9f; spi:write device 9f; spi:write@ref device 9f; spi:write@default device 9f").says("ok; ok; ok; ok")
            .wires(&[("spi", "[first 9f ] [first 9f ] [first 9f ] [first 9f ]")]), ALONE),
        (case("spi:transfer device 9f 4; spi:transfer@default device 9f 4; spi:in-place device 9f010203; spi:in-place@ref device 9f010203; spi:read@default device 2")
            .wires(&[("spi", "[first 9f 00 00 00 ] [first 9f 00 00 00 ] [first 9f 01 02 03 ] [first 9f 01 02 03 ] [first 00 00 ]")]), ALONE),
    ]),
    ("SPI-25", &[(case("open spi device; open spi other; delay:us 50").says("ok; ok; ok").wires(&[("spi", "")]), ALONE)]),
    ("SPI-27", &[(case("spi device; spi other; spi device t9f:4").says("ok; ok; ok _").wires(&[("spi", "[first ] [second ] [first 9f 00 00 00 ]")]), ALONE)]),
    ("SPI-28", &[(case("spi device w*4097; spi device r5000; spi device t9f:4097").says("err Other TooLong; err Other TooLong; err Other TooLong").wires(&[("spi", "")]), ALONE)]),
    ("SPI-29", &[
        (awaited("spi:drop device 0 w9f r3; spi device w9f r3; spi:drop device 200000 w9f r300 d5000 w9f; spi device w9f r3; spi:drop device 900000000 w9f r3; spi device w9f r3")
            .says("dropped|ended; ok ef4016; dropped|ended; ok ef4016; dropped|ended; ok ef4016").judged(whole), ALONE),
    ]),
    ("GP-01", &[
        (case("out:high OUT").says("ok").wires(&[("OUT", "high")]), LOOK),
        (case("out:high OUT; out:low OUT").says("ok; ok").wires(&[("OUT", "low")]), LOOK),
    ]),
    ("GP-02", &[
        (case("out:set OUT high").says("ok").wires(&[("OUT", "high")]), LOOK),
        (case("out:set@ref OUT high; out:set@default OUT low").says("ok; ok").wires(&[("OUT", "low")]), LOOK),
    ]),
    ("GP-03", &[
        (case("out:commanded UP; out:low UP; out:commanded UP").says("ok high=true low=false; ok; ok high=false low=true").wires(&[("UP", "low")]), LOOK),
    ]),
    ("GP-04", &[
        (case("out:commanded OUT; out:high OUT; out:commanded OUT").says("ok high=false low=true; ok; ok high=true low=false").wires(&[("OUT", "high")]), LOOK),
    ]),
    ("GP-05", &[
        (case("out:toggle OUT").says("ok").wires(&[("OUT", "high")]), LOOK),
        (case("out:toggle OUT; out:toggle@default OUT").says("ok; ok").wires(&[("OUT", "low")]), LOOK),
    ]),
    ("GP-06", &[
        (case("in:level BUTTON").says("ok high=true low=false"), HIGH),
        (case("in:level@ref BUTTON").says("ok high=false low=true"), LOW),
    ]),
    ("GP-07", &[
        (case("open out NOUT; out:commanded NOUT").says("ok; ok high=true low=false").wires(&[("NOUT", "low")]), LOOK),
        (case("out:low NOUT; out:commanded NOUT").says("ok; ok high=false low=true").wires(&[("NOUT", "high")]), LOOK),
        (case("in:level NBUTTON").says("ok high=false low=true"), "policy=conformance-inverted; echo pull-up > $BUTTON_PULL; run"),
    ]),
    ("GP-09", &[(case("pin-state").says("ok true=High false=Low high=true low=false !high=Low !low=High"), ALONE)]),
    ("W-01", &[
        (awaited("wait:high BUTTON ..; wait:high@ref BUTTON ..").says("ok 0; ok 0"), HIGH),
        (awaited(concat!("out:low OUT; wait:high BUTTON ", pauses!(three))).says("ok; ok _"), RISES),
    ]),
    ("W-02", &[
        (awaited("wait:low BUTTON ..; wait:low@ref BUTTON ..").says("ok 0; ok 0"), LOW),
        (awaited(concat!("out:low OUT; wait:low BUTTON ", pauses!(three))).says("ok; ok _"), FALLS),
    ]),
    ("W-04", &[
        (awaited(concat!("out:low OUT; wait:rising BUTTON ", pauses!(three))).says("ok; ok _"), RISES),
        (awaited(concat!("out:low OUT; wait:rising BUTTON ", pauses!(one))).says("ok; waits"), FALLS),
    ]),
    ("W-05", &[
        (awaited(concat!("out:low OUT; wait:falling BUTTON ", pauses!(three))).says("ok; ok _"), FALLS),
        (awaited(concat!("out:low OUT; wait:falling BUTTON ", pauses!(one))).says("ok; waits"), RISES),
    ]),
    ("W-06", &[
        (awaited(concat!("out:low OUT; wait:any BUTTON ", pauses!(three), "; wait:any@ref BUTTON ", pauses!(three))).says("ok; ok _; ok _"),
            "echo pull-down > $BUTTON_PULL; run & after 1; echo pull-up > $BUTTON_PULL; after 2; echo pull-down > $BUTTON_PULL; wait"),
    ]),
    ("W-07", &[
        (awaited(concat!("in:level BUTTON; delay:ms 4000; wait:any BUTTON ", pauses!(half))).says("ok high=false low=true; ok; waits"),
            "echo pull-down > $BUTTON_PULL; run & after 1; echo pull-up > $BUTTON_PULL; echo pull-down > $BUTTON_PULL; wait"),
    ]),
    ("W-09", &[
        (awaited(concat!("in:level BUTTON; wait:rising BUTTON .; delay:ms 4000; wait:rising BUTTON ", pauses!(half), "; wait:rising BUTTON ", pauses!(three)))
            .says("ok high=false low=true; waits; ok; waits; ok _"),
            "echo pull-down > $BUTTON_PULL; run & after 2; echo pull-up > $BUTTON_PULL; echo pull-down > $BUTTON_PULL; after 4; echo pull-up > $BUTTON_PULL; wait"),
    ]),
    ("D-01", &[(case("delay:ms 1500; delay:us 1000000; delay:ns 500000000").says("ok; ok; ok").judged(took::<3_000>), ALONE)]),
    ("D-02", &[(case("delay:us 4294968").by(&[Guest::Blocking]).says("ok").judged(took::<4_294>), ALONE), (case("delay:ms@default 4295").by(&[Guest::Blocking]).says("ok").judged(took::<4_295>), ALONE)]),
    ("D-04", &[(awaited("delay:ms 1500; delay:us 1000000; delay:ns 500000000").says("ok; ok; ok").judged(took::<3_000>), ALONE)]),
    ("D-05", &[
        (case("out:low OUT; delay:ms 4294967295").under(Conditions { stop_after_ms: Some(0), ..Conditions::NONE }).by(&[Guest::Blocking]).judged(stopped),
            "run & after 1; stop; wait"),
    ]),
    ("D-06", &[
        (case("out:low OUT; delay:ms 3000").says("ok; ok").judged(took::<3_000>), "run & after 1; date -s '2030-01-01 00:00:00' > /dev/null; wait"),
    ]),
];

/// Returns why a rule cannot be seen.
pub(super) fn reason(rule: &str) -> &'static str {
    const BOUNDARY: &str =
        "it is about the boundary to the guest, for which the other hosts have devices that fail in every way";
    const STOPS: &str = "QEMU's controller ends every message with a STOP: no repeated START can be seen";
    const NO_FAULTS: &str = "nothing on the emulated buses fails in the middle of a transaction";
    const NO_EDGES: &str = "QEMU tells words and no clock edges, modes or times";
    const NO_PWM_WIRES: &str =
        "no wire leads from the emulated Pi's PWM outputs: checks of their own read back what the kernel makes of them";
    match rule {
        "I2C-04" | "I2C-08" => STOPS,
        "I2C-05" => "QEMU does not tell the acknowledge bits of what is read",
        "I2C-09" => "QEMU does not tell of messages that no chip takes, after which the bus has to be idle",
        "I2C-10" | "I2C-14" | "I2C-28" => "no chip of the emulated board refuses a byte",
        "I2C-15" | "I2C-16" | "I2C-17" | "I2C-18" => NO_FAULTS,
        "SPI-04" | "SPI-05" | "SPI-06" | "SPI-07" | "SPI-08" | "SPI-26" => NO_FAULTS,
        "I2C-19" | "SPI-24" | "GP-10" | "IO-14" | "IO-15" => BOUNDARY,
        "SPI-16" | "SPI-17" | "SPI-19" | "SPI-23" | "SPI-30" => NO_EDGES,
        "SPI-20" | "SPI-21" | "SPI-22" => "both SPI devices of the Pi have a select",
        "GP-08" => "levels are looked at when the guest has ended, and a glitch would be over",
        "W-03" | "W-08" => "no wire leads from an output to an input: nothing outside of the guest is as quick",
        "D-03" => "an emulated processor promises nothing about the longest time",
        _ if rule.starts_with("PWM") => NO_PWM_WIRES,
        _ => "the emulated Pi's serial port is its console",
    }
}

/// Expects the guest to have run for at least so many milliseconds, by the kernel's clock of the time since it booted, in hundredths.
fn took<const MS: u64>(ran: &Ran) -> Result<(), String> {
    let at_ns: Vec<u64> = ran.events.iter().filter(|event| event.wire == "RUN").map(|event| event.at_ns).collect();
    let [begin_ns, end_ns] = at_ns.as_slice() else { return Err("it is not known how long it ran".to_owned()) };
    let ran_ms = end_ns.saturating_sub(*begin_ns) / 1_000_000;
    if ran_ms >= MS { Ok(()) } else { Err(format!("it ran for {ran_ms} ms instead of at least {MS} ms")) }
}

/// Expects the guest to have ended within a second after it was to stop.
fn stopped(ran: &Ran) -> Result<(), String> {
    match ran.ending {
        Ending::Stopped { late_ns } if late_ns <= 1_000_000_000 => Ok(()),
        ref ending => Err(format!("it ended otherwise than stopped within a second: {ending:?}")),
    }
}

/// Expects whole transactions: of 4 words, or of 302.
fn whole(ran: &Ran) -> Result<(), String> {
    let mut count = None;
    for event in ran.events.iter().filter(|event| event.wire == "spi") {
        count = match (&event.what, count) {
            (What::Select { .. }, None) => Some(0_u32),
            (What::Frame { .. }, Some(count)) => Some(count + 1),
            (What::Deselect { .. }, Some(4 | 302)) => None,
            _ => return Err(format!("on spi was {:?}", on_wire(&ran.events, "spi"))),
        };
    }
    if count.is_none() { Ok(()) } else { Err("the select stayed active".to_owned()) }
}
