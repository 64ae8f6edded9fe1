//! `i2cdetect` without std: a component that imports nothing but the interfaces of `wasm-embedded:hal` that it uses, and so also
//! runs where there is no operating system.
//!
//! Wiring and output: as `i2cdetect`.
//!
//! ```text
//! $ cargo run --example i2cdetect_nostd
//! ```
#![no_std]
#![no_main]

use core::ops::RangeInclusive;

use embedded_hal::i2c::{Error as _, ErrorKind, I2c};
use wasm_embedded_hal::print::{print, println};
use wasm_embedded_hal::{Error, entry, i2c};

/// What lies outside is reserved, and left blank. UM10204 (I2C-bus specification and user manual) Rev. 7.0, table 4.
const ORDINARY: RangeInclusive<u8> = 0x08..=0x77;

entry!(main);

fn main() -> Result<(), Error> {
    let mut bus = wasm_embedded_hal::I2c::open("bus")?;
    println!("     0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f");
    for row in (0x00..0x80).step_by(16) {
        print!("{row:02x}: ");
        for address in row..row + 16 {
            if !ORDINARY.contains(&address) {
                print!("   ");
                continue;
            }
            match acknowledges(&mut bus, address) {
                Ok(true) => print!("{address:02x} "),
                Ok(false) => print!("-- "),
                Err(i2c::Error::Denied) => print!("!! "),
                Err(error) => return Err(error.into()),
            }
        }
        println!();
    }
    Ok(())
}

/// Reads one byte, as SMBus' "receive byte", and returns whether somebody acknowledged the address.
fn acknowledges<B: I2c>(bus: &mut B, address: u8) -> Result<bool, B::Error> {
    match bus.read(address, &mut [0]) {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.kind(), ErrorKind::NoAcknowledge(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
