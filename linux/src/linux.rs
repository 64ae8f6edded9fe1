//! A Linux machine, which opens its devices.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::adc::{AdcInput, AdcSettings};
use crate::advice::Subsystem;
use crate::delay::LinuxDelay;
use crate::device_error::{ErrorListener, Source};
use crate::discover::{self, Machine};
use crate::gpio::{self, Line, LineChoice, LineSettings};
use crate::i2c::{I2cBus, I2cSettings};
use crate::kernel::Kernel;
use crate::named;
use crate::open::OpenError;
use crate::pwm::{PwmOutput, PwmSettings};
use crate::real::RealKernel;
use crate::spi::{SpiBus, SpiDevice, SpiSettings};
use crate::sysfs::Tree;
use crate::uart::{UartPort, UartSettings};

/// What the kernel shows as the holder of lines, unless the program says another name.
const CONSUMER: &str = "wasm-embedded-linux";

/// A Linux machine.
#[derive(Clone, Debug)]
pub struct Linux {
    kernel: Arc<dyn Kernel>,
    tree: Tree,
    listener: Arc<dyn ErrorListener>,
    consumer: String,
}

impl Linux {
    /// Returns the machine that this process runs on. Errors of what it opens go to `listener`.
    #[must_use]
    pub fn new(listener: Arc<dyn ErrorListener>) -> Linux {
        Linux::with(Arc::new(RealKernel), Tree::default(), listener)
    }

    /// Returns a machine with this kernel and these files.
    #[must_use]
    pub fn with(kernel: Arc<dyn Kernel>, tree: Tree, listener: Arc<dyn ErrorListener>) -> Linux {
        Linux { kernel, tree, listener, consumer: CONSUMER.to_owned() }
    }

    /// Has the kernel show `name` as the holder of the lines that are opened from now on, as `gpioinfo` prints it: at most 31 bytes.
    #[must_use]
    pub fn with_consumer(mut self, name: impl Into<String>) -> Linux {
        self.consumer = name.into();
        self
    }

    /// Returns the device file of a device, or the folder of a PWM chip or converter, that is given by a path or by a name that stays
    /// when the kernel's numbers change: its address, node or label in the device tree, its driver, or a converter's own name. A path
    /// is returned as it is. `wasm-embedded-rt list` shows the names.
    ///
    /// # Errors
    ///
    /// No device has the name, or several have it.
    pub fn find(&self, subsystem: Subsystem, given: &Path) -> Result<PathBuf, OpenError> {
        named::find(&self.tree, subsystem, given)
    }

    /// Opens an I2C adapter under a label, which its errors are reported with.
    ///
    /// # Errors
    ///
    /// The adapter is not there, may not be opened, or has no I2C transactions.
    pub fn i2c(&self, label: &str, settings: &I2cSettings) -> Result<I2cBus, OpenError> {
        let source = self.source(label, settings.path.display().to_string());
        I2cBus::open(self.kernel.clone(), self.tree.clone(), source, settings.clone())
    }

    /// Opens an SPI device under a label; without [`SpiSettings::chip_select`] its select stays inactive.
    ///
    /// # Errors
    ///
    /// The device is not there, may not be opened, or cannot do what the settings say.
    pub fn spi(&self, label: &str, settings: &SpiSettings) -> Result<SpiDevice, OpenError> {
        let source = self.source(label, settings.path.display().to_string());
        SpiDevice::open(self.kernel.clone(), self.tree.clone(), source, settings.clone())
    }

    /// Opens an SPI bus without chip select under a label: the select of the device file stays inactive.
    ///
    /// # Errors
    ///
    /// The bus is not there, may not be opened, or its controller cannot leave the select inactive.
    pub fn spi_bus(&self, label: &str, settings: &SpiSettings) -> Result<SpiBus, OpenError> {
        self.spi(label, &SpiSettings { chip_select: false, ..settings.clone() }).map(SpiBus::new)
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
        let source = self.source(label, String::new());
        Line::open(self.kernel.clone(), self.tree.clone(), source, self.consumer.clone(), settings.clone())
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
        let source = self.source(label, settings.path.display().to_string());
        UartPort::open(self.tree.clone(), source, settings.clone())
    }

    /// Returns what waits in the machine's time.
    #[must_use]
    pub fn delay(&self) -> LinuxDelay {
        LinuxDelay::new(self.kernel.clone())
    }

    /// Returns the time of the monotonic clock, in which edges of lines are told.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.kernel.now()
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
