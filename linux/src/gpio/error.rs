//! Why a line could not be driven or read.

use std::fmt;

use embedded_hal::digital::ErrorKind;

/// Why a line could not be driven or read. The listener of the line hears the number of the kernel's error, and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// The line cannot do this.
    Unsupported,
    /// Something else has the line.
    Busy,
    /// Any other fault of the chip or its driver.
    Other,
}

impl embedded_hal::digital::Error for Error {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Unsupported => "the line does not support this",
            Error::Busy => "something else has the line",
            Error::Other => "the GPIO driver failed",
        })
    }
}

impl std::error::Error for Error {}
