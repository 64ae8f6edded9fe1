//! Loops over drivers from crates.io.

use std::fmt;

use bme280::i2c::BME280;
use eeprom24x::{Eeprom24x, SlaveAddr};
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::pixelcolor::{BinaryColor, Rgb565, RgbColor};
use embedded_hal::delay::DelayNs;
use embedded_hal::digital::OutputPin;
use embedded_hal::i2c::I2c;
use embedded_hal::spi::SpiDevice;
use embedded_hal_async::i2c::I2c as AsyncI2c;
use mipidsi::interface::SpiInterface;
use mipidsi::models::ST7789;
use w25q32jv::W25q32jv;

/// What one read of the EEPROM takes.
const EEPROM_BYTES: usize = 4096;
/// What one read of the flash takes.
const FLASH_BYTES: usize = 65_536;
/// How much mipidsi collects before it writes.
const TFT_BUFFER_BYTES: usize = 512;

/// A driver's error, as it shows itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failed(String);

impl Failed {
    /// Keeps what an error says.
    pub fn new<E: fmt::Debug>(error: E) -> Failed {
        Failed(format!("{error:?}"))
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failed {}

/// Measures with a BME280.
///
/// # Errors
///
/// Fails if the driver does.
pub fn sensor<B: I2c>(rounds: u32, bus: B, mut delay: impl DelayNs) -> Result<u64, Failed> {
    let mut sensor = BME280::new_primary(bus);
    sensor.init(&mut delay).map_err(Failed::new)?;
    let mut sum = 0;
    for _ in 0..rounds {
        let measured = sensor.measure(&mut delay).map_err(Failed::new)?;
        sum += u64::from(measured.temperature.to_bits()) + u64::from(measured.pressure.to_bits());
    }
    Ok(sum)
}

/// Fills and flushes an SSD1306.
///
/// # Errors
///
/// Fails if the driver does.
pub fn display<B: I2c + AsyncI2c>(rounds: u32, bus: B) -> Result<u64, Failed> {
    let mut screen = drivers_demo::weather::screen(bus).map_err(Failed::new)?;
    for round in 0..rounds {
        screen.clear(BinaryColor::from(round % 2 == 0)).map_err(Failed::new)?;
        screen.flush().map_err(Failed::new)?;
    }
    Ok(u64::from(rounds))
}

/// Reads a 24C32.
///
/// # Errors
///
/// Fails if the driver does.
pub fn eeprom<B: I2c>(rounds: u32, bus: B) -> Result<u64, Failed> {
    let mut memory = Eeprom24x::new_24x32(bus, SlaveAddr::default());
    let mut data = vec![0; EEPROM_BYTES];
    let mut sum = 0;
    for _ in 0..rounds {
        memory.read_data(0, &mut data).map_err(Failed::new)?;
        sum += ends(&data);
    }
    Ok(sum)
}

/// Reads a W25Q32.
///
/// # Errors
///
/// Fails if the driver does.
pub fn flash<D: SpiDevice, P: OutputPin>(rounds: u32, device: D, hold: P, wp: P) -> Result<u64, Failed>
where
    D::Error: fmt::Debug,
    P::Error: fmt::Debug,
{
    let mut memory = W25q32jv::new(device, hold, wp).map_err(Failed::new)?;
    let mut data = vec![0; FLASH_BYTES];
    let mut sum = 0;
    for _ in 0..rounds {
        memory.read(0, &mut data).map_err(Failed::new)?;
        sum += ends(&data);
    }
    Ok(sum)
}

/// Fills an ST7789.
///
/// # Errors
///
/// Fails if the driver does.
pub fn tft<D: SpiDevice, P: OutputPin>(rounds: u32, device: D, dc: P, mut delay: impl DelayNs) -> Result<u64, Failed> {
    let mut buffer = [0; TFT_BUFFER_BYTES];
    let builder = mipidsi::Builder::new(ST7789, SpiInterface::new(device, dc, &mut buffer));
    let mut screen = builder.init(&mut delay).map_err(|_| Failed::new("the display"))?;
    for round in 0..rounds {
        let color = if round % 2 == 0 { Rgb565::RED } else { Rgb565::BLUE };
        screen.clear(color).map_err(Failed::new)?;
    }
    Ok(u64::from(rounds))
}

/// Runs the weather station.
///
/// # Errors
///
/// Fails if a driver does.
pub fn weather<B: I2c + AsyncI2c>(
    rounds: u32,
    mut bus: impl FnMut() -> Result<B, Failed>,
    mut delay: impl DelayNs,
) -> Result<u64, Failed> {
    for _ in 0..rounds {
        let screen = drivers_demo::weather::screen(bus()?).map_err(Failed::new)?;
        drivers_demo::weather::run(bus()?, screen, &mut delay).map_err(Failed::new)?;
    }
    Ok(u64::from(rounds))
}

/// Looks at what was read.
fn ends(data: &[u8]) -> u64 {
    1 + u64::from(data.first().copied().unwrap_or_default()) + u64::from(data.last().copied().unwrap_or_default())
}
