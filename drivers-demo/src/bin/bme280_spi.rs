//! Shows that bme280 0.5.1 cannot read a BME280 over SPI, on hardware as in simulation: the program fails.
//!
//! The driver takes the byte that is clocked with the register's address for the first one of the answer, and so finds 0xff where
//! the chip id should be. The fix was never released; with it, as the program's own `[patch.crates-io]`, a measurement is printed.
//!
//! Wiring: label `sensor`, an SPI device, mode 0, with a BME280.
//!
//! ```text
//! $ cargo run --bin bme280_spi -- --policy policies/bme280_spi.toml
//! Error: UnsupportedChip
//! ```

use std::error::Error;

use bme280::spi::BME280;
use drivers_demo::DriverError;
use drivers_demo::reading::Reading;
use wasm_embedded_hal::{Delay, SpiDevice};

fn main() -> Result<(), Box<dyn Error>> {
    let mut delay = Delay::new();
    let mut sensor = BME280::new(SpiDevice::open("sensor")?).map_err(DriverError)?;
    sensor.init(&mut delay).map_err(DriverError)?;
    println!("{}", Reading::from(sensor.measure(&mut delay).map_err(DriverError)?));
    Ok(())
}
