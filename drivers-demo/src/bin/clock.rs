//! Sets a DS3231 with ds323x 0.7.0 to two seconds before a leap day, waits for them and reads it.
//!
//! Wiring: label `clock`, an I2C bus with a DS3231 at 0x68.
//!
//! ```text
//! $ cargo run --bin clock -- --policy policies/clock.toml
//! stopped before: true
//! 2028-02-28 23:59:58
//! 2028-02-29 00:00:00
//! ```

use std::error::Error;

use drivers_demo::DriverError;
use ds323x::{DateTimeAccess, Ds323x, NaiveDate};
use embedded_hal::delay::DelayNs;
use wasm_embedded_hal::{Delay, I2c};

fn main() -> Result<(), Box<dyn Error>> {
    let mut clock = Ds323x::new_ds3231(I2c::open("clock")?);
    println!("stopped before: {}", clock.has_been_stopped().map_err(DriverError)?);
    let start = NaiveDate::from_ymd_opt(2028, 2, 28).and_then(|date| date.and_hms_opt(23, 59, 58)).ok_or("no date")?;
    let end = NaiveDate::from_ymd_opt(2028, 2, 29).and_then(|date| date.and_hms_opt(0, 0, 0)).ok_or("no date")?;
    clock.set_datetime(&start).map_err(DriverError)?;
    clock.clear_has_been_stopped_flag().map_err(DriverError)?;
    println!("{}", clock.datetime().map_err(DriverError)?);
    Delay::new().delay_ms(2_000);
    let now = clock.datetime().map_err(DriverError)?;
    println!("{now}");
    assert_eq!(now, end, "the clock does not keep the time");
    assert!(!clock.has_been_stopped().map_err(DriverError)?, "the clock stopped");
    Ok(())
}
