//! Writes a page of a 24C02 EEPROM with eeprom24x 0.7.2, waits for the write cycle and reads the page back.
//!
//! The driver leaves the wait to the program: a read in the write cycle is not acknowledged.
//!
//! Wiring: label `eeprom`, an I2C bus with a 24C02 at 0x50.
//!
//! ```text
//! $ cargo run --bin eeprom -- --policy policies/eeprom.toml
//! in the write cycle: I2C(NoAcknowledge(Address))
//! after it: "one page"
//! ```

use std::error::Error;

use drivers_demo::DriverError;
use eeprom24x::{Eeprom24x, SlaveAddr};
use embedded_hal::delay::DelayNs;
use wasm_embedded_hal::{Delay, I2c};

/// The beginning of a page, and as many bytes as a page has.
const ADDRESS: u32 = 0x10;
const PAGE: &[u8; 8] = b"one page";

/// Atmel AT24C02 (0180), AC characteristics: the longest write cycle.
const WRITE_CYCLE_MS: u32 = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut memory = Eeprom24x::new_24x02(I2c::open("eeprom")?, SlaveAddr::default());
    let mut page = [0; PAGE.len()];
    memory.write_page(ADDRESS, PAGE).map_err(DriverError)?;
    if let Err(error) = memory.read_data(ADDRESS, &mut page) {
        println!("in the write cycle: {error:?}");
    }
    Delay::new().delay_ms(WRITE_CYCLE_MS);
    memory.read_data(ADDRESS, &mut page).map_err(DriverError)?;
    assert_eq!(&page, PAGE, "the page holds something else");
    println!("after it: {:?}", str::from_utf8(&page)?);
    Ok(())
}
