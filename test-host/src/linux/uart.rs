//! Serial ports, through the terminals of the kernel in raw mode, without any flow control.
//!
//! The kernel counts bytes that its driver lost, but tells nobody who reads: an overrun of the machine's own port goes unnoticed
//! here. Its buffer is 4096 bytes.

#[cfg(test)]
mod tests;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use embedded_io::ErrorKind;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::AsFd;
use serial2::{CharSize, FlowControl, SerialPort, Settings, StopBits};
use wasm_embedded_host::Progress;
use wasm_embedded_host::log::Level;
use wasm_embedded_host::uart::{Error, Port, Ready};
use wasm_embedded_sim::uart::Parity;

use super::SLICE;
use super::beside::watch;
use super::fault::Source;
use super::fix::Subsystem;
use super::i2c::is_gone;
use super::kernel::Errno;
use super::open::{OpenError, OpenReason};
use super::real::from_io;
use super::tree::Tree;

// What serial2 leaves as the user before had it: include/uapi/asm-generic/termbits.h, which the architectures of the boards have.
/// Bytes are received.
const CREAD: u32 = 0x80;
/// No lines of a modem are looked at.
const CLOCAL: u32 = 0x800;
/// The parity is always the same: neither even nor odd.
const CMSPAR: u32 = 0x4000_0000;

/// How long a look at whether all bytes have left is put off.
const FLUSH_LOOK: Duration = Duration::from_millis(1);

/// Which port, and how it talks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UartSettings {
    /// The device file, such as `/dev/ttyAMA0`.
    pub path: PathBuf,
    /// Bits a second.
    pub baud: u32,
    /// The parity.
    pub parity: Parity,
    /// Stop bits, 1 or 2.
    pub stop_bits: u8,
}

/// A serial port.
#[derive(Debug)]
pub struct UartPort {
    port: SerialPort,
    source: Source,
}

impl UartPort {
    pub(super) fn open(tree: &Tree, source: Source, settings: &UartSettings) -> Result<UartPort, OpenError> {
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
        // What came before the guest is not the guest's.
        port.discard_input_buffer().map_err(of_file)?;
        Ok(UartPort { port, source })
    }

    /// Waits at most `wait_ns` for the port, and returns whether it is ready.
    fn poll(&self, wanted: PollFlags, wait_ns: u64) -> Result<PollFlags, Error> {
        let mut fds = [PollFd::from_borrowed_fd(self.port.as_fd(), wanted)];
        let timeout = Timespec::try_from(Duration::from_nanos(wait_ns)).unwrap_or_default();
        match poll(&mut fds, Some(&timeout)) {
            // The host looks at its interrupt and comes again.
            Ok(_) | Err(Errno::INTR) => Ok(fds.first().map_or(PollFlags::empty(), PollFd::revents)),
            Err(errno) => Err(self.failed("waiting", errno)),
        }
    }

    /// Waits at most `wait_ns` for what is asked for, and returns whether it is so.
    fn is_ready(&mut self, ready: Ready, wait_ns: u64) -> Result<bool, Error> {
        match ready {
            Ready::Read => Ok(!self.poll(PollFlags::IN, wait_ns)?.is_empty()),
            Ready::Write => Ok(!self.poll(PollFlags::OUT, wait_ns)?.is_empty()),
            Ready::Sent => self.flush(wait_ns),
        }
    }

    fn failed(&self, doing: &str, errno: Errno) -> Error {
        let meaning = if is_gone(errno) || errno == Errno::NXIO { "the port is gone" } else { "the port failed" };
        self.source.failed(Level::Error, errno, format_args!("{doing}"), format_args!("{meaning}"));
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

impl Port for UartPort {
    fn read(&mut self, buffer: &mut [u8], wait_ns: u64) -> Result<Option<usize>, Error> {
        let ready = self.poll(PollFlags::IN, wait_ns)?;
        if ready.is_empty() {
            return Ok(None);
        }
        match self.port.read(buffer) {
            Ok(count) => Ok(Some(count)),
            Err(error) => match from_io_kind(error) {
                None => Ok(None),
                // What a terminal says whose other end is gone.
                Some(Errno::IO) => Ok(Some(0)),
                Some(errno) => Err(self.failed("reading", errno)),
            },
        }
    }

    fn write(&mut self, bytes: &[u8], wait_ns: u64) -> Result<Option<usize>, Error> {
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

    fn flush(&mut self, wait_ns: u64) -> Result<bool, Error> {
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

    fn read_ready(&mut self) -> Result<bool, Error> {
        Ok(!self.poll(PollFlags::IN, 0)?.is_empty())
    }

    fn write_ready(&mut self) -> Result<bool, Error> {
        Ok(!self.poll(PollFlags::OUT, 0)?.is_empty())
    }

    fn start_wait(&mut self, ready: Ready) -> Progress<Result<(), Error>> {
        match self.is_ready(ready, 0) {
            Ok(false) => {}
            result => return Progress::Done(result.map(drop)),
        }
        // What is waited for stays so until the guest does something with the port: nothing is lost between two looks.
        let mut beside = match self.port.try_clone() {
            Ok(port) => UartPort { port, source: self.source.clone() },
            Err(error) => return Progress::Done(Err(self.failed("waiting", from_io(error)))),
        };
        let slice_ns = u64::try_from(SLICE.as_nanos()).unwrap_or(u64::MAX);
        Progress::pending(watch(move || match beside.is_ready(ready, slice_ns) {
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

/// Returns what an error means for bytes.
fn kind(errno: Errno) -> Error {
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
