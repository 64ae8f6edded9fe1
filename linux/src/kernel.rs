//! The seam: every system call of the back end, so that a test can answer in the kernel's place.

use std::ffi::c_ulong;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use crate::i2c::Address;
use embedded_hal::i2c::Operation;
pub use rustix::io::Errno;

use super::gpio::{ChipInfo, Edge, LineRequest};

/// `ENOTSUPP` of `include/linux/errno.h`: meant for the kernel's inside, and seen outside all the same.
pub(crate) const ENOTSUPP: Errno = Errno::from_raw_os_error(524);

/// How often a call is repeated that a signal interrupts: more signals than an operator sends while one call lasts.
const REPEATS: u32 = 16;

/// The kernel: opens devices and tells the time.
pub trait Kernel: fmt::Debug + Send + Sync {
    /// Opens the file of an I2C adapter.
    ///
    /// # Errors
    ///
    /// Returns the kernel's error, as all functions here do.
    fn open_i2c(&self, path: &Path) -> Result<Box<dyn I2cFile>, Errno>;

    /// Opens the file of an SPI device.
    ///
    /// # Errors
    ///
    /// Returns the kernel's error.
    fn open_spi(&self, path: &Path) -> Result<Box<dyn SpiFile>, Errno>;

    /// Describes a GPIO chip and its lines.
    ///
    /// # Errors
    ///
    /// Returns the kernel's error.
    fn chip(&self, path: &Path) -> Result<ChipInfo, Errno>;

    /// Requests a line of a GPIO chip: it is set up in the same step.
    ///
    /// # Errors
    ///
    /// Returns the kernel's error.
    fn request_line(&self, chip: &Path, request: &LineRequest) -> Result<Box<dyn LineFile>, Errno>;

    /// Reads a file of the kernel's that holds one value, without the line feed at its end.
    ///
    /// # Errors
    ///
    /// Returns the kernel's error.
    fn read_attribute(&self, path: &Path) -> Result<String, Errno>;

    /// Writes a file of the kernel's that holds one value.
    ///
    /// # Errors
    ///
    /// Returns the kernel's error.
    fn write_attribute(&self, path: &Path, value: &str) -> Result<(), Errno>;

    /// Returns the time of `CLOCK_MONOTONIC`, which no change of the date moves.
    fn now(&self) -> Duration;

    /// Sleeps until a time of that clock, or until a signal comes.
    ///
    /// # Errors
    ///
    /// Returns `EINTR` after a signal.
    fn sleep_until(&self, deadline: Duration) -> Result<(), Errno>;
}

/// An open I2C adapter.
pub trait I2cFile: fmt::Debug + Send {
    /// `I2C_FUNCS`: returns what the adapter can do, as the bits of `linux/i2c.h`.
    ///
    /// # Errors
    ///
    /// Returns the kernel's error.
    fn functions(&mut self) -> Result<c_ulong, Errno>;

    /// `I2C_TIMEOUT`: sets how long the adapter waits for a transaction, in steps of 10 ms, for everybody who uses it.
    ///
    /// # Errors
    ///
    /// Returns the kernel's error.
    fn set_timeout(&mut self, steps: usize) -> Result<(), Errno> {
        let _ = steps;
        Err(Errno::NOTTY)
    }

    /// `I2C_SLAVE`: asks for an address, which is refused with `EBUSY` if a driver of the kernel has it.
    ///
    /// # Errors
    ///
    /// Returns the kernel's error.
    fn claim(&mut self, address: Address) -> Result<(), Errno>;

    /// `I2C_RDWR`: carries out one transaction, each operation as one message with its own START. Returns how many messages
    /// were carried out.
    ///
    /// # Errors
    ///
    /// Returns the kernel's error.
    fn transfer(&mut self, address: Address, messages: &mut [Operation<'_>]) -> Result<usize, Errno>;
}

/// An open SPI device.
pub trait SpiFile: fmt::Debug + Send {
    /// `SPI_IOC_RD_MODE`: returns the mode bits of `linux/spi/spi.h`.
    ///
    /// # Errors
    ///
    /// Returns the kernel's error.
    fn mode(&mut self) -> Result<u8, Errno>;

    /// `SPI_IOC_WR_MODE`: sets the mode bits.
    ///
    /// # Errors
    ///
    /// Returns the kernel's error.
    fn set_mode(&mut self, mode: u8) -> Result<(), Errno>;

    /// `SPI_IOC_WR_BITS_PER_WORD`.
    ///
    /// # Errors
    ///
    /// Returns the kernel's error.
    fn set_bits_per_word(&mut self, bits: u8) -> Result<(), Errno>;

    /// `SPI_IOC_WR_MAX_SPEED_HZ`.
    ///
    /// # Errors
    ///
    /// Returns the kernel's error.
    fn set_frequency(&mut self, hz: u32) -> Result<(), Errno>;

    /// `SPI_IOC_MESSAGE`: carries out transfers under one chip select.
    ///
    /// # Errors
    ///
    /// Returns the kernel's error.
    fn message(&mut self, transfers: &mut [SpiTransfer<'_>]) -> Result<(), Errno>;
}

/// One transfer of an SPI message.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SpiTransfer<'a> {
    /// What is sent; zeros if there is nothing.
    pub tx: Option<&'a [u8]>,
    /// Where what is received goes. As long as `tx` if there are both.
    pub rx: Option<&'a mut [u8]>,
    /// How long to wait after the last clock, in microseconds.
    pub delay_us: u16,
}

/// A requested GPIO line. It is released when this is dropped.
pub trait LineFile: fmt::Debug + Send {
    /// Drives the line.
    ///
    /// # Errors
    ///
    /// Returns the kernel's error.
    fn set(&mut self, high: bool) -> Result<(), Errno>;

    /// Returns the level on the line.
    ///
    /// # Errors
    ///
    /// Returns the kernel's error.
    fn get(&mut self) -> Result<bool, Errno>;

    /// Waits for an edge, which the line must have been requested with.
    ///
    /// # Errors
    ///
    /// Returns the kernel's error, `EINTR` after a signal.
    fn wait(&mut self, timeout: Duration) -> Result<Option<Edge>, Errno>;

    /// Has edges of an input reported from now on, and returns another handle on the line, to wait for them.
    ///
    /// # Errors
    ///
    /// Returns the kernel's error.
    fn report_edges(&mut self) -> Result<Box<dyn LineFile>, Errno>;
}

/// Returns whether an error says that the device is gone for good. (ESHUTDOWN also stands for a suspended adapter; a process that
/// runs is not suspended.)
pub(crate) fn is_gone(errno: Errno) -> bool {
    matches!(errno, Errno::NODEV | Errno::SHUTDOWN)
}

/// Repeats a call that a signal interrupted. The calls that come here either did nothing when they are interrupted, or are
/// repeated as a whole: a driver that is interrupted in the middle of a transaction has ended it with a STOP.
pub(super) fn uninterrupted<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
    for _ in 0..REPEATS {
        match call() {
            Err(Errno::INTR) => {}
            result => return result,
        }
    }
    Err(Errno::INTR)
}
