//! Shares one I2C bus between two drivers with embedded-hal-bus 0.3.0: a BME280 and an LM75.
//!
//! Wiring: label `bus`, an I2C bus with a BME280 at 0x76 and an LM75 at 0x48.
//!
//! ```text
//! $ cargo run --bin shared_bus -- --policy policies/shared_bus.toml
//! room: 21.5 °C, freezer: -18.5 °C
//! room: 21.5 °C, freezer: -18.5 °C
//! ```

use std::cell::RefCell;
use std::error::Error;

use bme280::i2c::BME280;
use drivers_demo::DriverError;
use embedded_hal::delay::DelayNs;
use embedded_hal_bus::i2c::RefCellDevice;
use lm75::{Address, Lm75};
use wasm_embedded_hal::{Delay, I2c};

fn main() -> Result<(), Box<dyn Error>> {
    let mut delay = Delay::new();
    let bus = RefCell::new(I2c::open("bus")?);
    let mut room = BME280::new_primary(RefCellDevice::new(&bus));
    let mut freezer = Lm75::new(RefCellDevice::new(&bus), Address::default());
    room.init(&mut delay).map_err(DriverError)?;
    for _ in 0..2 {
        let room = room.measure(&mut delay).map_err(DriverError)?.temperature;
        let freezer = freezer.read_temperature().map_err(DriverError)?;
        println!("room: {room:.1} °C, freezer: {freezer:.1} °C");
        delay.delay_ms(100);
    }
    Ok(())
}
