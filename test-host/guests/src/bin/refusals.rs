//! Asks for what must fail, and prints how it failed: an address that nobody acknowledges, one that is not granted, and more
//! bytes than the hardware takes at once.

use embedded_hal::i2c::{Error as _, I2c as _};
use embedded_hal::spi::SpiDevice as _;
use wasm_embedded_hal::{I2c, SpiDevice};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut bus = I2c::open("bus")?;
    println!("0x33: {:?}", bus.read(0x33_u8, &mut [0]).map_err(|error| error.kind()));
    println!("0x50: {:?}", bus.read(0x50_u8, &mut [0]));
    let mut flash = SpiDevice::open("flash")?;
    println!("5000 bytes: {:?}", flash.write(&[0xff; 5000]));
    Ok(())
}
