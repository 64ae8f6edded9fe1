//! `thermometer` without std: a component that imports nothing but the interfaces of `wasm-embedded:hal` that it uses, and so also
//! runs where there is no operating system.
//!
//! Wiring and output: as `thermometer`.
//!
//! ```text
//! $ cargo run --example thermometer_nostd
//! ```
#![no_std]
#![no_main]

use embedded_hal::i2c::I2c;
use wasm_embedded_hal::print::println;
use wasm_embedded_hal::{Error, entry};

/// The part's address, with its pins A0 to A2 at ground.
const ADDRESS: u8 = 0x48;

/// The registers that hold temperatures. National Semiconductor LM75 (DS012658), section 1.11.
const REGISTERS: [(&str, u8); 3] = [("temperature", 0), ("hysteresis", 2), ("limit", 3)];

entry!(main);

fn main() -> Result<(), Error> {
    let mut bus = wasm_embedded_hal::I2c::open("thermometer")?;
    for (name, register) in REGISTERS {
        let tenths = read_tenths(&mut bus, register)?;
        let sign = if tenths < 0 { "-" } else { "" };
        let magnitude = tenths.unsigned_abs();
        println!("{name}: {sign}{}.{} degC", magnitude / 10, magnitude % 10);
    }
    Ok(())
}

/// Reads a register, in tenths of a degree, rounded to the nearest.
fn read_tenths<B: I2c>(bus: &mut B, register: u8) -> Result<i32, B::Error> {
    let mut bytes = [0; 2];
    bus.write_read(ADDRESS, &[register], &mut bytes)?;
    // Two's complement, left-justified: the upper byte is whole degrees, whatever the resolution. DS012658, section 1.12.
    let raw = i32::from(i16::from_be_bytes(bytes));
    Ok((raw * 10 + 128).div_euclid(256))
}
