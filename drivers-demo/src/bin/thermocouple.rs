//! Reads a thermocouple behind a MAX6675 with max6675-hal 1.0.1, until it comes off.
//!
//! The part has no model in the simulation: the policy scripts what it expects and answers.
//!
//! Wiring: label `thermocouple`, an SPI device, mode 1, with a MAX6675.
//!
//! ```text
//! $ cargo run --bin thermocouple -- --policy policies/thermocouple.toml
//! 400.00 °C
//! 400.25 °C
//! open: The MAX6675 detected an open circuit (bit D2 was high). Please check the thermocouple connection and try again.
//! ```

use std::error::Error;

use drivers_demo::DriverError;
use embedded_hal::delay::DelayNs;
use max6675_hal::{Max6675, Max6675Error};
use wasm_embedded_hal::{Delay, SpiDevice};

/// MAX6675 (19-2235 rev 1), electrical characteristics: the longest conversion.
const CONVERSION_MS: u32 = 220;

fn main() -> Result<(), Box<dyn Error>> {
    let mut thermocouple = Max6675::new(SpiDevice::open("thermocouple")?).map_err(DriverError)?;
    loop {
        Delay::new().delay_ms(CONVERSION_MS);
        match thermocouple.read_celsius() {
            Ok(temperature) => println!("{:.2} °C", temperature.into_inner()),
            Err(error @ Max6675Error::OpenCircuitError) => {
                println!("open: {error}");
                return Ok(());
            }
            Err(error) => return Err(DriverError(error).into()),
        }
    }
}
