//! The weather station: measures, logs, draws.

use core::{error, fmt};

use bme280::i2c::BME280;
use display_interface::{DisplayError, WriteOnlyDataCommand};
use embedded_hal::delay::DelayNs;
use embedded_hal::i2c::I2c;
use embedded_hal_async::i2c::I2c as AsyncI2c;
use ssd1306::mode::{BufferedGraphicsMode, DisplayConfig};
use ssd1306::prelude::{DisplayRotation, DisplaySize128x64, I2CInterface};
use ssd1306::{I2CDisplayInterface, Ssd1306};

use crate::picture;
use crate::reading::Reading;

/// A display of 128 by 64 dots behind any interface.
pub type Screen<DI> = Ssd1306<DI, DisplaySize128x64, BufferedGraphicsMode<DisplaySize128x64>>;

/// How often the station measures before it ends.
const MEASUREMENTS: u32 = 3;
/// How long it waits in between.
const PAUSE_MS: u32 = 1_000;

/// Why the station stopped; `E` is the error of the sensor's bus.
#[derive(Debug)]
pub enum Error<E> {
    /// The sensor failed.
    Sensor(bme280::Error<E>),
    /// The display failed.
    Screen(DisplayError),
}

/// Returns a display, switched on, on an I2C bus.
///
/// # Errors
///
/// Fails if the display does.
pub fn screen<I: I2c + AsyncI2c>(bus: I) -> Result<Screen<I2CInterface<I>>, Error<I::Error>> {
    let interface = I2CDisplayInterface::new(bus);
    let mut screen = Ssd1306::new(interface, DisplaySize128x64, DisplayRotation::Rotate0).into_buffered_graphics_mode();
    screen.init()?;
    Ok(screen)
}

/// Measures three times, a second apart, with the sensor on a bus, logs what it reads and draws it.
///
/// # Errors
///
/// Fails if the sensor or the display does.
pub fn run<I: I2c, DI: WriteOnlyDataCommand>(
    sensor: I,
    mut screen: Screen<DI>,
    mut delay: impl DelayNs,
) -> Result<(), Error<I::Error>> {
    let mut sensor = BME280::new_primary(sensor);
    sensor.init(&mut delay)?;
    picture::draw_form(&mut screen)?;
    for measurement in 0..MEASUREMENTS {
        if measurement > 0 {
            delay.delay_ms(PAUSE_MS);
        }
        let reading = Reading::from(sensor.measure(&mut delay)?);
        log::info!("{reading}");
        picture::draw(&mut screen, &reading)?;
        screen.flush()?;
    }
    Ok(())
}

impl<E> From<bme280::Error<E>> for Error<E> {
    fn from(error: bme280::Error<E>) -> Error<E> {
        Error::Sensor(error)
    }
}

impl<E> From<DisplayError> for Error<E> {
    fn from(error: DisplayError) -> Error<E> {
        Error::Screen(error)
    }
}

impl<E: fmt::Display> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Sensor(bme280::Error::Bus(error)) => write!(f, "the sensor: {error}"),
            Error::Sensor(bme280::Error::UnsupportedChip) => f.write_str("the sensor is no BME280"),
            Error::Sensor(_) => f.write_str("the sensor's values make no sense"),
            Error::Screen(_) => f.write_str("the display cannot be written to"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> error::Error for Error<E> {}
