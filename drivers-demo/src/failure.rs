//! What can end a weather station without std.

use core::convert::Infallible;
use core::fmt;

use wasm_embedded_hal::{OpenError, i2c};

use crate::{pmod_oled, weather};

/// What can end a weather station; `P` is why its display cannot be switched on, if that is a step of its own.
pub enum Failure<P = Infallible> {
    /// A label could not be opened.
    Open(OpenError),
    /// The display could not be switched on.
    PowerUp(P),
    /// The station stopped.
    Weather(weather::Error<i2c::Error>),
}

/// What the host is shown: a sentence, which is also much smaller than what a derived `Debug` brings along.
impl<P: fmt::Display> fmt::Debug for Failure<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Open(error) => write!(f, "{error}"),
            Failure::PowerUp(error) => write!(f, "{error}"),
            Failure::Weather(error) => write!(f, "{error}"),
        }
    }
}

impl<P> From<OpenError> for Failure<P> {
    fn from(error: OpenError) -> Failure<P> {
        Failure::Open(error)
    }
}

impl<E> From<pmod_oled::Error<E>> for Failure<pmod_oled::Error<E>> {
    fn from(error: pmod_oled::Error<E>) -> Failure<pmod_oled::Error<E>> {
        Failure::PowerUp(error)
    }
}

impl<P> From<weather::Error<i2c::Error>> for Failure<P> {
    fn from(error: weather::Error<i2c::Error>) -> Failure<P> {
        Failure::Weather(error)
    }
}
