//! Serial ports, through the terminals of the kernel in raw mode, without any flow control.
//!
//! The kernel counts bytes that its driver lost, but tells nobody who reads: an overrun of the machine's own port goes unnoticed
//! here. Its buffer is 4096 bytes.

mod error;
mod port;
#[cfg(test)]
mod tests;
mod traits;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::AsFd;
use serial2::{CharSize, FlowControl, SerialPort, Settings, StopBits};

pub use error::Error;
use error::kind;
pub use port::UartPort;

use super::advice::Subsystem;
use super::bus_worker::watch;
use super::completion::Completion;
use super::device_error::{Severity, Source};
use super::kernel::{Errno, is_gone};
use super::open::{OpenError, OpenReason};
use super::plugged::Unplugged;
use super::real::from_io;
use super::sysfs::Tree;

// What serial2 leaves as the user before had it: include/uapi/asm-generic/termbits.h, which the architectures of the boards have.
/// Bytes are received.
const CREAD: u32 = 0x80;
/// No lines of a modem are looked at.
const CLOCAL: u32 = 0x800;
/// The parity is always the same: neither even nor odd.
const CMSPAR: u32 = 0x4000_0000;

/// How long a look at whether all bytes have left is put off.
const FLUSH_LOOK: Duration = Duration::from_millis(1);

/// The longest wait between two looks, in nanoseconds.
const SLICE_NS: u64 = 10_000_000;

/// The bit after the data bits that makes the number of ones even or odd.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Parity {
    /// There is no such bit.
    #[default]
    None,
    /// The number of ones is even.
    Even,
    /// The number of ones is odd.
    Odd,
}

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

/// Which port, and how it talks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UartSettings {
    /// The device file, such as `/dev/ttyAMA0`, or a name that [`Linux::find`](crate::Linux::find) knows.
    pub path: PathBuf,
    /// Bits a second.
    pub baud: u32,
    /// The parity.
    pub parity: Parity,
    /// Stop bits, 1 or 2.
    pub stop_bits: u8,
}

impl UartSettings {
    /// Returns settings for a port with 8 data bits, no parity and 1 stop bit.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, baud: u32) -> UartSettings {
        UartSettings { path: path.into(), baud, parity: Parity::None, stop_bits: 1 }
    }
}

/// A port, as long as it is there.
#[derive(Debug)]
struct OpenPort {
    port: SerialPort,
    source: Source,
    /// Whether the port is gone.
    gone: bool,
}

impl Unplugged for OpenPort {
    fn is_gone(&self) -> bool {
        self.gone
    }
}

impl OpenPort {
    fn new(port: SerialPort, source: Source) -> OpenPort {
        OpenPort { port, source, gone: false }
    }

    fn open(tree: &Tree, source: Source, settings: &UartSettings) -> Result<OpenPort, OpenError> {
        let of_file = |error: io::Error| OpenError::of_file(Subsystem::Uart, tree, &settings.path, from_io(error));
        let mut port = SerialPort::open(&settings.path, serial2::KeepSettings).map_err(of_file)?;
        port.set_read_timeout(Duration::ZERO).map_err(of_file)?;
        port.set_write_timeout(Duration::ZERO).map_err(of_file)?;
        let mut wanted = port.get_configuration().map_err(of_file)?;
        configure(&mut wanted, settings).map_err(|error| {
            let what = format!("{} baud", settings.baud);
            OpenError::unsupported(&source.device, what, error.raw_os_error().map(Errno::from_raw_os_error))
        })?;
        port.set_configuration(&wanted).map_err(|error| OpenError {
            device: source.device.clone(),
            reason: OpenReason::Unsupported { what: "these settings".to_owned() },
            errno: error.raw_os_error().map(Errno::from_raw_os_error),
            advice: Some("try another `baud`, `parity` or `stop-bits`".to_owned()),
        })?;
        // What came before the port was opened is not the caller's.
        port.discard_input_buffer().map_err(of_file)?;
        Ok(OpenPort::new(port, source))
    }

    /// Waits at most `wait_ns` for the port, and returns whether it is ready.
    fn poll(&mut self, wanted: PollFlags, wait_ns: u64) -> Result<PollFlags, Error> {
        let mut fds = [PollFd::from_borrowed_fd(self.port.as_fd(), wanted)];
        let timeout = Timespec::try_from(Duration::from_nanos(wait_ns)).unwrap_or_default();
        match poll(&mut fds, Some(&timeout)) {
            // The caller comes again.
            Ok(_) | Err(Errno::INTR) => Ok(fds.first().map_or(PollFlags::empty(), PollFd::revents)),
            Err(errno) => Err(self.failed("waiting", errno)),
        }
    }

    /// Waits at most `wait_ns` for what is asked for, and returns whether it is so.
    fn is_ready(&mut self, ready: Ready, wait_ns: u64) -> Result<bool, Error> {
        match ready {
            Ready::Read => Ok(!self.poll(PollFlags::IN, wait_ns)?.is_empty()),
            Ready::Write => Ok(!self.poll(PollFlags::OUT, wait_ns)?.is_empty()),
            Ready::Sent => self.flush_within(wait_ns),
        }
    }

    fn failed(&mut self, doing: &str, errno: Errno) -> Error {
        // EIO is what a terminal says whose other end is gone.
        self.gone = is_gone(errno) || matches!(errno, Errno::NXIO | Errno::IO);
        let meaning = if self.gone { "the port is gone; the next call looks for it" } else { "the port failed" };
        self.source.failed(Severity::Error, errno, format_args!("{doing}"), format_args!("{meaning}"));
        kind(errno)
    }
}

/// Puts the settings in.
fn configure(wanted: &mut Settings, settings: &UartSettings) -> io::Result<()> {
    wanted.set_raw();
    wanted.set_baud_rate(settings.baud)?;
    wanted.set_char_size(CharSize::Bits8);
    wanted.set_flow_control(FlowControl::None);
    wanted.set_stop_bits(if settings.stop_bits == 2 { StopBits::Two } else { StopBits::One });
    wanted.set_parity(match settings.parity {
        Parity::None => serial2::Parity::None,
        Parity::Even => serial2::Parity::Even,
        Parity::Odd => serial2::Parity::Odd,
    });
    let termios = wanted.as_termios_mut();
    termios.c_cflag = termios.c_cflag & !CMSPAR | CREAD | CLOCAL;
    Ok(())
}

impl OpenPort {
    fn read_within(&mut self, buffer: &mut [u8], wait_ns: u64) -> Result<Option<usize>, Error> {
        let ready = self.poll(PollFlags::IN, wait_ns)?;
        if ready.is_empty() {
            return Ok(None);
        }
        match self.port.read(buffer) {
            Ok(count) => {
                // A terminal whose device is gone is at its end.
                self.gone = count == 0;
                Ok(Some(count))
            }
            Err(error) => match from_io_kind(error) {
                None => Ok(None),
                // As is one whose other end is gone, which says it in this way.
                Some(Errno::IO) => {
                    self.gone = true;
                    Ok(Some(0))
                }
                Some(errno) => Err(self.failed("reading", errno)),
            },
        }
    }

    fn write_within(&mut self, bytes: &[u8], wait_ns: u64) -> Result<Option<usize>, Error> {
        if self.poll(PollFlags::OUT, wait_ns)?.is_empty() {
            return Ok(None);
        }
        match self.port.write(bytes) {
            Ok(0) => Ok(None),
            Ok(count) => Ok(Some(count)),
            Err(error) => match from_io_kind(error) {
                None => Ok(None),
                Some(errno) => Err(self.failed("writing", errno)),
            },
        }
    }

    fn flush_within(&mut self, wait_ns: u64) -> Result<bool, Error> {
        // `tcdrain` cannot be ended: the bytes that are left are counted first, and waited for here.
        let mut left = Duration::from_nanos(wait_ns);
        loop {
            match super::ioctl::bytes_to_send(&self.port) {
                Ok(0) => break,
                Ok(_) if left.is_zero() => return Ok(false),
                Ok(_) => {}
                Err(errno) => return Err(self.failed("flushing", errno)),
            }
            let now = left.min(FLUSH_LOOK);
            std::thread::sleep(now);
            left -= now;
        }
        // Now only what is in the controller is left.
        self.port.flush().map(|()| true).map_err(|error| self.failed("flushing", from_io(error)))
    }

    fn start_wait(&mut self, ready: Ready) -> Completion<Result<(), Error>> {
        match self.is_ready(ready, 0) {
            Ok(false) => {}
            result => return Completion::Ready(result.map(drop)),
        }
        // What is waited for stays so until the caller does something with the port: nothing is lost between two looks.
        let mut beside = match self.port.try_clone() {
            Ok(port) => OpenPort::new(port, self.source.clone()),
            Err(error) => return Completion::Ready(Err(self.failed("waiting", from_io(error)))),
        };
        Completion::Pending(watch(move || match beside.is_ready(ready, SLICE_NS) {
            Ok(false) => None,
            result => Some(result.map(drop)),
        }))
    }
}

/// Returns what the kernel said, or nothing if it was only not ready.
fn from_io_kind(error: io::Error) -> Option<Errno> {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted => None,
        _ => Some(from_io(error)),
    }
}
