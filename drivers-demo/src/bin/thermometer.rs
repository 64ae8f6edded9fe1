//! Reads the temperature of an LM75 with lm75 1.0.0, and sets the limits of its output.
//!
//! Wiring: label `thermometer`, an I2C bus with an LM75 at 0x48.
//!
//! ```text
//! $ cargo run --bin thermometer -- --policy policies/thermometer.toml
//! -18.5 °C, alarm above 30.0 °C
//! ```

use std::error::Error;

use drivers_demo::DriverError;
use lm75::{Address, Lm75};
use wasm_embedded_hal::I2c;

const LIMIT_C: f32 = 30.0;
const HYSTERESIS_C: f32 = 28.5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut thermometer = Lm75::new(I2c::open("thermometer")?, Address::default());
    thermometer.set_os_temperature(LIMIT_C).map_err(DriverError)?;
    thermometer.set_hysteresis_temperature(HYSTERESIS_C).map_err(DriverError)?;
    let temperature = thermometer.read_temperature().map_err(DriverError)?;
    println!("{temperature:.1} °C, alarm above {LIMIT_C:.1} °C");
    Ok(())
}
