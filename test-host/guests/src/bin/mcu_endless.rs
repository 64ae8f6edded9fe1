//! Waits once, and then computes for ever.
#![no_std]
#![no_main]

use embedded_hal::delay::DelayNs as _;
use wasm_embedded_hal::{Delay, OutputPin, digital, entry};

entry!(main);

fn main() -> Result<(), digital::Error> {
    if let Ok(mut pin) = OutputPin::open("LED") {
        embedded_hal::digital::OutputPin::set_high(&mut pin)?;
    }
    Delay::new().delay_ms(10);
    let mut number = 1_u32;
    loop {
        number = core::hint::black_box(number.wrapping_mul(3));
    }
}
