//! A port that may be unplugged.

use std::path::PathBuf;

use embedded_io::ErrorKind;

use super::{Error, OpenPort, Ready, UartSettings};
use crate::advice::Subsystem;
use crate::completion::Completion;
use crate::device_error::Source;
use crate::named;
use crate::open::OpenError;
use crate::plugged::Plugged;
use crate::sysfs::Tree;

/// A serial port. One that is unplugged is found again by the first call after it is back; until then a read is at its end, and what is
/// written fails as it did when the port went.
#[derive(Debug)]
pub struct UartPort {
    port: Plugged<OpenPort>,
    /// What a call has met that found the port gone.
    lost: Error,
}

impl UartPort {
    /// Finds a port and opens it. What came before is dropped.
    pub(crate) fn open(tree: Tree, source: Source, settings: UartSettings) -> Result<UartPort, OpenError> {
        UartPort::opened_by(source, move |source| {
            let path: PathBuf = named::find(&tree, Subsystem::Uart, &settings.path)?;
            let source = Source { device: path.display().to_string(), ..source.clone() };
            OpenPort::open(&tree, source, &UartSettings { path, ..settings.clone() })
        })
    }

    /// Opens a port by a function, now and whenever it was gone.
    pub(super) fn opened_by(
        source: Source,
        open: impl Fn(&Source) -> Result<OpenPort, OpenError> + Send + 'static,
    ) -> Result<UartPort, OpenError> {
        Ok(UartPort { port: Plugged::open(source, open)?, lost: Error::Io(ErrorKind::NotFound) })
    }

    /// Uses the port; one that is not there has `away`.
    fn with<R>(
        &mut self,
        away: impl FnOnce(Error) -> Result<R, Error>,
        act: impl FnOnce(&mut OpenPort) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let Some(result) = self.port.with(act) else { return away(self.lost) };
        if let Err(error) = result {
            self.lost = error;
        }
        result
    }

    /// Waits at most `wait_ns` nanoseconds for a byte, then fills the front of `buffer`, which must not be empty, with what is there.
    /// Returns how many bytes that was, 0 if the other end or the port itself is gone, and `None` if none came in time.
    ///
    /// # Errors
    ///
    /// The port's driver failed.
    pub fn read_within(&mut self, buffer: &mut [u8], wait_ns: u64) -> Result<Option<usize>, Error> {
        self.with(|_| Ok(Some(0)), |port| port.read_within(buffer, wait_ns))
    }

    /// Waits at most `wait_ns` nanoseconds for room, then takes bytes from the front of `bytes`, which must not be empty. Returns how
    /// many were taken, or `None` if there was no room in time.
    ///
    /// # Errors
    ///
    /// The port's driver failed, or the port is gone; no byte was taken.
    pub fn write_within(&mut self, bytes: &[u8], wait_ns: u64) -> Result<Option<usize>, Error> {
        self.with(Err, |port| port.write_within(bytes, wait_ns))
    }

    /// Waits at most `wait_ns` nanoseconds until all bytes that were taken have left, and returns whether they have.
    ///
    /// # Errors
    ///
    /// The port's driver failed, or the port is gone.
    pub fn flush_within(&mut self, wait_ns: u64) -> Result<bool, Error> {
        self.with(Err, |port| port.flush_within(wait_ns))
    }

    /// Returns whether a read would return something at once, its end included.
    ///
    /// # Errors
    ///
    /// The port's driver failed.
    pub fn read_ready(&mut self) -> Result<bool, Error> {
        self.with(|_| Ok(true), |port| port.is_ready(Ready::Read, 0))
    }

    /// Returns whether a write would take something at once, or fail.
    ///
    /// # Errors
    ///
    /// The port's driver failed.
    pub fn write_ready(&mut self) -> Result<bool, Error> {
        self.with(|_| Ok(true), |port| port.is_ready(Ready::Write, 0))
    }

    /// Begins to wait, and returns at once. Dropping the wait ends it, and no byte is lost. A port that is gone is ready: the call that
    /// follows says so.
    pub fn start_wait(&mut self, ready: Ready) -> Completion<Result<(), Error>> {
        let lost = self.lost;
        self.port.with(|port| port.start_wait(ready)).unwrap_or(Completion::Ready(match ready {
            Ready::Read | Ready::Write => Ok(()),
            Ready::Sent => Err(lost),
        }))
    }
}
