//! A policy as the firmware reads it: the keys of the policy file, checked by the tool, without text to parse.

mod parts;
mod peripherals;

use alloc::string::String;
use alloc::vec::Vec;

pub use self::peripherals::{AdcLabel, Parity, PwmLabel, UartLabel, UartPlace};
pub use wasm_embedded_sim::model::PartSpec;

pub use crate::codec::LONGEST;
use crate::codec::{Damaged, Field, fields, variants};

/// What a guest may open, and how it is run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// What the log calls the guest: the name of its file.
    pub name: String,
    /// `[i2c.LABEL]`.
    pub i2c: Vec<I2cLabel>,
    /// `[spi.LABEL]`.
    pub spi: Vec<SpiLabel>,
    /// `[gpio]`.
    pub pins: Vec<PinLabel>,
    /// `[pwm.LABEL]`.
    pub pwm: Vec<PwmLabel>,
    /// `[uart.LABEL]`.
    pub uart: Vec<UartLabel>,
    /// `[adc.LABEL]`.
    pub adc: Vec<AdcLabel>,
    /// `[[part]]`, for boards that simulate.
    pub parts: Vec<PartSpec>,
    /// `[limits]`.
    pub limits: Limits,
    /// `[log] level`: 0 keeps nothing, 1 errors, to 5, everything.
    pub log_level: u8,
    /// `[restart]`.
    pub restart: Restart,
}

/// An I2C bus.
#[derive(Clone, Debug, PartialEq)]
pub struct I2cLabel {
    /// What the guest opens.
    pub label: String,
    /// What stands behind it.
    pub bus: I2cBus,
    /// The clock in hertz.
    pub frequency_hz: u32,
    /// The addresses the guest may reach.
    pub allow: Vec<Addresses>,
}

/// What stands behind an I2C label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum I2cBus {
    /// A simulated bus.
    Sim {
        /// Its name.
        name: String,
    },
    /// A controller and its pins.
    Block {
        /// Its number.
        block: u8,
        /// The pin of the data line.
        sda: u8,
        /// The pin of the clock.
        scl: u8,
    },
}

/// A range of addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
    /// Whether they have ten bits.
    pub ten_bit: bool,
    /// Whether nothing may be written.
    pub read_only: bool,
}

/// An SPI device, or a bus.
#[derive(Clone, Debug, PartialEq)]
pub struct SpiLabel {
    /// What the guest opens.
    pub label: String,
    /// What stands behind it.
    pub bus: SpiBus,
    /// Whether it is a device behind a select line of its own.
    pub selected: bool,
    /// The clock in hertz.
    pub frequency_hz: u32,
    /// 0 to 3.
    pub mode: u8,
    /// Time from select active to the first clock edge, in nanoseconds.
    pub select_setup_ns: u32,
    /// Time from the last clock edge to select inactive, in nanoseconds.
    pub select_hold_ns: u32,
    /// Clocks before the first use.
    pub init_clocks: u32,
}

/// What stands behind an SPI label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpiBus {
    /// A simulated bus.
    Sim {
        /// Its name.
        name: String,
    },
    /// A controller and its pins.
    Block {
        /// Its number.
        block: u8,
        /// The pin of the clock.
        sck: u8,
        /// The pin of the data to the device.
        mosi: u8,
        /// The pin of the data from the device, if it is connected.
        miso: Option<u8>,
        /// The pin of the select line, if the label has one.
        cs: Option<u8>,
    },
}

/// A pin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinLabel {
    /// What the guest opens.
    pub label: String,
    /// What stands behind it.
    pub place: PinPlace,
    /// How it is used.
    pub direction: Direction,
    /// Whether its logical level before the guest starts is high.
    pub initial_high: bool,
    /// Whether its logical level when the guest has ended is high, if it has one.
    pub on_exit_high: Option<bool>,
    /// Whether the guest's levels are inverted.
    pub active_low: bool,
    /// The resistor at the pin.
    pub bias: Bias,
}

/// What stands behind a pin's label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PinPlace {
    /// A simulated net.
    Sim {
        /// Its name.
        net: String,
    },
    /// A pin of the chip.
    Pin {
        /// Its number.
        pin: u8,
    },
}

/// How a pin is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the policy file")]
pub enum Direction {
    Output,
    Input,
    OpenDrain,
}

/// A resistor at a pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the policy file")]
pub enum Bias {
    None,
    PullUp,
    PullDown,
}

/// Bounds of a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes that a transaction writes, and the most it reads.
    pub transaction_bytes: u32,
    /// The most operations of a transaction.
    pub operations: u32,
    /// The longest sum of delays inside an SPI transaction, in nanoseconds.
    pub transaction_delay_ns: u64,
    /// How long a transaction may keep its bus, clocks and delays, in nanoseconds.
    pub transaction_time_ns: u64,
    /// The most handles.
    pub handles: u32,
    /// The longest message of the log.
    pub text_bytes: u32,
    /// The most messages of the log in a second; ten times as many may come at once.
    pub log_messages_per_s: u32,
    /// The most memory, in bytes.
    pub memory_bytes: u32,
    /// The most elements of a table.
    pub table_elements: u32,
    /// The most core instances, and the most tables.
    pub instances: u32,
    /// How much a guest may compute between two waits: a branch and a call take a unit each, a copy or fill one for each byte.
    /// Without it, only the watchdog stops a guest that computes for ever.
    pub fuel: Option<u64>,
}

/// When a guest is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restart {
    /// After which ends.
    pub when: RestartWhen,
    /// The pause before the first restart, in milliseconds; each further one takes twice as long.
    pub first_ms: u32,
    /// The longest pause, in milliseconds. A guest that ran for longer than this begins with the first pause again.
    pub longest_ms: u32,
    /// How many restarts in a row there may be; 0 for any number.
    pub attempts: u32,
}

/// After which ends a guest is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestartWhen {
    /// After none.
    Never,
    /// After a failure: a trap, or an exit status other than 0.
    Failure,
    /// After any.
    Always,
}

impl Policy {
    /// Returns the policy as bytes.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.put(&mut bytes);
        bytes
    }

    /// Returns the policy that the bytes hold.
    pub(crate) fn from_bytes(mut bytes: &[u8]) -> Result<Policy, Damaged> {
        let policy = Policy::get(&mut bytes)?;
        if bytes.is_empty() { Ok(policy) } else { Err(Damaged) }
    }
}

impl Default for Limits {
    /// As in a policy file, but with 128 KiB of memory and 1024 elements of a table: what fits a microcontroller.
    fn default() -> Limits {
        Limits {
            transaction_bytes: 65_536,
            operations: 1024,
            transaction_delay_ns: 50_000_000,
            transaction_time_ns: 200_000_000,
            handles: 64,
            text_bytes: 4096,
            log_messages_per_s: 1000,
            memory_bytes: 131_072,
            table_elements: 1024,
            instances: 8,
            fuel: Some(10_000_000),
        }
    }
}

impl Default for Restart {
    fn default() -> Restart {
        Restart { when: RestartWhen::Never, first_ms: 1_000, longest_ms: 60_000, attempts: 0 }
    }
}

fields! {
    Policy { name, i2c, spi, pins, pwm, uart, adc, parts, limits, log_level, restart }
    I2cLabel { label, bus, frequency_hz, allow }
    Addresses { first, last, ten_bit, read_only }
    SpiLabel { label, bus, selected, frequency_hz, mode, select_setup_ns, select_hold_ns, init_clocks }
    PinLabel { label, place, direction, initial_high, on_exit_high, active_low, bias }
    Limits {
        transaction_bytes, operations, transaction_delay_ns, transaction_time_ns, handles, text_bytes, log_messages_per_s,
        memory_bytes, table_elements, instances, fuel
    }
    Restart { when, first_ms, longest_ms, attempts }
}

variants! {
    I2cBus { 0 => Sim { name }, 1 => Block { block, sda, scl } }
    SpiBus { 0 => Sim { name }, 1 => Block { block, sck, mosi, miso, cs } }
    PinPlace { 0 => Sim { net }, 1 => Pin { pin } }
    Direction { 0 => Output, 1 => Input, 2 => OpenDrain }
    Bias { 0 => None, 1 => PullUp, 2 => PullDown }
    RestartWhen { 0 => Never, 1 => Failure, 2 => Always }
}
