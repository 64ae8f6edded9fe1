//! Pulse-width modulation.

use core::fmt;

use embedded_hal::pwm::{self, ErrorKind, SetDutyCycle};

use crate::OpenError;
use crate::bindings::wasm_embedded::hal::pwm as host;

/// Why a duty could not be set.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Error {
    /// Any fault of the output or its driver.
    Other,
    /// The policy does not grant this.
    Denied,
    /// The duty is greater than the greatest one. The output is as it was.
    OutOfRange,
    /// The hardware behind the label cannot do this.
    Unsupported,
    /// The output is held by something else.
    Busy,
}

impl From<host::Error> for Error {
    fn from(error: host::Error) -> Error {
        match error {
            host::Error::Other => Error::Other,
            host::Error::Denied => Error::Denied,
            host::Error::OutOfRange => Error::OutOfRange,
            host::Error::Unsupported => Error::Unsupported,
            host::Error::Busy => Error::Busy,
        }
    }
}

impl pwm::Error for Error {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Other => "the pwm output failed, the host's log says why",
            Error::Denied => "the policy does not grant this use of the pwm output",
            Error::OutOfRange => "the duty is greater than the greatest one",
            Error::Unsupported => "the PWM output cannot do this",
            Error::Busy => "the PWM output is in use",
        })
    }
}

impl core::error::Error for Error {}

/// An output that is active for a part of every period.
///
/// Its frequency, its polarity and its first duty come from the policy; it runs before the guest starts. Duties are logical: the
/// host inverts where the policy says so.
///
/// ```no_run
/// use embedded_hal::pwm::SetDutyCycle as _;
/// use wasm_embedded_hal::PwmOutput;
///
/// let mut fan = PwmOutput::open("fan")?;
/// fan.set_duty_cycle_percent(30)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct PwmOutput {
    output: host::Output,
    /// What the host said when the output was opened: it stays the same, and drivers ask for it often.
    max_duty: u16,
}

impl PwmOutput {
    /// Opens the output that the policy keeps under `label`.
    ///
    /// # Errors
    ///
    /// Refused if the policy does not grant the label, or it is held already.
    pub fn open(label: &str) -> Result<PwmOutput, OpenError> {
        let output = host::Output::open(label).map_err(|kind| OpenError::new(label, kind))?;
        let max_duty = output.max_duty();
        Ok(PwmOutput { output, max_duty })
    }
}

impl pwm::ErrorType for PwmOutput {
    type Error = Error;
}

impl SetDutyCycle for PwmOutput {
    fn max_duty_cycle(&self) -> u16 {
        self.max_duty
    }

    fn set_duty_cycle(&mut self, duty: u16) -> Result<(), Error> {
        Ok(self.output.set_duty(duty)?)
    }

    /// As the trait has it; and more than the whole is [`Error::OutOfRange`], where the trait's own method keeps 16 bits of it in a
    /// build without debug assertions.
    fn set_duty_cycle_fraction(&mut self, num: u16, denom: u16) -> Result<(), Error> {
        debug_assert!(denom != 0);
        debug_assert!(num <= denom);
        let duty = u32::from(num) * u32::from(self.max_duty) / u32::from(denom);
        self.set_duty_cycle(u16::try_from(duty).map_err(|_| Error::OutOfRange)?)
    }
}
