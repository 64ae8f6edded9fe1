//! Why an input could not be read.

use std::fmt;

use crate::kernel::{ENOTSUPP, Errno};

/// Why an input could not be read. The listener of the input hears the number of the kernel's error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// The converter cannot do this.
    Unsupported,
    /// The converter is recording for something else.
    Busy,
    /// The conversion did not end in time.
    TimedOut,
    /// Any other fault of the converter or its driver.
    Other,
}

/// Returns what an error means for a reading.
pub(super) fn kind(errno: Errno) -> Error {
    match errno {
        // The converter is recording for somebody.
        Errno::BUSY => Error::Busy,
        Errno::TIMEDOUT => Error::TimedOut,
        Errno::INVAL | Errno::OPNOTSUPP | ENOTSUPP => Error::Unsupported,
        // ENODEV, EIO and whatever else there is: the type is an integer.
        _ => Error::Other,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Unsupported => "the converter cannot do this",
            Error::Busy => "the converter records for something else",
            Error::TimedOut => "the conversion did not end in time",
            Error::Other => "the converter's driver failed",
        })
    }
}

impl std::error::Error for Error {}
