//! The whole of it.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Adc, I2c, Label, Limits, LogLevel, Pin, Pwm, Restart, Spi, Uart};

/// What can stand behind the labels of a policy, and on its simulated board.
pub trait Machine {
    /// An I2C bus.
    type I2c;
    /// An SPI bus.
    type Spi;
    /// A serial port.
    type Uart;
    /// A pin.
    type Pin;
    /// A PWM output, or an analogue input.
    type Channel;
    /// A part on the simulated board.
    type Part;
    /// What goes wrong on the simulated board.
    type Fault;
}

/// What a guest may open, and how it is run. The default one grants nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy<M: Machine> {
    /// What the log calls the guest; empty in a policy file, which may be of several.
    pub name: String,
    /// `[i2c.LABEL]`, by label.
    pub i2c: Vec<Label<I2c, M::I2c>>,
    /// `[spi.LABEL]`, by label.
    pub spi: Vec<Label<Spi, M::Spi>>,
    /// `[gpio]`, by label.
    pub pins: Vec<Label<Pin, M::Pin>>,
    /// `[pwm.LABEL]`, by label.
    pub pwm: Vec<Label<Pwm, M::Channel>>,
    /// `[uart.LABEL]`, by label.
    pub uart: Vec<Label<Uart, M::Uart>>,
    /// `[adc.LABEL]`, by label.
    pub adc: Vec<Label<Adc, M::Channel>>,
    /// `[[part]]`, in the order of the file.
    pub devices: Vec<M::Part>,
    /// `[[fault]]`, in the order of the file, and those of fault files after them.
    pub faults: Vec<M::Fault>,
    /// `[log] level`.
    pub log_level: Option<LogLevel>,
    /// `[limits]`.
    pub limits: Limits,
    /// `[restart]`, for microcontrollers.
    pub restart: Restart,
}

impl<M: Machine> Default for Policy<M> {
    fn default() -> Policy<M> {
        Policy {
            name: String::new(),
            i2c: Vec::new(),
            spi: Vec::new(),
            pins: Vec::new(),
            pwm: Vec::new(),
            uart: Vec::new(),
            adc: Vec::new(),
            devices: Vec::new(),
            faults: Vec::new(),
            log_level: None,
            limits: Limits::default(),
            restart: Restart::default(),
        }
    }
}
