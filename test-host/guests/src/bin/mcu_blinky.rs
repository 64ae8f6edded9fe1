//! Blinks: five times on for half a second.
#![no_std]
#![no_main]

use embedded_hal::delay::DelayNs as _;
use embedded_hal::digital::OutputPin as _;
use wasm_embedded_hal::{Delay, Error, OutputPin, entry, log};

entry!(main);

fn main() -> Result<(), Error> {
    log::init();
    let mut led = OutputPin::open("LED")?;
    for blink in 1..=5 {
        ::log::info!("{blink}: on");
        led.set_high()?;
        Delay::new().delay_ms(500);
        ::log::info!("{blink}: off");
        led.set_low()?;
        Delay::new().delay_ms(500);
    }
    Ok(())
}
