//! Asks for what the policy does not grant, and says what it got.
#![no_std]
#![no_main]

use embedded_hal::i2c::I2c as _;
use wasm_embedded_hal::{I2c, entry, log};

entry!(main);

fn main() -> Result<(), wasm_embedded_hal::OpenError> {
    log::init();
    let label = I2c::open("nothing").map(drop);
    ::log::info!("label: {label:?}");
    let mut bus = I2c::open("sensor")?;
    let address = bus.read(0x77_u8, &mut [0]);
    ::log::info!("address: {address:?}");
    let long = bus.write(0x76_u8, &[0; 40]);
    ::log::info!("length: {long:?}");
    Ok(())
}
