//! SPI devices, through `/dev/spidevB.C`.
//!
//! One transaction is one `SPI_IOC_MESSAGE`, under one chip select. It is never split, unless the settings allow it for writes: chip
//! select becomes inactive in between. So what is longer than spidev's buffer is refused, and the log tells how to enlarge the
//! buffer.

mod bus;
mod device;
mod error;
mod plan;
mod split;
#[cfg(test)]
mod tests;
mod traits;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use embedded_hal::spi::{MODE_0, Mode, Operation, Phase, Polarity};

pub use bus::SpiBus;
pub use device::SpiDevice;
pub use error::Error;
use plan::{ALIGNMENT, MAX_TRANSFERS, Needs, Plan};

use super::advice::Subsystem;
use super::device_error::{Severity, Source};
use super::kernel::{ENOTSUPP, Errno, Kernel, SpiFile, SpiTransfer, is_gone, uninterrupted};
use super::open::OpenError;
use super::plugged::Unplugged;
use super::sysfs::Tree;

/// spidev's buffer if the system does not say: its own default. `drivers/spi/spidev.c`.
const DEFAULT_BUFFER_BYTES: usize = 4096;

/// Where the system says it.
const BUFFER_PARAMETER: &str = "/sys/module/spidev/parameters/bufsiz";

// The bits of a mode: include/uapi/linux/spi/spi.h.
const SPI_CPHA: u8 = 0x01;
const SPI_CPOL: u8 = 0x02;
const SPI_CS_HIGH: u8 = 0x04;
const SPI_NO_CS: u8 = 0x40;

/// Which device, and how to talk to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpiSettings {
    /// The device file, or a name that [`Linux::find`](crate::Linux::find) knows.
    pub path: PathBuf,
    /// The clock in hertz; a controller takes the next slower one it has.
    pub frequency_hz: u32,
    /// Clock polarity and phase.
    pub mode: Mode,
    /// Whether the kernel drives the chip select. Without, the caller has the whole bus: no other device of it may be used meanwhile.
    pub chip_select: bool,
    /// The bits of a word, at most 8: a word is a byte here, of which this many low bits go over the wires.
    pub bits_per_word: u8,
    /// Time from select active to the first clock edge, rounded up to microseconds, in addition to what the device tree says.
    pub select_setup: Duration,
    /// Time from the last clock edge to select inactive, rounded up to microseconds, in addition to what the device tree says.
    pub select_hold: Duration,
    /// Clocks sent when the device is opened, with select inactive and data high; rounded up to whole bytes. SD cards need 74.
    pub init_clocks: u32,
    /// Whether a transaction of nothing but writes that is longer than spidev's buffer may become several, between which select is
    /// inactive.
    pub split_writes: bool,
}

impl SpiSettings {
    /// Returns settings for a device of mode 0 and 1 MHz.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> SpiSettings {
        SpiSettings {
            path: path.into(),
            frequency_hz: 1_000_000,
            mode: MODE_0,
            chip_select: true,
            bits_per_word: 8,
            select_setup: Duration::ZERO,
            select_hold: Duration::ZERO,
            init_clocks: 0,
            split_writes: false,
        }
    }
}

/// A device, as long as it is there.
#[derive(Debug)]
struct Wired {
    file: Box<dyn SpiFile>,
    source: Source,
    select_setup: Duration,
    select_hold: Duration,
    split_writes: bool,
    /// spidev's buffer, in bytes, of which there is one each way.
    buffer_bytes: usize,
    alignment: usize,
    plan: Plan,
    /// Whether the device is gone.
    gone: bool,
}

impl Unplugged for Wired {
    fn is_gone(&self) -> bool {
        self.gone
    }
}

impl Wired {
    /// Opens a device and sets it up. Chip select is inactive from then on.
    fn open(kernel: &dyn Kernel, tree: &Tree, source: Source, settings: &SpiSettings) -> Result<Wired, OpenError> {
        let failed = |errno| OpenError::of_file(Subsystem::Spi, tree, &settings.path, errno);
        let device = source.device.as_str();
        if !(1..=8).contains(&settings.bits_per_word) {
            let what = format!("words of {} bits: a guest's word is one byte", settings.bits_per_word);
            return Err(OpenError::unsupported(device, what, None));
        }
        let mut file = uninterrupted(|| kernel.open_spi(&settings.path)).map_err(failed)?;
        // Whether select is active high is the board's affair, and in the device tree.
        let kept = uninterrupted(|| file.mode()).map_err(failed)? & SPI_CS_HIGH;
        let mode = kept | mode_bits(settings.mode);
        let refused = |what: String| {
            move |errno| match errno {
                Errno::INVAL | Errno::OPNOTSUPP | ENOTSUPP => OpenError::unsupported(device, what, Some(errno)),
                errno => failed(errno),
            }
        };
        let bits = settings.bits_per_word;
        let quiet = "a bus without chip select (SPI_NO_CS)";
        let wanted = if settings.chip_select { mode } else { mode | SPI_NO_CS };
        let what = if settings.chip_select { format!("mode {}", mode & 3) } else { quiet.to_owned() };
        uninterrupted(|| file.set_mode(wanted)).map_err(refused(what))?;
        uninterrupted(|| file.set_bits_per_word(bits)).map_err(refused(format!("words of {bits} bits")))?;
        let hz = settings.frequency_hz;
        uninterrupted(|| file.set_frequency(hz)).map_err(refused(format!("{hz} Hz")))?;
        if let Ok(bytes @ 1..) = usize::try_from(settings.init_clocks.div_ceil(8)) {
            let what = || format!("clocks while no device is selected, which `init-clocks` needs: {quiet}");
            uninterrupted(|| file.set_mode(mode | SPI_NO_CS)).map_err(refused(what()))?;
            let high = vec![0xff; bytes];
            let clocks = &mut [SpiTransfer { tx: Some(&high), ..SpiTransfer::default() }];
            uninterrupted(|| file.message(clocks)).map_err(refused(what()))?;
            uninterrupted(|| file.set_mode(wanted)).map_err(failed)?;
        }
        let stated = tree.text(BUFFER_PARAMETER).and_then(|text| text.parse().ok());
        Ok(Wired {
            file,
            source,
            select_setup: settings.select_setup,
            select_hold: settings.select_hold,
            split_writes: settings.split_writes,
            buffer_bytes: stated.unwrap_or(DEFAULT_BUFFER_BYTES),
            alignment: ALIGNMENT,
            plan: Plan::default(),
            gone: false,
        })
    }

    /// Checks that spidev takes the plan, and tells the log if not.
    fn check(&self, doing: Doing, operations: &[Operation<'_, u8>]) -> Result<(), Error> {
        let Needs { transfers, bytes } = self.plan.needs(self.alignment);
        let buffer_bytes = self.buffer_bytes;
        if transfers > MAX_TRANSFERS {
            self.source.refused(
                format_args!("{doing}"),
                format_args!("{transfers} transfers and delays of 65.535 ms, but spidev takes at most {MAX_TRANSFERS}"),
            );
            return Err(Error::TooLong);
        }
        if bytes > buffer_bytes {
            let splitting = self.splitting(operations);
            self.source.refused(
                format_args!("{doing}"),
                format_args!(
                    "it needs {bytes} bytes of spidev's buffer (each transfer rounded up to {}), but `bufsiz` is {buffer_bytes}: \
                     set `spidev.bufsiz={}` on the kernel's command line (cmdline.txt on a Raspberry Pi), or, if spidev is a \
                     module, `options spidev bufsiz={}` in /etc/modprobe.d/spidev.conf; then reboot{splitting}",
                    self.alignment,
                    enough(bytes),
                    enough(bytes),
                ),
            );
            return Err(Error::TooLong);
        }
        Ok(())
    }

    /// Returns what an error means, and tells the log.
    fn failed(&mut self, doing: Doing, errno: Errno) -> Error {
        self.gone = is_gone(errno);
        let (error, level, meaning) = match errno {
            Errno::MSGSIZE => {
                (Error::TooLong, Severity::Warn, "the transaction is too long for spidev or the controller")
            }
            Errno::INVAL | Errno::OPNOTSUPP | ENOTSUPP => {
                (Error::Unsupported, Severity::Warn, "the controller does not support this")
            }
            Errno::BUSY => (Error::Busy, Severity::Warn, "the controller is busy"),
            _ if self.gone => (Error::Other, Severity::Error, "the device is gone; the next transaction looks for it"),
            _ => (Error::Other, Severity::Warn, "the controller's driver failed"),
        };
        self.source.failed(level, errno, format_args!("{doing}"), format_args!("{meaning}"));
        error
    }
}

impl Wired {
    /// Returns how long the parts of a transaction may be that may become several, if this one has to.
    fn room_of_parts(&self, operations: &[Operation<'_, u8>]) -> Option<usize> {
        let room = self.buffer_bytes - self.buffer_bytes % self.alignment;
        let too_long = self.plan.needs(self.alignment).bytes > self.buffer_bytes;
        (self.split_writes && too_long && room > 0 && split::only_writes(operations)).then_some(room)
    }

    /// Returns what else may help against a transaction that is too long.
    fn splitting(&self, operations: &[Operation<'_, u8>]) -> String {
        if self.split_writes || !split::only_writes(operations) {
            return String::new();
        }
        let label = &self.source.label;
        format!(
            "; if the part allows a deselect between two bytes, as displays do, add `split-writes = true` to [spi.{label}]"
        )
    }

    /// Carries out one message.
    fn message(&mut self, operations: &mut [Operation<'_, u8>], doing: Doing) -> Result<(), Error> {
        let (plan, file) = (&mut self.plan, &mut self.file);
        let result = plan.carry_out(operations, |transfers| uninterrupted(|| file.message(transfers)));
        result.map_err(|errno| self.failed(doing, errno))
    }
}

impl Wired {
    fn run(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Error> {
        self.plan.lay_out(operations, self.select_setup, self.select_hold);
        let doing = Doing::of(operations);
        if let Some(room) = self.room_of_parts(operations) {
            for mut part in split::parts(operations, room) {
                self.plan.lay_out(&part, self.select_setup, self.select_hold);
                self.message(&mut part, doing)?;
            }
            return Ok(());
        }
        self.check(doing, operations)?;
        self.message(operations, doing)
    }
}

/// A transaction, for the log.
#[derive(Clone, Copy, Debug)]
struct Doing {
    operations: usize,
    written: usize,
    read: usize,
}

impl Doing {
    fn of(operations: &[Operation<'_, u8>]) -> Doing {
        let mut doing = Doing { operations: operations.len(), written: 0, read: 0 };
        for operation in operations {
            let (written, read) = match operation {
                Operation::Write(bytes) => (bytes.len(), 0),
                Operation::Read(buffer) => (0, buffer.len()),
                Operation::TransferInPlace(buffer) => (buffer.len(), buffer.len()),
                Operation::Transfer(buffer, bytes) => (bytes.len(), buffer.len()),
                Operation::DelayNs(_) => (0, 0),
            };
            doing.written = doing.written.saturating_add(written);
            doing.read = doing.read.saturating_add(read);
        }
        doing
    }
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Doing { operations, written, read } = self;
        write!(f, "a transaction of {operations} operations ({written} bytes written, {read} read)")
    }
}

/// Returns a size of buffer to propose: a power of two, as the kernel allocates it.
fn enough(bytes: usize) -> usize {
    bytes.checked_next_power_of_two().unwrap_or(bytes).max(65_536)
}

/// Returns the bits of a mode.
fn mode_bits(mode: Mode) -> u8 {
    let polarity = if mode.polarity == Polarity::IdleHigh { SPI_CPOL } else { 0 };
    let phase = if mode.phase == Phase::CaptureOnSecondTransition { SPI_CPHA } else { 0 };
    polarity | phase
}
