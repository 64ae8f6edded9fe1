//! Analogue inputs.

#[cfg(feature = "component")]
mod component;
mod lowered;

use core::fmt;

use crate::admit::{Free, Refused, denials};
use crate::ctx::HalCtx;
use crate::wit::adc as wit;

#[cfg(feature = "component")]
pub use self::component::add_to_linker;
pub use self::lowered::add_lowered_to_linker;

/// Why an input could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// Any fault of the converter or its driver.
    Other,
    /// The converter cannot do this.
    Unsupported,
    /// The converter is held by something else.
    Busy,
    /// The conversion did not end in time.
    TimedOut,
}

/// One channel of a converter.
pub trait Input: Send {
    /// Returns how many bits a raw reading has, its sign included if it can be negative: 1 to 32. It stays the same.
    fn resolution_bits(&mut self) -> u8;

    /// Converts once, and returns what the converter gives.
    ///
    /// # Errors
    ///
    /// Fails as the hardware does.
    fn read_raw(&mut self) -> Result<i32, Error>;

    /// Converts once, and returns the voltage in microvolts, rounded to the nearest.
    ///
    /// # Errors
    ///
    /// Fails as the hardware does.
    fn read_microvolts(&mut self) -> Result<i32, Error>;
}

/// The guest's handle of an input.
#[derive(Debug)]
pub struct Handle(());

/// Uses an input.
fn on<R>(hal: &mut HalCtx, input: u32, act: impl FnOnce(&mut dyn Input) -> R) -> Result<R, Refused> {
    Ok(act(hal.admit::<Handle>(input, &Free)?.device()?))
}

// No reading is past a limit.
denials!(wit::Error, too long: Other, out of memory: Other);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Other => "the converter or its driver failed",
            Error::Unsupported => "the converter cannot do this",
            Error::Busy => "the converter is in use elsewhere",
            Error::TimedOut => "the conversion did not end in time",
        })
    }
}

impl core::error::Error for Error {}

impl From<Error> for wit::Error {
    fn from(error: Error) -> wit::Error {
        match error {
            Error::Other => wit::Error::Other,
            Error::Unsupported => wit::Error::Unsupported,
            Error::Busy => wit::Error::Busy,
            Error::TimedOut => wit::Error::TimedOut,
        }
    }
}
