//! A policy for a microcontroller, as an image holds it: what stands behind a label is a controller and pins by number, or simulated.

use alloc::string::String;

use wasm_embedded_sim::model::PartSpec;

use super::policy::{Machine, Policy};

/// A policy for a microcontroller.
pub type ChipPolicy = Policy<Chip>;

/// A microcontroller, or a simulation on one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chip {}

impl Machine for Chip {
    type I2c = ChipBus<I2cPins>;
    type Spi = ChipBus<SpiPins>;
    type Uart = ChipBus<UartPins>;
    type Pin = ChipPin;
    type Channel = ChipPin;
    type Part = PartSpec;
    /// No firmware plays faults.
    type Fault = ();
}

/// What stands behind the label of a bus or serial port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChipBus<P> {
    /// A simulated one, by name.
    Sim(String),
    /// A controller and its pins.
    Block {
        /// Its number.
        block: u8,
        /// What it is brought out on.
        pins: P,
    },
}

/// What stands behind the label of a pin, a PWM output or an analogue input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChipPin {
    /// A simulated net, by name.
    Sim(String),
    /// A pin of the chip.
    Pin(u8),
}

/// The pins of an I2C controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct I2cPins {
    /// The data line.
    pub sda: u8,
    /// The clock.
    pub scl: u8,
}

/// The pins of an SPI controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpiPins {
    /// The clock.
    pub sck: u8,
    /// The data to the device.
    pub mosi: u8,
    /// The data from the device, if it is connected.
    pub miso: Option<u8>,
    /// The select line, if the label has one.
    pub cs: Option<u8>,
}

/// The pins of a UART.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UartPins {
    /// The pin that sends.
    pub tx: u8,
    /// The pin that receives.
    pub rx: u8,
}
