//! A connection, with bounds on time.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// A TCP or Unix socket.
pub trait Connection: Read + Write + Send {
    /// Bounds how long a read waits.
    ///
    /// # Errors
    ///
    /// The time is zero, or the socket is gone.
    fn bound_reads(&self, patience: Duration) -> io::Result<()>;

    /// Bounds how long a write waits for a reader.
    ///
    /// # Errors
    ///
    /// The time is zero, or the socket is gone.
    fn bound_writes(&self, patience: Duration) -> io::Result<()>;

    /// Says that nothing more is sent. The other side can still send.
    ///
    /// # Errors
    ///
    /// The socket is gone.
    fn end_writes(&self) -> io::Result<()>;
}

impl Connection for TcpStream {
    fn bound_reads(&self, patience: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(patience))
    }

    fn bound_writes(&self, patience: Duration) -> io::Result<()> {
        self.set_write_timeout(Some(patience))
    }

    fn end_writes(&self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }
}

#[cfg(unix)]
impl Connection for UnixStream {
    fn bound_reads(&self, patience: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(patience))
    }

    fn bound_writes(&self, patience: Duration) -> io::Result<()> {
        self.set_write_timeout(Some(patience))
    }

    fn end_writes(&self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }
}

/// Returns whether a read or write ended for its time.
#[must_use]
pub fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
