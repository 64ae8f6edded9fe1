//! A thousand accesses of one byte each way, between two waits that end a measurement; then as many of nothing.
#![no_std]
#![no_main]

use embedded_hal::delay::DelayNs as _;
use embedded_hal::i2c::I2c as _;
use wasm_embedded_hal::{Delay, I2c, entry};

/// Where the id of a BME280 is.
const ID_REGISTER: u8 = 0xd0;
const ID: u8 = 0x60;

entry!(main);

fn main() -> Result<(), wasm_embedded_hal::OpenError> {
    let mut bus = I2c::open("sensor")?;
    let mut delay = Delay::new();
    delay.delay_ms(1000);
    let mut right = 0;
    for _ in 0..1000 {
        let mut id = [0];
        if bus.write_read(0x76_u8, &[ID_REGISTER], &mut id).is_ok() && id == [ID] {
            right += 1;
        }
    }
    delay.delay_ms(1000);
    assert!(right == 1000, "a transfer failed");
    Ok(())
}
