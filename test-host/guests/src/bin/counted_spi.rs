//! As many SPI transfers of 32 bytes as the device says: `guests/counted` has it for the older families. It uses the standard library, as
//! the modules of the 0.4 family use WASI, so that both run on the same path.

use std::error::Error;

use embedded_hal::spi::SpiDevice as _;
use wasm_embedded_hal::SpiDevice;

fn main() -> Result<(), Box<dyn Error>> {
    let mut device = SpiDevice::open("spi0")?;
    let mut bytes = [0; 32];
    device.transfer_in_place(&mut bytes)?;
    for _ in 0..u16::from_be_bytes([bytes[0], bytes[1]]) {
        device.transfer_in_place(&mut bytes)?;
    }
    Ok(())
}
