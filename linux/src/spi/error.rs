//! Why a transaction on an SPI bus failed.

use std::fmt;

use embedded_hal::spi::ErrorKind;

/// Why a transaction failed. The listener of the device hears the number of the kernel's error, and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// Longer than spidev or the controller takes; nothing went out on the wires.
    TooLong,
    /// The controller cannot do this; nothing went out on the wires.
    Unsupported,
    /// The controller is busy.
    Busy,
    /// Any other fault.
    Other,
}

impl embedded_hal::spi::Error for Error {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::TooLong => "the transaction is longer than the driver takes",
            Error::Unsupported => "the controller does not support this",
            Error::Busy => "the controller is busy",
            Error::Other => "the SPI driver failed",
        })
    }
}

impl std::error::Error for Error {}
