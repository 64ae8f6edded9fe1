//! Clocks.

use embedded_hal::delay::DelayNs as _;
use wasm_embedded_hal::Delay;

use crate::{Outcome, i2c, uses};

uses! {
    "ds1307" ds1307,
    "ds1307-noon" ds1307_noon,
    "pcf8563" pcf8563,
    "pcf8563-low-voltage" pcf8563_low_voltage,
    "pcf8563-year" pcf8563_year,
}

fn ds1307() -> Outcome {
    use ds1307::{DateTimeAccess as _, NaiveDate};

    let mut clock = ds1307::Ds1307::new(i2c("clocks")?);
    println!("running: {}", clock.running()?);
    let time = NaiveDate::from_ymd_opt(2028, 2, 28).and_then(|date| date.and_hms_opt(23, 59, 58)).ok_or("no time")?;
    clock.set_datetime(&time)?;
    clock.set_running()?;
    Delay::new().delay_ms(2_000);
    println!("{}", clock.datetime()?);
    clock.write_ram(0, b"kept")?;
    let mut kept = [0; 4];
    clock.read_ram(0, &mut kept)?;
    println!("{}", String::from_utf8_lossy(&kept));
    Ok(())
}

fn ds1307_noon() -> Outcome {
    use ds1307::{Hours, Rtcc as _};

    let mut clock = ds1307::Ds1307::new(i2c("clocks")?);
    clock.set_hours(Hours::PM(12))?;
    clock.set_minutes(30)?;
    println!("{}", clock.time()?);
    Ok(())
}

fn time(year: u8) -> pcf8563::DateTime {
    pcf8563::DateTime { year, month: 2, weekday: 1, day: 28, hours: 23, minutes: 59, seconds: 58 }
}

fn pcf8563() -> Outcome {
    let mut clock = pcf8563::PCF8563::new(i2c("clocks")?);
    clock.set_datetime(&time(28))?;
    Delay::new().delay_ms(2_000);
    let now = clock.get_datetime()?;
    println!("{}-{}-{} {}:{}:{}", now.year, now.month, now.day, now.hours, now.minutes, now.seconds);
    Ok(())
}

/// The date of a clock that has lost its supply.
fn pcf8563_low_voltage() -> Outcome {
    let now = pcf8563::PCF8563::new(i2c("clocks")?).get_datetime()?;
    println!("{}-{}-{}", now.year, now.month, now.day);
    Ok(())
}

/// A year that needs all eight bits.
fn pcf8563_year() -> Outcome {
    let mut clock = pcf8563::PCF8563::new(i2c("clocks")?);
    clock.set_datetime(&time(85))?;
    println!("year {}", clock.get_datetime()?.year);
    Ok(())
}
