//! One error for all of the crate's.

use core::fmt;

use crate::{OpenError, adc, digital, i2c, pwm, spi, uart};

/// Any error of this crate: what `main` of a guest can return, so that `?` works on everything.
///
/// ```no_run
/// use embedded_hal::digital::OutputPin as _;
/// use embedded_hal::i2c::I2c as _;
/// use wasm_embedded_hal::{Error, I2c, OutputPin};
///
/// fn start() -> Result<(), Error> {
///     let mut sensor = I2c::open("sensor")?;
///     sensor.write(0x48_u8, &[0x01, 0x60])?;
///     OutputPin::open("LED")?.set_high()?;
///     Ok(())
/// }
/// # start()?;
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A label could not be opened.
    Open(OpenError),
    /// An I2C transaction failed.
    I2c(i2c::Error),
    /// An SPI transaction failed.
    Spi(spi::Error),
    /// A pin failed.
    Digital(digital::Error),
    /// A PWM output failed.
    Pwm(pwm::Error),
    /// A serial port failed.
    Uart(uart::Error),
    /// An analogue input failed.
    Adc(adc::Error),
}

impl From<OpenError> for Error {
    fn from(error: OpenError) -> Error {
        Error::Open(error)
    }
}

impl From<i2c::Error> for Error {
    fn from(error: i2c::Error) -> Error {
        Error::I2c(error)
    }
}

impl From<spi::Error> for Error {
    fn from(error: spi::Error) -> Error {
        Error::Spi(error)
    }
}

impl From<digital::Error> for Error {
    fn from(error: digital::Error) -> Error {
        Error::Digital(error)
    }
}

impl From<pwm::Error> for Error {
    fn from(error: pwm::Error) -> Error {
        Error::Pwm(error)
    }
}

impl From<uart::Error> for Error {
    fn from(error: uart::Error) -> Error {
        Error::Uart(error)
    }
}

impl From<adc::Error> for Error {
    fn from(error: adc::Error) -> Error {
        Error::Adc(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Open(error) => error.fmt(f),
            Error::I2c(error) => error.fmt(f),
            Error::Spi(error) => error.fmt(f),
            Error::Digital(error) => error.fmt(f),
            Error::Pwm(error) => error.fmt(f),
            Error::Uart(error) => error.fmt(f),
            Error::Adc(error) => error.fmt(f),
        }
    }
}

/// As for a person: it is what `main` prints.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Without a source: the text is the inner error's own, and would be reported twice.
impl core::error::Error for Error {}
