//! Measures once a second, and goes on when the sensor is gone for a while.
//!
//! Wiring: label `sensor`, an I2C bus with a BME280 at 0x76; label `ALARM`, an output that is high while there is no sensor.

use std::error::Error;

use bme280::i2c::BME280;
use embedded_hal::delay::DelayNs;
use embedded_hal::digital::OutputPin as _;
use wasm_embedded_hal::{Delay, I2c, OutputPin};

const PAUSE_MS: u32 = 1_000;

fn main() -> Result<(), Box<dyn Error>> {
    let (mut delay, mut alarm) = (Delay::new(), OutputPin::open("ALARM")?);
    loop {
        // A sensor that was gone has lost its settings: it is set up anew each time.
        let mut sensor = BME280::new_primary(I2c::open("sensor")?);
        let measured = sensor.init(&mut delay).and_then(|()| sensor.measure(&mut delay));
        alarm.set_state(measured.is_err().into())?;
        match measured {
            Ok(measured) => println!("{:.1} C", measured.temperature),
            Err(error) => println!("no sensor: {error:?}"),
        }
        delay.delay_ms(PAUSE_MS);
    }
}
