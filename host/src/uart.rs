//! Serial ports.

#[cfg(feature = "async")]
mod asynchronous;
#[cfg(feature = "component")]
mod component;
mod lowered;

use core::fmt;

use embedded_hal::delay::DelayNs;
use embedded_io::{ErrorKind, Read, ReadReady, Write, WriteReady};

use crate::admit::{Ask, Free, No, Refused, denials};
use crate::completion::Completion;
use crate::ctx::HalCtx;
use crate::delay::SLICE_NS;
use crate::grant::Access;
use crate::interrupt::{Interrupt, Interrupted};
use crate::limits::{Limits, count};
use crate::refusal::Refusal;
use crate::reply::Filling;
use crate::wit::uart as wit;

#[cfg(feature = "async")]
pub use self::asynchronous::add_async_to_linker;
#[cfg(feature = "component")]
pub use self::component::add_to_linker;
pub use self::lowered::add_lowered_to_linker;

/// What is waited for at a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ready {
    /// A read would return at once.
    Read,
    /// A write would take something at once.
    Write,
    /// All bytes that were taken have left.
    Sent,
}

/// Why bytes could not be received or sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A fault that embedded-io has a kind for.
    Io(ErrorKind),
    /// Received bytes were lost before they could be read.
    Overrun,
    /// A byte without its stop bit.
    Framing,
    /// A byte with the wrong parity.
    Parity,
    /// The line was held low for longer than a byte.
    Break,
    /// Past a limit of the hardware or its driver; nothing was sent.
    TooLong,
    /// The port could not be had in bounded time.
    Busy,
}

/// A serial port as the host needs it. No call waits for longer than it may: so a guest that waits for bytes which never come
/// can be stopped.
pub trait Port: Send {
    /// Waits at most `wait_ns` nanoseconds for a byte, then fills the front of `buffer`, which is not empty, with what is there.
    /// Returns how many bytes that was, 0 if the other end is gone, and none if none came in time.
    ///
    /// # Errors
    ///
    /// Fails as the hardware does; bytes that came before the fault are returned first.
    fn read(&mut self, buffer: &mut [u8], wait_ns: u64) -> Result<Option<usize>, Error>;

    /// Waits at most `wait_ns` nanoseconds for room, then takes bytes from the front of `bytes`, which is not empty. Returns how
    /// many were taken, or none if there was no room in time.
    ///
    /// # Errors
    ///
    /// Fails as the hardware does, with no byte taken.
    fn write(&mut self, bytes: &[u8], wait_ns: u64) -> Result<Option<usize>, Error>;

    /// Waits at most `wait_ns` nanoseconds until all bytes that were taken have left, and returns whether they have.
    ///
    /// # Errors
    ///
    /// Fails as the hardware does.
    fn flush(&mut self, wait_ns: u64) -> Result<bool, Error>;

    /// Returns whether `read` would return something at once.
    ///
    /// # Errors
    ///
    /// Fails as the hardware does.
    fn read_ready(&mut self) -> Result<bool, Error>;

    /// Returns whether `write` would take something at once.
    ///
    /// # Errors
    ///
    /// Fails as the hardware does.
    fn write_ready(&mut self) -> Result<bool, Error>;

    /// Begins to wait beside other things. Dropping the wait ends it, and no byte is lost. A port that cannot wait so is
    /// `Unsupported`.
    fn start_wait(&mut self, ready: Ready) -> Completion<Result<(), Error>> {
        let _ = ready;
        Completion::Ready(Err(Error::Io(ErrorKind::Unsupported)))
    }
}

/// The guest's handle of a port.
#[derive(Debug)]
pub struct Handle(());

/// Any port of embedded-io, asked every millisecond of a delay whether it is ready. An asynchronous guest can use it when it is
/// ready, and not wait for it.
#[derive(Clone, Copy, Debug)]
pub struct EmbeddedIo<P, D> {
    /// The port.
    pub port: P,
    /// What waits between two looks.
    pub delay: D,
}

/// What a call asks of a port: to receive so many bytes, or to send them.
#[derive(Clone, Copy, Debug)]
enum Bytes {
    Read(u32),
    Write(usize),
}

impl Ask<Handle> for Bytes {
    fn check<'a>(&self, label: &'a str, access: &Access, limits: &Limits) -> Result<(), No<'a>> {
        match (*self, access) {
            (Bytes::Write(_), Access::ReadOnly) => Err(Refusal::PortReadOnly { label }.into()),
            (Bytes::Write(len), Access::ReadWrite) => limits.bytes(count(len), 0).within(label),
            (Bytes::Read(len), _) => limits.bytes(0, len.into()).within(label),
        }
    }
}

/// Waits for bytes, and returns them in their room.
fn receive(hal: &mut HalCtx, port: u32, len: u32) -> Result<(Filling, Result<(), wit::Error>), Refused> {
    let mut admitted = hal.admit::<Handle>(port, &Bytes::Read(len))?;
    let mut room = admitted.room(len.into())?;
    let device = admitted.slot.device()?;
    let received = loop {
        if room.bytes().is_empty() {
            break Ok(0);
        }
        match device.read(room.bytes(), SLICE_NS.into()) {
            Ok(None) => {}
            Ok(Some(received)) => break Ok(received),
            Err(error) => break Err(wit::Error::from(error)),
        }
        admitted.admission.interrupt.check()?;
    };
    let result = received.map(|received| room.truncate(received));
    Ok((room, result))
}

/// Waits for room, and returns how many bytes the port has taken.
fn send(port: &mut dyn Port, bytes: &[u8], interrupt: &Interrupt) -> Result<Result<u32, wit::Error>, Interrupted> {
    if bytes.is_empty() {
        return Ok(Ok(0));
    }
    loop {
        match port.write(bytes, SLICE_NS.into()) {
            Ok(None) => {}
            // A `write_all` that hears of no byte would panic.
            Ok(Some(0)) => return Ok(Err(wit::Error::WriteZero)),
            Ok(Some(taken)) => return Ok(u32::try_from(taken.min(bytes.len())).map_err(|_| wit::Error::TooLong)),
            Err(error) => return Ok(Err(error.into())),
        }
        interrupt.check()?;
    }
}

/// Returns whether the port is ready, as `ask` finds out.
fn is_ready(
    hal: &mut HalCtx,
    port: u32,
    ask: impl FnOnce(&mut dyn Port) -> Result<bool, Error>,
) -> Result<Result<bool, Error>, Refused> {
    Ok(ask(hal.admit::<Handle>(port, &Free)?.device()?))
}

/// Waits until all bytes have left.
fn flush(hal: &mut HalCtx, port: u32) -> Result<Result<(), Error>, Refused> {
    let admitted = hal.admit::<Handle>(port, &Free)?;
    let device = admitted.slot.device()?;
    loop {
        match device.flush(SLICE_NS.into()) {
            Ok(false) => {}
            Ok(true) => return Ok(Ok(())),
            Err(error) => return Ok(Err(error)),
        }
        admitted.admission.interrupt.check()?;
    }
}

denials!(wit::Error, too long: TooLong, out of memory: OutOfMemory);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Io(kind) => return write!(f, "the port or its driver failed: {kind}"),
            Error::Overrun => "the port lost received bytes",
            Error::Framing => "a byte came without its stop bit",
            Error::Parity => "a byte came with the wrong parity",
            Error::Break => "the line was held low for longer than a byte",
            Error::TooLong => "the transfer is too long for the hardware",
            Error::Busy => "the port is in use elsewhere",
        })
    }
}

impl core::error::Error for Error {}

impl From<Error> for wit::Error {
    fn from(error: Error) -> wit::Error {
        match error {
            Error::Io(kind) => from_kind(kind),
            Error::Overrun => wit::Error::Overrun,
            Error::Framing => wit::Error::Framing,
            Error::Parity => wit::Error::Parity,
            Error::Break => wit::Error::LineBreak,
            Error::TooLong => wit::Error::TooLong,
            Error::Busy => wit::Error::Busy,
        }
    }
}

/// Converts a kind of embedded-io.
fn from_kind(kind: ErrorKind) -> wit::Error {
    match kind {
        ErrorKind::NotFound => wit::Error::NotFound,
        ErrorKind::PermissionDenied => wit::Error::PermissionDenied,
        ErrorKind::ConnectionRefused => wit::Error::ConnectionRefused,
        ErrorKind::ConnectionReset => wit::Error::ConnectionReset,
        ErrorKind::ConnectionAborted => wit::Error::ConnectionAborted,
        ErrorKind::NotConnected => wit::Error::NotConnected,
        ErrorKind::AddrInUse => wit::Error::AddressInUse,
        ErrorKind::AddrNotAvailable => wit::Error::AddressNotAvailable,
        ErrorKind::BrokenPipe => wit::Error::BrokenPipe,
        ErrorKind::AlreadyExists => wit::Error::AlreadyExists,
        ErrorKind::InvalidInput => wit::Error::InvalidInput,
        ErrorKind::InvalidData => wit::Error::InvalidData,
        ErrorKind::TimedOut => wit::Error::TimedOut,
        ErrorKind::Interrupted => wit::Error::Interrupted,
        ErrorKind::Unsupported => wit::Error::Unsupported,
        ErrorKind::OutOfMemory => wit::Error::OutOfMemory,
        ErrorKind::WriteZero => wit::Error::WriteZero,
        // The foreign enum is non-exhaustive.
        _ => wit::Error::Other,
    }
}

/// How long an embedded-io port is left alone that is not ready.
const POLL_NS: u32 = 1_000_000;

impl<P, D> EmbeddedIo<P, D>
where
    P: Read + Write + ReadReady + WriteReady,
    D: DelayNs,
{
    /// Asks a port until it is ready, and returns whether it is.
    fn wait(&mut self, wait_ns: u64, ready: impl Fn(&mut P) -> Result<bool, P::Error>) -> Result<bool, Error> {
        let mut left_ns = wait_ns;
        loop {
            if ready(&mut self.port).map_err(from_io)? {
                return Ok(true);
            }
            if left_ns == 0 {
                return Ok(false);
            }
            let now_ns = u32::try_from(left_ns).unwrap_or(POLL_NS).min(POLL_NS);
            self.delay.delay_ns(now_ns);
            left_ns -= u64::from(now_ns);
        }
    }
}

/// Converts an error of embedded-io.
fn from_io<E: embedded_io::Error>(error: E) -> Error {
    Error::Io(error.kind())
}

impl<P, D> Port for EmbeddedIo<P, D>
where
    P: Read + Write + ReadReady + WriteReady + Send,
    D: DelayNs + Send,
{
    fn read(&mut self, buffer: &mut [u8], wait_ns: u64) -> Result<Option<usize>, Error> {
        if !self.wait(wait_ns, P::read_ready)? {
            return Ok(None);
        }
        self.port.read(buffer).map(Some).map_err(from_io)
    }

    fn write(&mut self, bytes: &[u8], wait_ns: u64) -> Result<Option<usize>, Error> {
        if !self.wait(wait_ns, P::write_ready)? {
            return Ok(None);
        }
        self.port.write(bytes).map(Some).map_err(from_io)
    }

    fn flush(&mut self, _wait_ns: u64) -> Result<bool, Error> {
        self.port.flush().map(|()| true).map_err(from_io)
    }

    fn read_ready(&mut self) -> Result<bool, Error> {
        self.port.read_ready().map_err(from_io)
    }

    fn write_ready(&mut self) -> Result<bool, Error> {
        self.port.write_ready().map_err(from_io)
    }

    /// A port that is ready need not wait. Of one that is not, nobody tells when it will be.
    fn start_wait(&mut self, ready: Ready) -> Completion<Result<(), Error>> {
        let is_ready = match ready {
            Ready::Read => self.read_ready(),
            Ready::Write => self.write_ready(),
            Ready::Sent => self.flush(0),
        };
        Completion::Ready(match is_ready {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::Io(ErrorKind::Unsupported)),
            Err(error) => Err(error),
        })
    }
}

#[cfg(test)]
mod tests {
    use embedded_io::ErrorKind;

    use super::{Error, wit};

    #[test]
    fn every_error_reaches_the_guest_as_what_it_is() {
        let kinds = [
            (ErrorKind::Other, wit::Error::Other),
            (ErrorKind::NotFound, wit::Error::NotFound),
            (ErrorKind::PermissionDenied, wit::Error::PermissionDenied),
            (ErrorKind::ConnectionRefused, wit::Error::ConnectionRefused),
            (ErrorKind::ConnectionReset, wit::Error::ConnectionReset),
            (ErrorKind::ConnectionAborted, wit::Error::ConnectionAborted),
            (ErrorKind::NotConnected, wit::Error::NotConnected),
            (ErrorKind::AddrInUse, wit::Error::AddressInUse),
            (ErrorKind::AddrNotAvailable, wit::Error::AddressNotAvailable),
            (ErrorKind::BrokenPipe, wit::Error::BrokenPipe),
            (ErrorKind::AlreadyExists, wit::Error::AlreadyExists),
            (ErrorKind::InvalidInput, wit::Error::InvalidInput),
            (ErrorKind::InvalidData, wit::Error::InvalidData),
            (ErrorKind::TimedOut, wit::Error::TimedOut),
            (ErrorKind::Interrupted, wit::Error::Interrupted),
            (ErrorKind::Unsupported, wit::Error::Unsupported),
            (ErrorKind::OutOfMemory, wit::Error::OutOfMemory),
            (ErrorKind::WriteZero, wit::Error::WriteZero),
        ];
        let others = [
            (Error::Overrun, wit::Error::Overrun),
            (Error::Framing, wit::Error::Framing),
            (Error::Parity, wit::Error::Parity),
            (Error::Break, wit::Error::LineBreak),
            (Error::TooLong, wit::Error::TooLong),
            (Error::Busy, wit::Error::Busy),
        ];
        for (error, told) in kinds.map(|(kind, told)| (Error::Io(kind), told)).into_iter().chain(others) {
            assert_eq!(wit::Error::from(error), told, "{error:?}");
        }
    }
}
