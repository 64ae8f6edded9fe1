//! The hardware of a Linux machine: I2C, SPI, GPIO and time, through the interfaces that the kernel has for programs.
//!
//! [`Linux`] opens devices and finds out what there is. What it opens implements the host's own traits, so that every error keeps
//! its kind: what is past a limit of the kernel is `TooLong` and what the hardware cannot do is `Unsupported`, before anything
//! moves on the wires. The guest gets that and nothing more; [`FaultListener`] hears the errno, the device and the advice.
//!
//! Every system call goes through [`Kernel`], and every file of the kernel's through [`Tree`]: the tests answer in their place.
//! Serial ports alone are real in the tests too: pseudo-terminals are.

mod adc;
mod beside;
mod delay;
mod discover;
#[cfg(test)]
mod fake;
mod fault;
mod fix;
mod gpio;
mod i2c;
mod ioctl;
mod kernel;
mod open;
mod pwm;
mod real;
mod spi;
mod tree;
mod uart;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use adc::{AdcInput, AdcSettings};
pub(crate) use beside::{Lane, Queued};
pub use delay::LinuxDelay;
pub use discover::{GpioChip, I2cAdapter, KernelTarget, Machine, Missing, SpiNode};
pub use fault::{Fault, FaultListener};
pub use fix::Subsystem;
pub use gpio::{Bias, ChipChoice, ChipInfo, Direction, Edge, Line, LineChoice, LineInfo, LineRequest, LineSettings};
pub use i2c::{I2cBus, I2cSettings, KernelOwner, MainDevice};
pub use kernel::{Errno, I2cFile, Kernel, LineFile, SpiFile, SpiTransfer};
pub use open::{OpenError, OpenReason};
pub use pwm::{PwmOutput, PwmSettings};
pub use real::RealKernel;
pub use spi::{SpiDevice, SpiSettings};
pub use tree::Tree;
pub use uart::{UartPort, UartSettings};

use fault::Source;

/// The longest wait between two looks at an interrupt: half of the 20 ms in which a guest must end, since a sleep may be late.
const SLICE: Duration = Duration::from_millis(10);

/// A Linux machine.
#[derive(Clone, Debug)]
pub struct Linux {
    kernel: Arc<dyn Kernel>,
    tree: Tree,
    listener: Arc<dyn FaultListener>,
}

impl Linux {
    /// Returns the machine that this process runs on. Faults of what it opens go to `listener`.
    #[must_use]
    pub fn new(listener: Arc<dyn FaultListener>) -> Linux {
        Linux::with(Arc::new(RealKernel), Tree::default(), listener)
    }

    /// Returns a machine with this kernel and these files.
    #[must_use]
    pub fn with(kernel: Arc<dyn Kernel>, tree: Tree, listener: Arc<dyn FaultListener>) -> Linux {
        Linux { kernel, tree, listener }
    }

    /// Opens an I2C adapter under a label, which its faults are reported with.
    ///
    /// # Errors
    ///
    /// The adapter is not there, may not be opened, or has no I2C transactions.
    pub fn i2c(&self, label: &str, settings: &I2cSettings) -> Result<I2cBus, OpenError> {
        let source = self.source(label, settings.path.display().to_string());
        I2cBus::open(&*self.kernel, &self.tree, source, settings)
    }

    /// Opens an SPI device, or a bus without chip select, under a label.
    ///
    /// # Errors
    ///
    /// The device is not there, may not be opened, or cannot do what the settings say.
    pub fn spi(&self, label: &str, settings: &SpiSettings) -> Result<SpiDevice, OpenError> {
        let source = self.source(label, settings.path.display().to_string());
        SpiDevice::open(&*self.kernel, &self.tree, source, settings)
    }

    /// Finds a GPIO line without requesting it: the device file of its chip, and the offset there.
    ///
    /// # Errors
    ///
    /// The line is not there.
    pub fn locate(&self, line: &LineChoice) -> Result<(PathBuf, u32), OpenError> {
        gpio::locate(&*self.kernel, &self.tree, line)
    }

    /// Requests a GPIO line under a label. An output has its initial level from then on.
    ///
    /// # Errors
    ///
    /// The line is not there, is in use, or cannot do what the settings say.
    pub fn line(&self, label: &str, settings: &LineSettings) -> Result<Line, OpenError> {
        Line::open(self.kernel.clone(), &self.tree, self.source(label, String::new()), settings)
    }

    /// Opens a PWM output under a label. It runs with its first duty from then on.
    ///
    /// # Errors
    ///
    /// The channel is not there, may not be used, or cannot do what the settings say.
    pub fn pwm(&self, label: &str, settings: &PwmSettings) -> Result<PwmOutput, OpenError> {
        let source = self.source(label, settings.path.join(format!("pwm{}", settings.channel)).display().to_string());
        PwmOutput::open(self.kernel.clone(), &self.tree, source, settings)
    }

    /// Opens an analogue input under a label.
    ///
    /// # Errors
    ///
    /// The channel is not there, may not be read, or does not tell its resolution.
    pub fn adc(&self, label: &str, settings: &AdcSettings) -> Result<AdcInput, OpenError> {
        let device = format!("in_voltage{} of {}", settings.channel, settings.path.display());
        AdcInput::open(self.kernel.clone(), &self.tree, self.source(label, device), settings)
    }

    /// Opens a serial port under a label. What came before is dropped.
    ///
    /// # Errors
    ///
    /// The port is not there, may not be opened, is no terminal, or cannot do what the settings say.
    pub fn uart(&self, label: &str, settings: &UartSettings) -> Result<UartPort, OpenError> {
        UartPort::open(&self.tree, self.source(label, settings.path.display().to_string()), settings)
    }

    /// Returns what waits in the machine's time.
    #[must_use]
    pub fn delay(&self) -> LinuxDelay {
        LinuxDelay::new(self.kernel.clone())
    }

    /// Finds out what the machine has, who holds it, and what to do about what is missing.
    #[must_use]
    pub fn machine(&self) -> Machine {
        discover::machine(&*self.kernel, &self.tree)
    }

    fn source(&self, label: &str, device: String) -> Source {
        Source { label: label.to_owned(), device, listener: self.listener.clone() }
    }
}
