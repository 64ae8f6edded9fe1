//! Why bytes could not be received or sent.

use std::fmt;

use embedded_io::ErrorKind;

use crate::kernel::Errno;

/// Why bytes could not be received or sent. The listener of the port hears the number of the kernel's error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A fault that embedded-io has a kind for.
    Io(ErrorKind),
    /// Something else has the port.
    Busy,
}

/// Returns what an error means for bytes.
pub(super) fn kind(errno: Errno) -> Error {
    match errno {
        Errno::NODEV | Errno::NXIO => Error::Io(ErrorKind::NotFound),
        Errno::ACCESS | Errno::PERM => Error::Io(ErrorKind::PermissionDenied),
        Errno::PIPE => Error::Io(ErrorKind::BrokenPipe),
        Errno::NOMEM => Error::Io(ErrorKind::OutOfMemory),
        Errno::INVAL => Error::Io(ErrorKind::InvalidInput),
        Errno::TIMEDOUT => Error::Io(ErrorKind::TimedOut),
        Errno::OPNOTSUPP | Errno::NOTTY => Error::Io(ErrorKind::Unsupported),
        Errno::BUSY => Error::Busy,
        // EIO and whatever else there is: the type is an integer.
        _ => Error::Io(ErrorKind::Other),
    }
}

impl embedded_io::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Error::Io(kind) => *kind,
            Error::Busy => ErrorKind::Other,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Io(kind) => write!(f, "the serial port failed: {kind:?}"),
            Error::Busy => f.write_str("something else has the serial port"),
        }
    }
}

impl std::error::Error for Error {}
