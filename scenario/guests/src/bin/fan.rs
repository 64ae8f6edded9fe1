//! Switches a fan on at 30 degrees, and off again below 28.
//!
//! Wiring: label `sensor`, an I2C bus with a BME280 at 0x76; label `FAN`, an output.

use std::error::Error;

use bme280::i2c::BME280;
use bme280::{Configuration, Oversampling};
use embedded_hal::delay::DelayNs;
use embedded_hal::digital::OutputPin as _;
use wasm_embedded_hal::{Delay, I2c, OutputPin};

const ON_DEGC: f32 = 30.0;
const OFF_DEGC: f32 = 28.0;
const PAUSE_MS: u32 = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let (mut delay, mut fan) = (Delay::new(), OutputPin::open("FAN")?);
    let mut sensor = BME280::new_primary(I2c::open("sensor")?);
    // Without the filter of `init`, which would take seconds to follow.
    let settings = Configuration::default()
        .with_temperature_oversampling(Oversampling::Oversampling2X)
        .with_pressure_oversampling(Oversampling::Oversampling1X)
        .with_humidity_oversampling(Oversampling::Oversampling1X);
    sensor.init_with_config(&mut delay, settings).map_err(|error| format!("{error:?}"))?;
    let mut is_on = false;
    loop {
        let measured = sensor.measure(&mut delay).map_err(|error| format!("{error:?}"))?;
        let was_on = is_on;
        is_on = measured.temperature >= if was_on { OFF_DEGC } else { ON_DEGC };
        if is_on != was_on {
            fan.set_state(is_on.into())?;
            println!("fan {} at {:.1} C", if is_on { "on" } else { "off" }, measured.temperature);
        }
        delay.delay_ms(PAUSE_MS);
    }
}
