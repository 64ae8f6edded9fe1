//! What the kernel's errors mean for a transaction. <https://docs.kernel.org/i2c/fault-codes.html>

use std::fmt;

use embedded_hal::i2c::{ErrorKind, NoAcknowledgeSource};

use crate::kernel::{ENOTSUPP, Errno};

/// Why a transaction failed. The listener of the adapter hears the number of the kernel's error, and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// A line is held, a target stretches the clock for too long, or the transfer broke off.
    Bus,
    /// Another controller won the bus.
    ArbitrationLoss,
    /// Something was not acknowledged.
    NoAcknowledge(NoAcknowledgeSource),
    /// Longer than Linux or the adapter takes; nothing went out on the wires.
    TooLong,
    /// The adapter cannot do this; nothing went out on the wires.
    Unsupported,
    /// Any other fault.
    Other,
}

/// Returns what an error means. `writes` says whether the transaction has bytes for the target to acknowledge: without them, only
/// the address can have been refused.
pub(super) fn kind(errno: Errno, writes: bool) -> Error {
    match errno {
        // "The address phase of a transfer didn't get an ACK."
        Errno::NXIO => Error::NoAcknowledge(NoAcknowledgeSource::Address),
        // Not in the list; what i2c-bcm2835 and others answer to any missing acknowledge.
        Errno::REMOTEIO if writes => Error::NoAcknowledge(NoAcknowledgeSource::Unknown),
        Errno::REMOTEIO => Error::NoAcknowledge(NoAcknowledgeSource::Address),
        // "When they lose arbitration in master transmit mode."
        Errno::AGAIN => Error::ArbitrationLoss,
        // A target that stretches the clock too far, a bus that stays busy, a target that breaks the protocol, and "something
        // went wrong when performing an I/O operation".
        Errno::TIMEDOUT | Errno::BUSY | Errno::PROTO | Errno::IO | Errno::BADMSG => Error::Bus,
        // "An operation that it doesn't, or can't, support"; "an invalid parameter has been detected before any I/O operation
        // was started".
        Errno::OPNOTSUPP | Errno::INVAL | ENOTSUPP => Error::Unsupported,
        Errno::MSGSIZE => Error::TooLong,
        // ENODEV, ESHUTDOWN, ENOMEM and whatever else there is: the type is an integer.
        _ => Error::Other,
    }
}

impl embedded_hal::i2c::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Error::Bus => ErrorKind::Bus,
            Error::ArbitrationLoss => ErrorKind::ArbitrationLoss,
            Error::NoAcknowledge(source) => ErrorKind::NoAcknowledge(*source),
            Error::TooLong | Error::Unsupported | Error::Other => ErrorKind::Other,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Bus => "a line of the I2C bus is held, or the transfer broke off",
            Error::ArbitrationLoss => "another controller won the I2C bus",
            Error::NoAcknowledge(NoAcknowledgeSource::Address) => "nothing acknowledged the address",
            Error::NoAcknowledge(NoAcknowledgeSource::Data) => "the target did not acknowledge a byte",
            Error::NoAcknowledge(NoAcknowledgeSource::Unknown) => "nothing acknowledged the address or a byte",
            Error::TooLong => "the transaction is longer than the I2C driver takes",
            Error::Unsupported => "the I2C adapter cannot do this",
            Error::Other => "the I2C driver failed",
        })
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use NoAcknowledgeSource::{Address, Unknown};

    use super::*;

    #[test]
    fn every_error_has_its_kind() {
        let table = [
            (Errno::NXIO, Error::NoAcknowledge(Address), Error::NoAcknowledge(Address)),
            (Errno::REMOTEIO, Error::NoAcknowledge(Unknown), Error::NoAcknowledge(Address)),
            (Errno::AGAIN, Error::ArbitrationLoss, Error::ArbitrationLoss),
            (Errno::TIMEDOUT, Error::Bus, Error::Bus),
            (Errno::IO, Error::Bus, Error::Bus),
            (Errno::BUSY, Error::Bus, Error::Bus),
            (Errno::PROTO, Error::Bus, Error::Bus),
            (Errno::BADMSG, Error::Bus, Error::Bus),
            (Errno::OPNOTSUPP, Error::Unsupported, Error::Unsupported),
            (Errno::INVAL, Error::Unsupported, Error::Unsupported),
            (ENOTSUPP, Error::Unsupported, Error::Unsupported),
            (Errno::MSGSIZE, Error::TooLong, Error::TooLong),
            (Errno::NODEV, Error::Other, Error::Other),
            (Errno::SHUTDOWN, Error::Other, Error::Other),
            (Errno::NOMEM, Error::Other, Error::Other),
            (Errno::INTR, Error::Other, Error::Other),
        ];
        for (errno, writing, only_reading) in table {
            assert_eq!((kind(errno, true), kind(errno, false)), (writing, only_reading), "{errno}");
        }
    }
}
