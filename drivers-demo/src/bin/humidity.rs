//! Reads an SHT40 with sht4x 0.2.0, which checks the CRC of every word.
//!
//! The part has no model in the simulation: the policy scripts what it expects and answers.
//!
//! Wiring: label `sensor`, an I2C bus with an SHT40 at 0x44.
//!
//! ```text
//! $ cargo run --bin humidity -- --policy policies/humidity.toml
//! serial number: 0f1e2d3c
//! 21.5 °C, 45.0 %
//! ```

use std::error::Error;

use drivers_demo::DriverError;
use sht4x::{Precision, Sht4x};
use wasm_embedded_hal::{Delay, I2c};

fn main() -> Result<(), Box<dyn Error>> {
    let mut delay = Delay::new();
    let mut sensor = Sht4x::new(I2c::open("sensor")?);
    let serial_number = sensor.serial_number(&mut delay).map_err(DriverError)?;
    println!("serial number: {serial_number:08x}");
    let measured = sensor.measure(Precision::High, &mut delay).map_err(DriverError)?;
    println!("{:.1} °C, {:.1} %", measured.temperature_celsius(), measured.humidity_percent());
    Ok(())
}
