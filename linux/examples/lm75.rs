//! Reads an LM75 thermometer with the driver `lm75` from crates.io.
//!
//! Wiring on a Raspberry Pi: SDA to pin 3 (GPIO2), SCL to pin 5 (GPIO3), A0 to A2 to ground. Enable I2C with
//! `dtparam=i2c_arm=on` in config.txt.
//!
//! `cargo run --example lm75 -- /dev/i2c-1` prints `temperature: 23.5 degC`.

use std::sync::Arc;

use embedded_hal::i2c::I2c;
use lm75::{Address, Lm75};
use wasm_embedded_linux::{I2cSettings, Linux, PrintErrors};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "/dev/i2c-1".to_owned());
    let linux = Linux::new(Arc::new(PrintErrors));
    let bus = linux.i2c("thermometer", &I2cSettings::new(path))?;
    println!("temperature: {:.1} degC", temperature(bus)?);
    Ok(())
}

/// Reads the thermometer over any I2C bus.
fn temperature<B: I2c>(bus: B) -> Result<f32, String> {
    let mut thermometer = Lm75::new(bus, Address::default());
    thermometer.read_temperature().map_err(|error| format!("the thermometer does not answer: {error:?}"))
}
