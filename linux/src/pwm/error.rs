//! Why a duty could not be set.

use std::fmt;

use embedded_hal::pwm::ErrorKind;

use crate::kernel::{ENOTSUPP, Errno};

/// Why a duty could not be set. The listener of the output hears the number of the kernel's error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// The output cannot do this.
    Unsupported,
    /// Something else has the output.
    Busy,
    /// Any other fault of the output or its driver.
    Other,
}

/// Returns what an error means for a duty.
pub(super) fn kind(errno: Errno) -> Error {
    match errno {
        Errno::BUSY => Error::Busy,
        Errno::INVAL | Errno::OPNOTSUPP | ENOTSUPP => Error::Unsupported,
        // ENODEV, EIO and whatever else there is: the type is an integer.
        _ => Error::Other,
    }
}

impl embedded_hal::pwm::Error for Error {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Unsupported => "the output cannot do this",
            Error::Busy => "something else has the output",
            Error::Other => "the PWM driver failed",
        })
    }
}

impl std::error::Error for Error {}
