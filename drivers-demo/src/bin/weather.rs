//! Measures the weather three times with a BME280 and shows it on an OLED display with an SSD1306.
//!
//! The drivers are bme280 0.5.1 and ssd1306 0.10.0 with embedded-graphics 0.8, as they are on crates.io.
//!
//! Wiring: label `sensor`, an I2C bus with a BME280 at 0x76; label `screen`, an I2C bus with an SSD1306 at 0x3c. Both may be one
//! bus.
//!
//! ```text
//! $ cargo run --bin weather
//! [    0.045541] info  drivers_demo::weather: 21.50 °C  45.0 %  1013.26 hPa
//! [    1.112542] info  drivers_demo::weather: 21.50 °C  45.0 %  1013.26 hPa
//! [    2.179543] info  drivers_demo::weather: 21.50 °C  45.0 %  1013.26 hPa
//! ```

use std::error::Error;

use drivers_demo::weather;
use wasm_embedded_hal::{Delay, I2c, log};

fn main() -> Result<(), Box<dyn Error>> {
    log::init();
    let screen = weather::screen(I2c::open("screen")?)?;
    weather::run(I2c::open("sensor")?, screen, Delay::new())?;
    Ok(())
}
