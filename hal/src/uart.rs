//! Serial ports.

mod asynchronous;

use core::fmt;

use embedded_io::{BufRead, ErrorKind, ErrorType, Read, ReadReady, Write, WriteReady};

use crate::OpenError;
use crate::bindings::wasm_embedded::hal::uart as host;
use crate::place::{self, Failure};

/// How many bytes the guest's end keeps. A driver that reads byte by byte calls the host once for as many.
pub(crate) const BUFFER_BYTES: usize = 64;

/// Why bytes could not be received or sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Error {
    /// A fault that embedded-io has a kind for.
    Io(ErrorKind),
    /// Received bytes were lost before they could be read. Reported once, after the bytes that came before the loss.
    Overrun,
    /// A byte without its stop bit.
    Framing,
    /// A byte with the wrong parity.
    Parity,
    /// The line was held low for longer than a byte.
    Break,
    /// The policy does not grant this, such as writing to a port that is granted for reading only.
    Denied,
    /// A length is past the host's limit. No byte was received or sent.
    TooLong,
    /// The port is held by something else.
    Busy,
    /// The host's reply has another length than it can have.
    WrongReply,
}

impl From<host::Error> for Error {
    fn from(error: host::Error) -> Error {
        match error {
            host::Error::Other => Error::Io(ErrorKind::Other),
            host::Error::NotFound => Error::Io(ErrorKind::NotFound),
            host::Error::PermissionDenied => Error::Io(ErrorKind::PermissionDenied),
            host::Error::ConnectionRefused => Error::Io(ErrorKind::ConnectionRefused),
            host::Error::ConnectionReset => Error::Io(ErrorKind::ConnectionReset),
            host::Error::ConnectionAborted => Error::Io(ErrorKind::ConnectionAborted),
            host::Error::NotConnected => Error::Io(ErrorKind::NotConnected),
            host::Error::AddressInUse => Error::Io(ErrorKind::AddrInUse),
            host::Error::AddressNotAvailable => Error::Io(ErrorKind::AddrNotAvailable),
            host::Error::BrokenPipe => Error::Io(ErrorKind::BrokenPipe),
            host::Error::AlreadyExists => Error::Io(ErrorKind::AlreadyExists),
            host::Error::InvalidInput => Error::Io(ErrorKind::InvalidInput),
            host::Error::InvalidData => Error::Io(ErrorKind::InvalidData),
            host::Error::TimedOut => Error::Io(ErrorKind::TimedOut),
            host::Error::Interrupted => Error::Io(ErrorKind::Interrupted),
            host::Error::Unsupported => Error::Io(ErrorKind::Unsupported),
            host::Error::OutOfMemory => Error::Io(ErrorKind::OutOfMemory),
            host::Error::WriteZero => Error::Io(ErrorKind::WriteZero),
            host::Error::Overrun => Error::Overrun,
            host::Error::Framing => Error::Framing,
            host::Error::Parity => Error::Parity,
            host::Error::LineBreak => Error::Break,
            host::Error::Denied => Error::Denied,
            host::Error::TooLong => Error::TooLong,
            host::Error::Busy => Error::Busy,
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        match failure {
            Failure::Error(number) => place::uart::error(number).into(),
            Failure::WrongLength => Error::WrongReply,
            Failure::NoMemory => Error::TooLong,
        }
    }
}

impl embedded_io::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Error::Io(kind) => *kind,
            Error::Framing | Error::Parity | Error::Break => ErrorKind::InvalidData,
            Error::Denied => ErrorKind::PermissionDenied,
            Error::TooLong => ErrorKind::InvalidInput,
            Error::Overrun | Error::Busy | Error::WrongReply => ErrorKind::Other,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Io(ErrorKind::NotFound) => "the serial port is gone",
            Error::Io(ErrorKind::TimedOut) => "the serial port did not answer in time",
            Error::Io(ErrorKind::Unsupported) => "the serial port cannot do this",
            Error::Io(ErrorKind::WriteZero) => "the serial port takes no bytes",
            Error::Io(_) => "the serial port failed, the host's log says why",
            Error::Overrun => "received bytes were lost before they were read",
            Error::Framing => "a byte came without its stop bit",
            Error::Parity => "a byte came with the wrong parity",
            Error::Break => "the line was held low for longer than a byte",
            Error::Denied => "the policy does not grant this use of the serial port",
            Error::TooLong => "more bytes than the host's limit",
            Error::Busy => "the serial port is in use",
            Error::WrongReply => "the host replied with another length than it can have",
        })
    }
}

impl core::error::Error for Error {}

/// A serial port. Baud rate and frame come from the policy.
///
/// Reading waits for one byte and then for no more; what is there beyond a short buffer is kept for the next read, up to 64
/// bytes. An end (`Ok(0)`) may be temporary: the port can be read again.
///
/// ```no_run
/// use embedded_io::{Read as _, Write as _};
/// use wasm_embedded_hal::Uart;
///
/// let mut modem = Uart::open("modem")?;
/// modem.write_all(b"AT\r\n")?;
/// modem.flush()?;
/// let mut answer = [0; 32];
/// let received = modem.read(&mut answer)?;
/// println!("{:?}", &answer[..received]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Uart {
    pub(crate) port: host::Port,
    pub(crate) kept: Kept,
}

/// Received bytes that no reader has taken yet.
pub(crate) struct Kept {
    bytes: [u8; BUFFER_BYTES],
    start: usize,
    end: usize,
}

impl Kept {
    /// Returns the bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// Drops the first `count` bytes, or all if there are fewer.
    pub(crate) fn consume(&mut self, count: usize) {
        self.start = self.start.saturating_add(count).min(self.end);
    }

    /// Moves as many bytes as there are, and as fit, to the front of a buffer.
    pub(crate) fn take(&mut self, buffer: &mut [u8]) -> usize {
        let count = buffer.len().min(self.bytes().len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), self.bytes().get(..count)) {
            to.copy_from_slice(from);
        }
        self.consume(count);
        count
    }

    /// Takes what `receive` puts to the front of an empty buffer, and returns how many bytes that was.
    pub(crate) fn fill<E>(&mut self, receive: impl FnOnce(&mut [u8]) -> Result<usize, E>) -> Result<usize, E> {
        (self.start, self.end) = (0, 0);
        self.end = receive(&mut self.bytes)?.min(BUFFER_BYTES);
        Ok(self.end)
    }
}

impl Uart {
    /// Opens the port that the policy keeps under `label`.
    ///
    /// # Errors
    ///
    /// Refused if the policy does not grant the label, or it is held already.
    pub fn open(label: &str) -> Result<Uart, OpenError> {
        let port = host::Port::open(label).map_err(|kind| OpenError::new(label, kind))?;
        Ok(Uart { port, kept: Kept { bytes: [0; BUFFER_BYTES], start: 0, end: 0 } })
    }

    /// Checks how many of `len` bytes the host took: none of some is an error, since `write_all` panics on it.
    pub(crate) fn written(count: u32, len: usize) -> Result<usize, Error> {
        match usize::try_from(count) {
            Ok(0) => Err(Error::Io(ErrorKind::WriteZero)),
            Ok(count) if count <= len => Ok(count),
            _ => Err(Error::WrongReply),
        }
    }
}

impl fmt::Debug for Uart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Uart").field("kept", &self.kept.bytes().len()).finish_non_exhaustive()
    }
}

impl ErrorType for Uart {
    type Error = Error;
}

impl Read for Uart {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.kept.bytes().is_empty() {
            if buffer.len() >= BUFFER_BYTES {
                return Ok(place::uart::read(&self.port, buffer)?);
            }
            self.kept.fill(|bytes| place::uart::read(&self.port, bytes))?;
        }
        Ok(self.kept.take(buffer))
    }
}

impl BufRead for Uart {
    fn fill_buf(&mut self) -> Result<&[u8], Error> {
        if self.kept.bytes().is_empty() {
            self.kept.fill(|bytes| place::uart::read(&self.port, bytes))?;
        }
        Ok(self.kept.bytes())
    }

    fn consume(&mut self, count: usize) {
        self.kept.consume(count);
    }
}

impl ReadReady for Uart {
    fn read_ready(&mut self) -> Result<bool, Error> {
        Ok(!self.kept.bytes().is_empty() || self.port.read_ready()?)
    }
}

impl Write for Uart {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        if bytes.is_empty() {
            return Ok(0);
        }
        Uart::written(self.port.write(bytes)?, bytes.len())
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(self.port.flush()?)
    }
}

impl WriteReady for Uart {
    fn write_ready(&mut self) -> Result<bool, Error> {
        Ok(self.port.write_ready()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_bytes_come_in_order_and_none_twice() {
        let mut kept = Kept { bytes: [0; BUFFER_BYTES], start: 0, end: 0 };
        let filled = kept.fill(|bytes| {
            bytes[..5].copy_from_slice(b"abcde");
            Ok::<_, ()>(5)
        });
        assert_eq!((filled, kept.bytes()), (Ok(5), &b"abcde"[..]));
        let mut buffer = [0; 3];
        assert_eq!((kept.take(&mut buffer), &buffer), (3, b"abc"));
        kept.consume(1);
        assert_eq!(kept.bytes(), b"e");
        assert_eq!((kept.take(&mut buffer), buffer[0]), (1, b'e'));
        assert_eq!(kept.take(&mut buffer), 0);
    }

    #[test]
    fn a_failed_fill_keeps_nothing() {
        let mut kept = Kept { bytes: [7; BUFFER_BYTES], start: 0, end: 0 };
        assert_eq!(kept.fill(|_| Err(3)), Err(3));
        assert!(kept.bytes().is_empty());
        kept.consume(usize::MAX);
        assert!(kept.bytes().is_empty());
    }

    #[test]
    fn a_host_that_takes_nothing_or_too_much_is_an_error() {
        assert_eq!(Uart::written(0, 3), Err(Error::Io(ErrorKind::WriteZero)));
        assert_eq!(Uart::written(4, 3), Err(Error::WrongReply));
        assert_eq!(Uart::written(3, 3), Ok(3));
    }
}
