//! Boards for tests of native drivers: labels opened as embedded-hal types.

mod delay;
mod digital;
mod uart;

use std::error::Error;
use std::fmt;
use std::path::Path;

use wasm_embedded_policy::{Policy, PolicyError};
use wasm_embedded_sim::{SimAdc, SimI2c, SimPwm, SimSpiBus, SimSpiDevice};

pub use self::delay::Delay;
pub use self::digital::{Input, OpenDrain, Output};
pub use self::uart::Serial;
use crate::board::{Board, BoardError};
use crate::labels::{LabelError, Pin, SpiWires};

/// Why a text gives no board. As `Debug`, which a failing test shows, it is the same text.
#[non_exhaustive]
pub enum OpenError {
    /// The policy is refused.
    Policy(PolicyError),
    /// A part cannot be what the policy says.
    Board(BoardError),
    /// A label is hardware.
    Hardware,
}

impl Board {
    /// Builds the board of a policy that is in memory.
    ///
    /// # Errors
    ///
    /// The policy is refused, or has labels for hardware.
    pub fn from_toml(text: &str) -> Result<Board, OpenError> {
        Board::of_policy(&Policy::parse("the board", text)?)
    }

    /// Builds the board of a policy file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, the policy is refused, or it has labels for hardware.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Board, OpenError> {
        Board::of_policy(&Policy::load(path.as_ref())?)
    }

    fn of_policy(policy: &Policy) -> Result<Board, OpenError> {
        if policy.has_hardware() {
            return Err(OpenError::Hardware);
        }
        Ok(Board::new(policy)?)
    }

    /// Opens the I2C bus of a label, blocking and asynchronous; any number of drivers can share it. The addresses that the label grants
    /// are for guests: a native driver reaches all.
    ///
    /// # Errors
    ///
    /// There is no such label.
    pub fn i2c(&mut self, label: &str) -> Result<SimI2c, LabelError> {
        self.labels().i2c(label)
    }

    /// Opens the SPI device of a label, blocking and asynchronous.
    ///
    /// # Errors
    ///
    /// There is no such label, it was opened before, or it is a bus.
    pub fn spi_device(&mut self, label: &str) -> Result<SimSpiDevice, LabelError> {
        match self.labels().spi(label)? {
            SpiWires::Device(device) => Ok(device),
            SpiWires::Bus(_) => Err(other(label, "an SPI device", "`select = \"none\"` makes it a bus")),
        }
    }

    /// Opens the SPI bus of a label without a select line, blocking and asynchronous.
    ///
    /// # Errors
    ///
    /// There is no such label, it was opened before, or it is a device.
    pub fn spi_bus(&mut self, label: &str) -> Result<SimSpiBus, LabelError> {
        match self.labels().spi(label)? {
            SpiWires::Bus(bus) => Ok(bus),
            SpiWires::Device(_) => Err(other(label, "an SPI bus", "`select = \"none\"` would make it one")),
        }
    }

    /// Opens an output. Its levels are those of the label: with `active-low`, high is the lower voltage.
    ///
    /// # Errors
    ///
    /// There is no such label, it was opened before, or it is not an output.
    pub fn output(&mut self, label: &str) -> Result<Output, LabelError> {
        let inverted = self.wiring().is_inverted(label);
        match self.labels().pin(label)? {
            Pin::Output(pin) => Ok(Output::new(pin, inverted)),
            _ => Err(other(label, "an output", "`direction = \"output\"` makes it one")),
        }
    }

    /// Opens an input, which can be waited for, too. Its levels are those of the label.
    ///
    /// # Errors
    ///
    /// There is no such label, it was opened before, or it is not an input.
    pub fn input(&mut self, label: &str) -> Result<Input, LabelError> {
        let inverted = self.wiring().is_inverted(label);
        match self.labels().pin(label)? {
            Pin::Input(pin) => Ok(Input::new(pin, inverted)),
            _ => Err(other(label, "an input", "`direction = \"input\"` makes it one")),
        }
    }

    /// Opens an open-drain pin. Its levels are those of the label.
    ///
    /// # Errors
    ///
    /// There is no such label, it was opened before, or it is not an open-drain pin.
    pub fn open_drain(&mut self, label: &str) -> Result<OpenDrain, LabelError> {
        let inverted = self.wiring().is_inverted(label);
        match self.labels().pin(label)? {
            Pin::OpenDrain(pin) => Ok(OpenDrain::new(pin, inverted)),
            _ => Err(other(label, "an open-drain pin", "`direction = \"open-drain\"` makes it one")),
        }
    }

    /// Opens a PWM output.
    ///
    /// # Errors
    ///
    /// There is no such label, or it was opened before.
    pub fn pwm(&mut self, label: &str) -> Result<SimPwm, LabelError> {
        self.labels().pwm(label)
    }

    /// Opens an analogue input.
    ///
    /// # Errors
    ///
    /// There is no such label, or it was opened before.
    pub fn adc(&mut self, label: &str) -> Result<SimAdc, LabelError> {
        self.labels().adc(label)
    }

    /// Opens a serial port, blocking and asynchronous.
    ///
    /// # Errors
    ///
    /// There is no such label, or it was opened before.
    pub fn serial(&mut self, label: &str) -> Result<Serial, LabelError> {
        Ok(Serial::new(self.labels().uart(label)?))
    }

    /// Returns a delay in virtual time, blocking and asynchronous.
    #[must_use]
    pub fn delay(&self) -> Delay {
        Delay::new(self.sim())
    }

    /// Runs a future to its end, and lets virtual time pass whenever it waits. Returns nothing if it waits for what never comes.
    pub fn block_on<F: Future>(&self, future: F) -> Option<F::Output> {
        self.sim().block_on(future)
    }
}

fn other(label: &str, kind: &'static str, advice: &str) -> LabelError {
    LabelError::Other { label: label.to_owned(), kind, advice: advice.to_owned() }
}

impl From<PolicyError> for OpenError {
    fn from(error: PolicyError) -> OpenError {
        OpenError::Policy(error)
    }
}

impl From<BoardError> for OpenError {
    fn from(error: BoardError) -> OpenError {
        OpenError::Board(error)
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Policy(error) => {
                error.fmt(f)?;
                if let PolicyError::Invalid { problems, .. } = error {
                    for problem in problems {
                        write!(f, "\n  line {}: {problem}", problem.line())?;
                        if let Some(advice) = problem.advice() {
                            write!(f, " ({advice})")?;
                        }
                    }
                }
                Ok(())
            }
            OpenError::Board(error) => write!(f, "{error}: {}", error.source),
            OpenError::Hardware => f.write_str("a label is hardware: give each label `sim` instead"),
        }
    }
}

impl fmt::Debug for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for OpenError {}
