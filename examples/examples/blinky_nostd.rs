//! `blinky` without std: a component that imports nothing but the interfaces of `wasm-embedded:hal` that it uses, and so also
//! runs where there is no operating system.
//!
//! Wiring and output: as `blinky`.
//!
//! ```text
//! $ cargo run --example blinky_nostd
//! ```
#![no_std]
#![no_main]

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::OutputPin;
use wasm_embedded_hal::print::println;
use wasm_embedded_hal::{Delay, Error, entry};

/// How long the LED is on, and off.
const HALF_PERIOD_MS: u32 = 500;

entry!(main);

fn main() -> Result<(), Error> {
    let mut led = wasm_embedded_hal::OutputPin::open("LED")?;
    for blink in 1..=5 {
        println!("{blink}: on");
        flash(&mut led, &mut Delay::new())?;
        println!("{blink}: off");
    }
    Ok(())
}

/// Switches an LED on and off again.
fn flash<P: OutputPin>(led: &mut P, delay: &mut impl DelayNs) -> Result<(), P::Error> {
    led.set_high()?;
    delay.delay_ms(HALF_PERIOD_MS);
    led.set_low()?;
    delay.delay_ms(HALF_PERIOD_MS);
    Ok(())
}
