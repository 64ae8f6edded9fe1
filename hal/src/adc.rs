//! Analogue inputs.
//!
//! embedded-hal 1.0 has no trait for them; [`AdcChannel`] is a small one of ours, for drivers that are to be tested without a
//! host.

use core::fmt;

use crate::OpenError;
use crate::bindings::wasm_embedded::hal::adc as host;

/// Why an input could not be read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Error {
    /// Any fault of the converter or its driver.
    Other,
    /// The policy does not grant this.
    Denied,
    /// The hardware behind the label cannot do this, such as tell volts where nobody knows its reference.
    Unsupported,
    /// The converter is held by something else.
    Busy,
    /// The conversion did not end in time.
    TimedOut,
}

impl From<host::Error> for Error {
    fn from(error: host::Error) -> Error {
        match error {
            host::Error::Other => Error::Other,
            host::Error::Denied => Error::Denied,
            host::Error::Unsupported => Error::Unsupported,
            host::Error::Busy => Error::Busy,
            host::Error::TimedOut => Error::TimedOut,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Other => "the converter failed, the host's log says why",
            Error::Denied => "the policy does not grant this use of the converter",
            Error::Unsupported => "the converter cannot do this",
            Error::Busy => "the converter is in use",
            Error::TimedOut => "the conversion did not end in time",
        })
    }
}

impl core::error::Error for Error {}

/// One channel of a converter.
pub trait AdcChannel {
    /// Why it cannot be read.
    type Error: fmt::Debug;

    /// Returns how many bits a raw reading has, its sign included if it can be negative. It stays the same.
    fn resolution_bits(&self) -> u8;

    /// Converts once, and returns what the converter gives.
    ///
    /// # Errors
    ///
    /// Fails as the converter does.
    fn read_raw(&mut self) -> Result<i32, Self::Error>;

    /// Converts once, and returns the voltage in microvolts, rounded to the nearest.
    ///
    /// # Errors
    ///
    /// Fails as the converter does.
    fn read_microvolts(&mut self) -> Result<i32, Self::Error>;

    /// Converts once, and returns the voltage in millivolts, rounded to the nearest.
    ///
    /// # Errors
    ///
    /// Fails as the converter does.
    fn read_millivolts(&mut self) -> Result<i32, Self::Error> {
        Ok(to_millivolts(self.read_microvolts()?))
    }
}

/// An analogue input that the policy grants.
///
/// ```no_run
/// use wasm_embedded_hal::AdcInput;
/// use wasm_embedded_hal::adc::AdcChannel as _;
///
/// let battery_mv = AdcInput::open("battery")?.read_millivolts()?;
/// println!("{battery_mv} mV");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct AdcInput {
    input: host::Input,
    /// What the host said when the input was opened: it stays the same.
    resolution_bits: u8,
}

impl AdcInput {
    /// Opens the input that the policy keeps under `label`.
    ///
    /// # Errors
    ///
    /// Refused if the policy does not grant the label, or it is held already.
    pub fn open(label: &str) -> Result<AdcInput, OpenError> {
        let input = host::Input::open(label).map_err(|kind| OpenError::new(label, kind))?;
        let resolution_bits = input.resolution_bits();
        Ok(AdcInput { input, resolution_bits })
    }
}

impl AdcChannel for AdcInput {
    type Error = Error;

    fn resolution_bits(&self) -> u8 {
        self.resolution_bits
    }

    fn read_raw(&mut self) -> Result<i32, Error> {
        Ok(self.input.read_raw()?)
    }

    fn read_microvolts(&mut self) -> Result<i32, Error> {
        Ok(self.input.read_microvolts()?)
    }
}

impl<C: AdcChannel + ?Sized> AdcChannel for &mut C {
    type Error = C::Error;

    fn resolution_bits(&self) -> u8 {
        C::resolution_bits(self)
    }

    fn read_raw(&mut self) -> Result<i32, C::Error> {
        C::read_raw(self)
    }

    fn read_microvolts(&mut self) -> Result<i32, C::Error> {
        C::read_microvolts(self)
    }

    fn read_millivolts(&mut self) -> Result<i32, C::Error> {
        C::read_millivolts(self)
    }
}

/// Rounds to the nearest, halves away from zero.
fn to_millivolts(microvolts: i32) -> i32 {
    let (whole, rest) = (microvolts / 1_000, microvolts % 1_000);
    whole + rest / 500
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn millivolts_are_rounded_to_the_nearest() {
        for (microvolts, millivolts) in [
            (0, 0),
            (499, 0),
            (500, 1),
            (1_499, 1),
            (-499, 0),
            (-500, -1),
            (i32::MAX, 2_147_484),
            (i32::MIN, -2_147_484),
        ] {
            assert_eq!(to_millivolts(microvolts), millivolts, "{microvolts}");
        }
    }
}
