//! Calls one driver once a second and prints how each call went: what drivers make of a board on which things go wrong.
//!
//! `cargo xtask faults` runs it with the faults of POLICY.md. After a call that failed, the next one sets the device up anew, as a
//! program does that wants it back.
//!
//! Wiring: label `bus`, an I2C bus with a BME280, an SSD1306, a 24C02, a DS3231 and an SHT40; label `flash`, an SPI device with
//! a W25Q32; its pins `HOLD` and `WP`.
//!
//! ```text
//! $ cargo run --bin faults -- --policy policies/faults.toml -- sht4x 2
//! 0: ok
//! 1: ok
//! ```

use std::error::Error;
use std::fmt::Debug;
use std::time::{Duration, Instant};

use bme280::i2c::BME280;
use ds323x::{DateTimeAccess, Ds323x, NaiveDate};
use eeprom24x::{Eeprom24x, SlaveAddr};
use embedded_graphics::Drawable;
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::{Point, Primitive, Size};
use embedded_graphics::primitives::{PrimitiveStyle, Rectangle};
use embedded_hal::delay::DelayNs;
use sht4x::{Precision, Sht4x};
use ssd1306::prelude::DisplayConfig;
use w25q32jv::W25q32jv;
use wasm_embedded_hal::{Delay, I2c, OutputPin, SpiDevice};

/// How a call failed: in the words of the driver, or of what it gave that is not so.
type Outcome = Result<(), String>;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let driver = arguments.next().ok_or("which driver?")?;
    let calls: u32 = arguments.next().map_or(Ok(8), |calls| calls.parse())?;
    let mut call = device(&driver)?;
    let began = Instant::now();
    let mut anew = true;
    for index in 0..calls {
        std::thread::sleep(Duration::from_secs(index.into()).saturating_sub(began.elapsed()));
        let outcome = call(index, anew);
        anew = outcome.is_err();
        println!("{index}: {}", outcome.err().unwrap_or_else(|| "ok".to_owned()));
    }
    Ok(())
}

/// What calls a driver: with the number of the call, and whether the device is to be set up.
type Call = Box<dyn FnMut(u32, bool) -> Outcome>;

/// Returns what calls the driver of this name.
fn device(driver: &str) -> Result<Call, Box<dyn Error>> {
    Ok(match driver {
        "bme280" => {
            let mut sensor = BME280::new_primary(I2c::open("bus")?);
            Box::new(move |_, anew| {
                if anew {
                    said(sensor.init(&mut Delay))?;
                }
                let measured = said(sensor.measure(&mut Delay))?;
                let plausible = (measured.temperature - 21.5).abs() < 0.1
                    && (measured.humidity - 45.0).abs() < 0.5
                    && (measured.pressure - 101_325.0).abs() < 50.0;
                holds(plausible)
            })
        }
        "ssd1306" => {
            let mut screen = drivers_demo::weather::screen(I2c::open("bus")?).map_err(|_| "no display")?;
            Box::new(move |index, anew| {
                if anew {
                    said(screen.init())?;
                }
                screen.clear_buffer();
                // A corner that moves, so that every call has something to send.
                let corner = Point::new(i32::try_from(index % 64).unwrap_or(0), 0);
                let style = PrimitiveStyle::with_fill(BinaryColor::On);
                said(Rectangle::new(corner, Size::new(64, 32)).into_styled(style).draw(&mut screen))?;
                said(screen.flush())
            })
        }
        "eeprom24x" => {
            let mut memory = Eeprom24x::new_24x02(I2c::open("bus")?, SlaveAddr::default());
            Box::new(move |index, _| {
                let page = index.to_be_bytes().map(|byte| byte ^ 0x5a);
                said(memory.write_page(0x10, &page))?;
                Delay.delay_ms(5);
                let mut read = [0; 4];
                said(memory.read_data(0x10, &mut read))?;
                holds(read == page)
            })
        }
        "ds323x" => {
            let mut clock = Ds323x::new_ds3231(I2c::open("bus")?);
            let midnight = NaiveDate::from_ymd_opt(2028, 2, 29).and_then(|date| date.and_hms_opt(0, 0, 0));
            let midnight = midnight.ok_or("no date")?;
            Box::new(move |_, _| {
                said(clock.set_datetime(&midnight))?;
                said(clock.clear_has_been_stopped_flag())?;
                Delay.delay_ms(10);
                let read = said(clock.datetime())?;
                holds(read == midnight && !said(clock.has_been_stopped())?)
            })
        }
        "w25q32jv" => {
            let pins = (OutputPin::open("HOLD")?, OutputPin::open("WP")?);
            let mut flash = W25q32jv::new(SpiDevice::open("flash")?, pins.0, pins.1).map_err(|_| "no flash")?;
            Box::new(move |index, anew| {
                if anew {
                    said(flash.reset())?;
                    Delay.delay_ms(1);
                }
                let text = index.to_be_bytes().map(|byte| byte ^ 0x5a);
                said(flash.erase_sector(3))?;
                said(flash.write_blocking(0x3000, &text))?;
                let mut read = [0; 4];
                said(flash.read(0x3000, &mut read))?;
                holds(read == text)
            })
        }
        "sht4x" => {
            let mut sensor = Sht4x::new(I2c::open("bus")?);
            Box::new(move |_, _| {
                let measured = said(sensor.measure(Precision::High, &mut Delay))?;
                let plausible = (measured.temperature_milli_celsius() - 21_500).abs() < 50
                    && (measured.humidity_milli_percent() - 45_000).abs() < 50;
                holds(plausible)
            })
        }
        other => Err(format!("no driver {other:?}"))?,
    })
}

/// Returns a driver's answer, or its error in its own words.
fn said<T, E: Debug>(answer: Result<T, E>) -> Result<T, String> {
    answer.map_err(|error| format!("{error:?}"))
}

/// Says whether what was read is what is there.
fn holds(holds: bool) -> Outcome {
    if holds { Ok(()) } else { Err("other data".to_owned()) }
}
