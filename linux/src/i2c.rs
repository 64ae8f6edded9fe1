//! I2C adapters, through `/dev/i2c-N`. Addresses are right-aligned: 0x76 is the address, not 0xec.
//!
//! One transaction is one `I2C_RDWR`, in which each run of operations in the same direction is one message: START and address,
//! or a repeated START, at its beginning, nothing between its operations, and one STOP after the last. `I2C_M_NOSTART`, which
//! would do the same without copying, is silently ignored by adapters that lack it.
//!
//! What an adapter cannot do in one transaction is refused, never split: a STOP in the middle is another transaction, in which
//! another controller may come between, or a target may forget what it was told. So a read that is followed by a write is
//! [`Error::Unsupported`] on the Raspberry Pi 0 to 4, whose driver takes reads as the last message only.

mod address;
mod bus;
mod error;
mod owner;
#[cfg(test)]
mod tests;
mod traits;

use std::ffi::c_ulong;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use embedded_hal::i2c::Operation;

pub use address::Address;
pub use bus::I2cBus;
pub use error::Error;
pub use owner::{KernelOwner, MainDevice};

use super::advice::Subsystem;
use super::device_error::{Severity, Source};
use super::kernel::{Errno, I2cFile, Kernel, is_gone, uninterrupted};
use super::open::OpenError;
use super::plugged::Unplugged;
use super::sysfs::Tree;

/// The most messages of one `I2C_RDWR`. `I2C_RDWR_IOCTL_MAX_MSGS` of `linux/i2c-dev.h`.
const MAX_MESSAGES: usize = 42;

/// The most bytes of one message. `i2cdev_ioctl_rdwr` of `drivers/i2c/i2c-dev.c`.
const MAX_MESSAGE_BYTES: usize = 8192;

/// The unit of `I2C_TIMEOUT` (Documentation/i2c/dev-interface.rst).
const TIMEOUT_STEP_MS: u128 = 10;

// What an adapter can do: include/uapi/linux/i2c.h.
/// Transactions of messages, and not only the SMBus's.
const I2C_FUNC_I2C: c_ulong = 0x1;
const I2C_FUNC_10BIT_ADDR: c_ulong = 0x2;
/// Messages without data: SMBus's quick command is one, and an adapter that cannot do it says so here.
const I2C_FUNC_SMBUS_QUICK: c_ulong = 0x1_0000;

/// Which adapter, and how fast it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct I2cSettings {
    /// The device file, or a name that [`Linux::find`](crate::Linux::find) knows.
    pub path: PathBuf,
    /// The clock that is expected, in hertz. Linux takes it from the device tree alone; an adapter with another one is reported.
    pub frequency_hz: Option<u32>,
    /// How long the adapter waits for a transaction, rounded up to 10 ms, for everybody who uses it. Without one it stays as it is.
    pub timeout: Option<Duration>,
}

impl I2cSettings {
    /// Returns settings for an adapter, whose clock may be any.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> I2cSettings {
        I2cSettings { path: path.into(), frequency_hz: None, timeout: None }
    }
}

/// An adapter, as long as it is there.
#[derive(Debug)]
struct Adapter {
    file: Box<dyn I2cFile>,
    functions: c_ulong,
    source: Source,
    tree: Tree,
    /// The kernel's number of the adapter.
    number: Option<String>,
    /// The messages of the transaction that is being carried out.
    runs: Vec<Run>,
    /// Their bytes, end to end.
    bytes: Vec<u8>,
    /// Whether the adapter is gone.
    gone: bool,
}

impl Unplugged for Adapter {
    fn is_gone(&self) -> bool {
        self.gone
    }
}

/// Adjacent operations in the same direction: one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    reads: bool,
    len: usize,
}

impl Adapter {
    /// Opens an adapter and asks it what it can do.
    fn open(kernel: &dyn Kernel, tree: &Tree, source: Source, settings: &I2cSettings) -> Result<Adapter, OpenError> {
        let failed = |errno| OpenError::of_file(Subsystem::I2c, tree, &settings.path, errno);
        let mut file = uninterrupted(|| kernel.open_i2c(&settings.path)).map_err(failed)?;
        let functions = uninterrupted(|| file.functions()).map_err(failed)?;
        if functions & I2C_FUNC_I2C == 0 {
            return Err(OpenError::unsupported(&source.device, "I2C transactions: the adapter does SMBus only", None));
        }
        if let Some(timeout) = settings.timeout {
            let steps = usize::try_from(timeout.as_millis().div_ceil(TIMEOUT_STEP_MS)).unwrap_or(usize::MAX);
            let what = format!("a timeout of {} ms", timeout.as_millis());
            let refused = |errno| OpenError::unsupported(&source.device, what, Some(errno));
            uninterrupted(|| file.set_timeout(steps)).map_err(refused)?;
        }
        let name = tree.device_name(&settings.path);
        let number = name.and_then(|name| Some(name.strip_prefix("i2c-")?.to_owned()));
        let actual = number.as_deref().and_then(|number| frequency_hz(tree, number));
        if let (Some(stated), Some(actual)) = (settings.frequency_hz, actual)
            && stated != actual
        {
            source.refused(
                format_args!("setting the clock to {stated} Hz"),
                format_args!(
                    "the bus stays at {actual} Hz, which its device tree says (on a Raspberry Pi, add \
                     `dtparam=i2c_arm_baudrate={stated}` to config.txt and reboot)"
                ),
            );
        }
        let tree = tree.clone();
        Ok(Adapter { file, functions, source, tree, number, runs: Vec::new(), bytes: Vec::new(), gone: false })
    }

    fn frequency_hz(&self) -> Option<u32> {
        frequency_hz(&self.tree, self.number.as_deref()?)
    }

    fn owned_by_kernel(&mut self, address: Address) -> Result<Option<KernelOwner>, OpenError> {
        match uninterrupted(|| self.file.claim(address)) {
            Ok(()) => Ok(None),
            Err(Errno::BUSY) => Ok(Some(KernelOwner::find(&self.tree, self.number.as_deref(), address))),
            Err(errno) => {
                let what = format!("address {address}");
                Err(OpenError::unsupported(&self.source.device, what, Some(errno)))
            }
        }
    }

    /// Checks what can be checked before the kernel is asked, and tells the log what is wrong.
    fn check(&self, address: Address) -> Result<(), Error> {
        let offers = |function| self.functions & function != 0;
        let is_empty = |reads| self.runs.iter().any(|run| run.reads == reads && run.len == 0);
        let refusal = match address {
            Address::SevenBit(0x80..) | Address::TenBit(0x400..) => Some("this address does not exist"),
            Address::TenBit(_) if !offers(I2C_FUNC_10BIT_ADDR) => Some("the adapter does not support 10-bit addresses"),
            _ if is_empty(true) => Some("I2C cannot read 0 bytes"),
            _ if is_empty(false) && !offers(I2C_FUNC_SMBUS_QUICK) => Some("the adapter cannot write 0 bytes"),
            _ => None,
        };
        if let Some(refusal) = refusal {
            self.source.refused(format_args!("{}", self.doing(address)), format_args!("{refusal}"));
            return Err(Error::Unsupported);
        }
        let (messages, longest) = (self.runs.len(), self.runs.iter().map(|run| run.len).max());
        if messages > MAX_MESSAGES {
            self.source.refused(
                format_args!("{}", self.doing(address)),
                format_args!("{messages} messages, but Linux takes at most {MAX_MESSAGES}"),
            );
            return Err(Error::TooLong);
        }
        if longest > Some(MAX_MESSAGE_BYTES) {
            self.source.refused(
                format_args!("{}", self.doing(address)),
                format_args!("Linux takes at most {MAX_MESSAGE_BYTES} bytes in one direction"),
            );
            return Err(Error::TooLong);
        }
        Ok(())
    }

    /// Describes the transaction.
    fn doing(&self, address: Address) -> Doing<'_> {
        Doing { address, runs: &self.runs }
    }

    /// Carries out the messages, and returns how many of them.
    fn transfer(&mut self, address: Address) -> Result<usize, Errno> {
        let mut rest = self.bytes.as_mut_slice();
        let message = |run: &Run| {
            // The runs' lengths add up to the bytes.
            let bytes = rest.split_off_mut(..run.len).unwrap_or_default();
            if run.reads { Operation::Read(bytes) } else { Operation::Write(bytes) }
        };
        let mut messages: Vec<Operation<'_>> = self.runs.iter().map(message).collect();
        uninterrupted(|| self.file.transfer(address, &mut messages))
    }

    /// Returns what an error means, and tells the log.
    fn failed(&mut self, address: Address, errno: Errno) -> Error {
        let error = error::kind(errno, self.runs.iter().any(|run| !run.reads && run.len > 0));
        let read_not_last = self.runs.split_last().is_some_and(|(_, before)| before.iter().any(|run| run.reads));
        self.gone = is_gone(errno);
        let (level, meaning) = match error {
            Error::NoAcknowledge(_) => (Severity::Debug, "no device acknowledged"),
            Error::Unsupported if read_not_last => (
                Severity::Warn,
                "the adapter cannot continue after a read (on a Raspberry Pi 0 to 4, a read must be the last message), and \
                 the host does not split a transaction",
            ),
            Error::Unsupported => (Severity::Warn, "the adapter does not support this; the kernel's log may say why"),
            Error::TooLong => (Severity::Warn, "the transaction is too long for the adapter"),
            Error::ArbitrationLoss => (Severity::Warn, "another controller won the bus"),
            Error::Bus => {
                (Severity::Warn, "a device holds a line, or the transfer broke off: check wiring and pull-ups")
            }
            _ if self.gone => (Severity::Error, "the adapter is gone; the next transaction looks for it"),
            _ => (Severity::Warn, "the adapter's driver failed"),
        };
        self.source.failed(level, errno, format_args!("{}", self.doing(address)), format_args!("{meaning}"));
        error
    }
}

impl Adapter {
    fn transaction(&mut self, address: Address, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        if operations.is_empty() {
            return Ok(());
        }
        merge(operations, &mut self.runs);
        self.check(address)?;
        self.bytes.clear();
        for operation in operations.iter() {
            match operation {
                Operation::Write(bytes) => self.bytes.extend_from_slice(bytes),
                Operation::Read(buffer) => self.bytes.resize(self.bytes.len() + buffer.len(), 0),
            }
        }
        let done = self.transfer(address).map_err(|errno| self.failed(address, errno))?;
        let messages = self.runs.len();
        if done != messages {
            self.source.refused(
                format_args!("{}", self.doing(address)),
                format_args!("the adapter's driver transferred only {done} of {messages} messages"),
            );
            return Err(Error::Other);
        }
        let mut rest = self.bytes.as_slice();
        for operation in operations {
            match operation {
                Operation::Write(bytes) => {
                    let _ = rest.split_off(..bytes.len());
                }
                Operation::Read(buffer) => buffer.copy_from_slice(rest.split_off(..buffer.len()).unwrap_or_default()),
            }
        }
        Ok(())
    }
}

/// Puts adjacent operations in the same direction into one run.
fn merge(operations: &[Operation<'_>], runs: &mut Vec<Run>) {
    runs.clear();
    for operation in operations {
        let (reads, len) = match operation {
            Operation::Read(buffer) => (true, buffer.len()),
            Operation::Write(bytes) => (false, bytes.len()),
        };
        match runs.last_mut() {
            Some(run) if run.reads == reads => run.len = run.len.saturating_add(len),
            _ => runs.push(Run { reads, len }),
        }
    }
}

/// Returns the clock of an adapter, if its device tree says so.
pub(super) fn frequency_hz(tree: &Tree, number: &str) -> Option<u32> {
    let cells = tree.bytes(format!("/sys/bus/i2c/devices/i2c-{number}/of_node/clock-frequency"))?;
    // A cell of a device tree is big-endian.
    Some(u32::from_be_bytes(cells.try_into().ok()?))
}

/// A transaction, for the log.
struct Doing<'a> {
    address: Address,
    runs: &'a [Run],
}

impl fmt::Display for Doing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sum =
            |reads| self.runs.iter().filter(|run| run.reads == reads).map(|run| run.len).fold(0, usize::saturating_add);
        write!(f, "a transaction with {} ({} bytes written, {} read)", self.address, sum(false), sum(true))
    }
}
