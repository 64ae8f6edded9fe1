//! The compact form of a trace: blocks of records, each of which can be read without those before it.
//!
//! An access to a register takes about 20 bytes, and a long transfer little more than what it carries. [`Writer`] makes blocks of events
//! and [runs](super::Run); [`Reader`] gives them back. What a file puts around blocks is up to who writes it.
//!
//! # A block
//!
//! Numbers are unsigned LEB128 (DWARF 5, section 7.6), texts are a length and UTF-8. A block begins with the names of the board and the levels at its
//! beginning, as lists that begin with their lengths:
//!
//! | list | each |
//! | --- | --- |
//! | I2C buses | name |
//! | SPI buses | name, levels of the idle clock, MOSI and MISO |
//! | select lines | name, bus, net plus one or 0 |
//! | nets | name, level, and 0, or 1 with `from_ns`, `period_ns` and `high_ns` of how it is modulated |
//! | serial ports | name |
//!
//! Records follow. The lower seven bits of their first byte say what they are: see the constants of this module's source. With the upper
//! bit set, the nanoseconds since the last record follow; without it, the record begins where the last one ended. What does not change
//! from record to record, such as bus and frequency, is a record of its own, and holds until the next such record.

mod code;
mod names;
mod read;
mod write;

pub use read::{Damaged, Reader, Record};
pub use write::{Block, Writer};

/// The most bytes of a run in one record. A reader refuses longer ones.
const MAX_RUN_BYTES: usize = 32 << 10;

/// Set in the first byte of a record that does not begin where the last one ended.
const TIMED: u8 = 0x80;

/// What a record is.
mod kind {
    /// Bus, length of a bit: of the records of I2C that follow.
    pub(super) const ON_I2C: u8 = 0;
    /// Bus, mode, time of a byte: of the records of SPI that follow.
    pub(super) const ON_SPI: u8 = 1;
    /// Port, time of a bit, parity, stop bits: of the records of serial ports that follow.
    pub(super) const ON_UART: u8 = 2;
    pub(super) const START: u8 = 3;
    pub(super) const REPEATED_START: u8 = 4;
    pub(super) const STOP: u8 = 5;
    /// A byte. Plus 1 if it is acknowledged, plus 2 if it is a read.
    pub(super) const SEVEN_BIT: u8 = 8;
    /// A number. Plus 1 if it is acknowledged, plus 2 if it is a read.
    pub(super) const TEN_BIT: u8 = 12;
    /// A length and so many bytes. Plus 1 if the last is acknowledged, plus 2 if it is a read.
    pub(super) const I2C_BYTES: u8 = 16;
    /// Nanoseconds. Plus 1 if it is SDA.
    pub(super) const HOLD: u8 = 20;
    pub(super) const CLOCK: u8 = 22;
    pub(super) const ARBITRATION_LOST: u8 = 23;
    /// Plus 1 if it is high.
    pub(super) const IDLE: u8 = 24;
    /// A line.
    pub(super) const SELECT: u8 = 26;
    /// A line.
    pub(super) const DESELECT: u8 = 27;
    /// A length, and so many bytes of MOSI and of MISO. Plus 1 if MOSI is one byte again and again, which is there once, plus 2 if MISO is.
    pub(super) const SPI_BYTES: u8 = 28;
    /// A net. Plus 1 if it is high.
    pub(super) const NET: u8 = 32;
    /// A byte. Plus 1 if it is received.
    pub(super) const UART: u8 = 34;
    /// Net, beginning of the first period, period, time of high.
    pub(super) const PWM: u8 = 36;
    /// Net, microvolts as signed LEB128.
    pub(super) const VOLTAGE: u8 = 37;
    /// Net, reading as signed LEB128.
    pub(super) const CONVERSION: u8 = 38;
    /// Number, name.
    pub(super) const FAULT: u8 = 39;
    /// Net.
    pub(super) const CONTENTION: u8 = 40;
}
