//! What the kernel's errors mean for a transaction. <https://docs.kernel.org/i2c/fault-codes.html>

use embedded_hal::i2c::NoAcknowledgeSource;
use wasm_embedded_host::i2c::Error;

use crate::linux::kernel::Errno;

/// `ENOTSUPP` of `include/linux/errno.h`: meant for the kernel's inside, and seen outside all the same.
pub(in crate::linux) const ENOTSUPP: Errno = Errno::from_raw_os_error(524);

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

/// Returns whether an error says that the device is gone for good. (ESHUTDOWN also stands for a suspended adapter; a process that
/// runs is not suspended.)
pub(in crate::linux) fn is_gone(errno: Errno) -> bool {
    matches!(errno, Errno::NODEV | Errno::SHUTDOWN)
}

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
