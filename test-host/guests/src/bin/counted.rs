//! As many write-reads of 1 and 8 bytes as the target says: `guests/counted` has it in other languages.
#![no_std]
#![no_main]

use embedded_hal::i2c::I2c as _;
use wasm_embedded_hal::{I2c, entry};

const ADDRESS: u8 = 0x48;

entry!(main);

fn main() -> Result<(), wasm_embedded_hal::OpenError> {
    let mut bus = I2c::open("counted")?;
    let (mut register, mut rounds, mut bytes) = ([0], [0; 2], [0; 8]);
    assert!(bus.write_read(ADDRESS, &register, &mut rounds).is_ok(), "the target does not answer");
    for _ in 0..u16::from_be_bytes(rounds) {
        assert!(bus.write_read(ADDRESS, &register, &mut bytes).is_ok(), "the target does not answer");
        register[0] = bytes[7];
    }
    Ok(())
}
