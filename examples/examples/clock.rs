//! Sets a DS3231 clock to shortly before midnight, and watches a leap day begin.
//!
//! Wiring: label `clock`, an I2C bus with a DS3231.
//!
//! ```text
//! $ cargo run --example clock
//! Mon 2028-02-28 23:59:58
//! Mon 2028-02-28 23:59:59
//! Tue 2028-02-29 00:00:00
//! Tue 2028-02-29 00:00:01
//! ```

use std::error::Error;

use embedded_hal::delay::DelayNs;
use embedded_hal::i2c::I2c;
use wasm_embedded_hal::Delay;

/// The part's only address.
const ADDRESS: u8 = 0x68;

// Registers, and the bits in them that belong to the time. Maxim DS3231 (19-5170, rev. 10), figure 1.
const SECONDS: u8 = 0x00;
const STATUS: u8 = 0x0f;
const OSCILLATOR_STOPPED: u8 = 0x80;
const TIME_BITS: [u8; 7] = [0x7f, 0x7f, 0x3f, 0x07, 0x3f, 0x1f, 0xff];

/// The part only counts from 1 to 7: that 1 is Monday is this program's choice.
const WEEKDAYS: [&str; 8] = ["???", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// A time from 2000 to 2099: seconds, minutes, hours of 24, weekday, day, month and year, the order of the registers.
type Time = [u8; 7];

fn main() -> Result<(), Box<dyn Error>> {
    let mut bus = wasm_embedded_hal::I2c::open("clock")?;
    set(&mut bus, [58, 59, 23, 1, 28, 2, 28])?;
    for _ in 0..4 {
        let [second, minute, hour, weekday, day, month, year] = read(&mut bus)?;
        let weekday = WEEKDAYS[usize::from(weekday)];
        println!("{weekday} 20{year:02}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}");
        Delay::new().delay_ms(1_000);
    }
    Ok(())
}

/// Sets the time, and clears the flag that says it cannot be relied on.
fn set<B: I2c>(bus: &mut B, time: Time) -> Result<(), B::Error> {
    let [second, minute, hour, weekday, day, month, year] = time.map(to_bcd);
    bus.write(ADDRESS, &[SECONDS, second, minute, hour, weekday, day, month, year])?;
    let mut status = [0];
    bus.write_read(ADDRESS, &[STATUS], &mut status)?;
    bus.write(ADDRESS, &[STATUS, status[0] & !OSCILLATOR_STOPPED])
}

/// Reads the time in one transaction, in which the part shows all of it as it was at the START.
fn read<B: I2c>(bus: &mut B) -> Result<Time, B::Error> {
    let mut time = [0; 7];
    bus.write_read(ADDRESS, &[SECONDS], &mut time)?;
    for (byte, bits) in time.iter_mut().zip(TIME_BITS) {
        *byte = from_bcd(*byte & bits);
    }
    Ok(time)
}

fn to_bcd(number: u8) -> u8 {
    ((number / 10) << 4) | (number % 10)
}

fn from_bcd(bcd: u8) -> u8 {
    10 * (bcd >> 4) + (bcd & 0x0f)
}
