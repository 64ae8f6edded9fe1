//! Writes a text to a 24C02 EEPROM, page by page, and reads it back.
//!
//! A write ends at the last byte of its page, and starts a write cycle of up to 5 ms in which the part acknowledges nothing: the
//! program polls its address until it does.
//!
//! Wiring: label `eeprom`, an I2C bus with a 24C02 at 0x50.
//!
//! ```text
//! $ cargo run --example eeprom
//! 4 bytes at 0x04, ready after 15 polls
//! 8 bytes at 0x08, ready after 15 polls
//! 3 bytes at 0x10, ready after 15 polls
//! read back: "unchanged bytes"
//! ```

use std::error::Error;

use embedded_hal::delay::DelayNs;
use embedded_hal::i2c::{Error as _, ErrorKind, I2c};
use wasm_embedded_hal::Delay;

/// The part's address, with its pins A0 to A2 at ground.
const ADDRESS: u8 = 0x50;
/// Atmel AT24C02 (0180), "page write".
const PAGE_BYTES: usize = 8;
/// Atmel AT24C02 (0180), AC characteristics: a write cycle is over in 5 ms. Polls that take no time at all make four times that.
const MOST_POLLS: u32 = 80;
const POLL_US: u32 = 250;

fn main() -> Result<(), Box<dyn Error>> {
    let mut bus = wasm_embedded_hal::I2c::open("eeprom")?;
    let text = "unchanged bytes";
    let start = 0x04;
    let mut at = start;
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        let room = PAGE_BYTES - usize::from(at) % PAGE_BYTES;
        let (page, later) = rest.split_at(room.min(rest.len()));
        let polls = write_page(&mut bus, at, page, &mut Delay::new())?;
        println!("{} bytes at {at:#04x}, ready after {polls} polls", page.len());
        at += u8::try_from(page.len())?;
        rest = later;
    }
    let mut back = vec![0; text.len()];
    bus.write_read(ADDRESS, &[start], &mut back)?;
    println!("read back: {:?}", String::from_utf8(back)?);
    Ok(())
}

/// Writes bytes that are within one page, waits for the end of the write cycle and returns how many polls that took.
fn write_page<B: I2c>(bus: &mut B, at: u8, bytes: &[u8], delay: &mut impl DelayNs) -> Result<u32, B::Error> {
    let mut message = [0; 1 + PAGE_BYTES];
    message[0] = at;
    message[1..=bytes.len()].copy_from_slice(bytes);
    bus.write(ADDRESS, &message[..=bytes.len()])?;
    let mut polls = 1;
    loop {
        match bus.write(ADDRESS, &[at]) {
            Ok(()) => return Ok(polls),
            Err(error) if polls < MOST_POLLS && matches!(error.kind(), ErrorKind::NoAcknowledge(_)) => polls += 1,
            Err(error) => return Err(error),
        }
        delay.delay_us(POLL_US);
    }
}
