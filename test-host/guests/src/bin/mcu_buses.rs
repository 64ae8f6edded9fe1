//! An EEPROM over I2C and a flash memory over SPI, by the commands of their data sheets; and addresses where nobody is, or nobody
//! may go.
#![no_std]
#![no_main]

use embedded_hal::delay::DelayNs as _;
use embedded_hal::i2c::{I2c as _, Operation as Step};
use embedded_hal::spi::{Operation, SpiDevice as _};
use wasm_embedded_hal::{Delay, I2c, OpenError, SpiDevice, entry, log};

const EEPROM: u8 = 0x50;
/// Granted, and nobody is there.
const NOBODY: u8 = 0x51;
const NOBODY_OF_TEN_BITS: u16 = 0x2aa;
const PART_OF_TEN_BITS: u16 = 0x155;

entry!(main);

fn main() -> Result<(), OpenError> {
    log::init();
    eeprom(&mut I2c::open("memory")?);
    nobody(&mut I2c::open("memory")?);
    flash(&mut SpiDevice::open("flash")?);
    Ok(())
}

/// Atmel AT24C02C (8700): a page of 8 bytes, written within 5 ms, and read back from a byte on.
fn eeprom(bus: &mut I2c) {
    let written = bus.write(EEPROM, b"\x10a drawer");
    ::log::info!("eeprom: written {written:?}, busy: {:?}", bus.read(EEPROM, &mut [0]));
    Delay::new().delay_ms(5);
    let (mut first, mut rest) = ([0; 3], [0; 5]);
    let mut steps = [Step::Write(&[0x10]), Step::Read(&mut first), Step::Read(&mut rest)];
    let read = bus.transaction(EEPROM, &mut steps);
    ::log::info!("eeprom: read {read:?}, {first:02x?} {rest:02x?}");
    let mut whole = [0; 40];
    let read = bus.write_read(EEPROM, &[0], &mut whole);
    ::log::info!("eeprom: read {read:?}, {:?}", core::str::from_utf8(whole.get(16..24).unwrap_or_default()));
}

/// Nobody acknowledges: however many bytes there were to be.
fn nobody(bus: &mut I2c) {
    ::log::info!("nobody: read {:?}", bus.read(NOBODY, &mut [0; 20]));
    for len in [1, 15, 16, 17, 18, 40] {
        ::log::info!("nobody: write of {len} {:?}", bus.write(NOBODY, [7; 40].get(..len).unwrap_or_default()));
    }
    ::log::info!("nobody: both {:?}", bus.write_read(NOBODY, &[1; 17], &mut [0; 2]));
    ::log::info!("nobody: ten bits {:?}", bus.write(NOBODY_OF_TEN_BITS, &[1, 2]));
    ::log::info!("nobody: ten bits {:?}", bus.read(NOBODY_OF_TEN_BITS, &mut [0]));
    let mut answer = [0; 2];
    let told = bus.write_read(PART_OF_TEN_BITS, &[0x35], &mut answer);
    ::log::info!("ten bits: {told:?} {answer:02x?}");
    ::log::info!("not granted: {:?}", bus.write(0x52_u8, &[0]));
    ::log::info!("after it: {:?}", bus.write(EEPROM, &[0]));
}

/// Winbond W25Q32JV, section 8.2: JEDEC id, write enable, sector erase, page program, read, status.
fn flash(device: &mut SpiDevice) {
    let mut id = [0x9f, 0, 0, 0];
    let asked = device.transfer_in_place(&mut id);
    ::log::info!("flash: {asked:?} {id:02x?}");
    let erased = device.write(&[0x06]).and_then(|()| device.write(&[0x20, 0, 0x10, 0]));
    Delay::new().delay_ms(400);
    let enabled = device.write(&[0x06]);
    // A pause within the transaction, with the part selected.
    let page = [Operation::Write(&[0x02, 0, 0x10, 0]), Operation::DelayNs(50_000), Operation::Write(b"by the wire")];
    let programmed = device.transaction(&mut { page });
    Delay::new().delay_ms(3);
    let mut status = [0xff; 2];
    let asked = device.transfer(&mut status, &[0x05, 0]);
    ::log::info!("flash: {erased:?} {enabled:?} {programmed:?} {asked:?} {status:02x?}");
    let mut text = [0; 13];
    let mut last = [0x5a; 2];
    let read = device.transaction(&mut [
        Operation::Write(&[0x03, 0, 0x10, 0]),
        Operation::Read(&mut text),
        Operation::TransferInPlace(&mut last),
    ]);
    ::log::info!(
        "flash: {read:?} {:02x?} {:?} {last:02x?}",
        text.last(),
        core::str::from_utf8(text.get(..11).unwrap_or_default())
    );
}
