//! Erases a sector of a W25Q32 flash memory with w25q32jv 0.5.1, programs it across a page boundary and reads it back.
//!
//! The driver reads back what it erases and programs; the program reads on both sides of its text.
//!
//! Wiring: label `flash`, an SPI device, mode 0; the pins `HOLD` and `WP` of the chip.
//!
//! ```text
//! $ cargo run --bin flash -- --policy policies/flash.toml
//! unique id: d1 64 8c 15 3b 57 29 2e
//! erased: sector 2
//! programmed: "across a page boundary"
//! ```

use std::error::Error;

use drivers_demo::DriverError;
use w25q32jv::{PAGE_SIZE, SECTOR_SIZE, W25q32jv};
use wasm_embedded_hal::{OutputPin, SpiDevice};

const SECTOR: u32 = 2;
const TEXT: &[u8; 22] = b"across a page boundary";
/// So that the boundary is in the middle of the text.
const ADDRESS: u32 = SECTOR * SECTOR_SIZE + PAGE_SIZE - 11;

fn main() -> Result<(), Box<dyn Error>> {
    let (device, hold, wp) = (SpiDevice::open("flash")?, OutputPin::open("HOLD")?, OutputPin::open("WP")?);
    let mut flash = W25q32jv::new(device, hold, wp).map_err(DriverError)?;
    let id = flash.device_id().map_err(DriverError)?;
    println!("unique id: {}", id.map(|byte| format!("{byte:02x}")).join(" "));
    flash.erase_sector(SECTOR).map_err(DriverError)?;
    println!("erased: sector {SECTOR}");
    flash.write_blocking(ADDRESS, TEXT).map_err(DriverError)?;
    let mut found = [0; 2 + TEXT.len()];
    flash.read(ADDRESS - 1, &mut found).map_err(DriverError)?;
    let text = &found[1..=TEXT.len()];
    assert_eq!((found[0], text, found[TEXT.len() + 1]), (0xff, &TEXT[..], 0xff), "the flash holds something else");
    println!("programmed: {:?}", str::from_utf8(text)?);
    Ok(())
}
