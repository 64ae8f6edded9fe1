//! Drives an output and panics.
#![no_std]
#![no_main]

use wasm_embedded_hal::{OutputPin, digital, entry};

entry!(main);

fn main() -> Result<(), digital::Error> {
    if let Ok(mut pin) = OutputPin::open("LED") {
        embedded_hal::digital::OutputPin::set_high(&mut pin)?;
    }
    panic!("the reactor is on fire");
}
