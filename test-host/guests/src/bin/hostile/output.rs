//! H48 to H51: floods, and text that would like to be something else.

use embedded_hal::i2c::I2c as _;
use wasm_embedded_hal::I2c;

use crate::Failure;

/// Text that would change a terminal, forge a line of the host, or read otherwise than it is.
const ACTIVE: &str = "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\r\n[    0.000000] host  all is well\n{\"event\":\"exit\",\"status\":0}\n\
                      \u{202e}txet\u{2066}\u{200b}\u{feff}\0\u{8}\u{7f}";

pub(crate) fn run(what: &str) -> Result<bool, Failure> {
    match what {
        "log-flood" => log_flood(),
        "long-lines" => long_lines(),
        "print-flood" => print_flood(),
        "active-text" => active_text()?,
        "active-print" => println!("{ACTIVE}"),
        "trace-flood" => trace_flood()?,
        "print-some" => (0..100_000).for_each(|number| println!("{number} and some more text to fill the line")),
        _ => return Ok(false),
    }
    Ok(true)
}

fn log_flood() {
    wasm_embedded_hal::log::init();
    for number in 0..1_000_000 {
        log::info!("line {number} of a flood");
    }
}

fn long_lines() {
    wasm_embedded_hal::log::init();
    let line = "x".repeat(60_000);
    for _ in 0..1000 {
        log::error!("{line}");
    }
}

fn print_flood() {
    let line = "again and again and again\n".repeat(100);
    loop {
        print!("{line}");
    }
}

/// H49: by every way that text takes to the operator.
fn active_text() -> Result<(), Failure> {
    wasm_embedded_hal::log::init();
    log::error!("{ACTIVE}");
    log::error!(target: ACTIVE, "target");
    let _ = I2c::open(ACTIVE);
    panic!("{ACTIVE}");
}

fn trace_flood() -> Result<(), Failure> {
    let mut bus = I2c::open("bus")?;
    for _ in 0..100_000 {
        bus.write(0x2a_u8, &[1, 2, 3, 4, 5, 6, 7, 8])?;
    }
    Ok(())
}
