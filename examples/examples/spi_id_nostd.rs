//! `spi_id` without std: a component that imports nothing but the interfaces of `wasm-embedded:hal` that it uses, and so also
//! runs where there is no operating system.
//!
//! Wiring and output: as `spi_id`.
//!
//! ```text
//! $ cargo run --example spi_id_nostd
//! ```
#![no_std]
#![no_main]

use embedded_hal::spi::{Operation, SpiDevice};
use wasm_embedded_hal::print::println;
use wasm_embedded_hal::{Error, entry};

/// The instruction that every SPI flash memory answers with its identification. JEDEC JESD216, "read JEDEC ID".
const READ_JEDEC_ID: u8 = 0x9f;

entry!(main);

fn main() -> Result<(), Error> {
    let mut device = wasm_embedded_hal::SpiDevice::open("flash")?;
    let [manufacturer, kind, capacity] = jedec_id(&mut device)?;
    println!("JEDEC id: {manufacturer:02x} {kind:02x} {capacity:02x}");
    println!("manufacturer: {}", manufacturer_name(manufacturer));
    // By a convention that most makers keep, the third byte is the power of two.
    match 1_u64.checked_shl(capacity.into()) {
        Some(bytes) => println!("capacity: {} KiB", bytes / 1024),
        None => println!("capacity: unknown"),
    }
    Ok(())
}

/// Reads the three bytes of the identification in one transaction.
fn jedec_id<D: SpiDevice>(device: &mut D) -> Result<[u8; 3], D::Error> {
    let mut id = [0; 3];
    device.transaction(&mut [Operation::Write(&[READ_JEDEC_ID]), Operation::Read(&mut id)])?;
    Ok(id)
}

/// Names the commonest makers of flash memories. JEDEC JEP106, bank 1.
fn manufacturer_name(id: u8) -> &'static str {
    match id {
        0x1f => "Adesto",
        0x20 => "Micron",
        0x9d => "ISSI",
        0xc2 => "Macronix",
        0xc8 => "GigaDevice",
        0xef => "Winbond",
        // A data line that nobody drives.
        0x00 | 0xff => "none: nothing answers",
        _ => "unknown",
    }
}
