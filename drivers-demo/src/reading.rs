//! One measurement, as it is shown.

use core::fmt;

use crate::Decimal;

/// A measurement of the BME280 in the units of a weather report, rounded to what the part resolves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reading {
    /// Temperature in °C, to hundredths.
    pub temperature: Decimal,
    /// Relative humidity in percent, to tenths.
    pub humidity: Decimal,
    /// Pressure in hPa, to hundredths.
    pub pressure: Decimal,
}

impl<E> From<bme280::Measurements<E>> for Reading {
    fn from(measured: bme280::Measurements<E>) -> Reading {
        Reading {
            temperature: Decimal::hundredths(measured.temperature),
            humidity: Decimal::tenths(measured.humidity),
            pressure: Decimal::hundredths(measured.pressure / 100.0),
        }
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} °C  {} %  {} hPa", self.temperature, self.humidity, self.pressure)
    }
}
