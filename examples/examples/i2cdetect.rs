//! Lists the I2C targets on a bus, in the grid of i2c-tools' `i2cdetect -y -r`: one byte is read from every address.
//!
//! `--` is an address that nobody acknowledges. `!!`, which i2c-tools does not have, is one that the policy does not grant:
//! nothing goes out on the wires for it. Any other error ends the program, since a bus with a fault is not an empty one.
//!
//! Wiring: label `bus`, any I2C bus. In `board.toml` there are an SSD1306 (3c), an LM75 (48), a 24C02 (50), a DS3231 (68) and a
//! BME280 (76).
//!
//! ```text
//! $ cargo run --example i2cdetect
//!      0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f
//! 00:                         -- -- -- -- -- -- -- --
//! 10: -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- --
//! 20: -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- --
//! 30: -- -- -- -- -- -- -- -- -- -- -- -- 3c -- -- --
//! 40: -- -- -- -- -- -- -- -- 48 -- -- -- -- -- -- --
//! 50: 50 -- -- -- -- -- -- -- -- -- -- -- -- -- -- --
//! 60: -- -- -- -- -- -- -- -- 68 -- -- -- -- -- -- --
//! 70: -- -- -- -- -- -- 76 --
//! ```

use std::error::Error;
use std::ops::RangeInclusive;

use embedded_hal::i2c::{Error as _, ErrorKind, I2c};
use wasm_embedded_hal::i2c;

/// What lies outside is reserved, and left blank. UM10204 (I2C-bus specification and user manual) Rev. 7.0, table 4.
const ORDINARY: RangeInclusive<u8> = 0x08..=0x77;

fn main() -> Result<(), Box<dyn Error>> {
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
