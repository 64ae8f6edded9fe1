//! SPI, at the level of the select line and of bytes that go both ways at once.

use core::fmt;

use embedded_hal::spi::{ErrorKind, MODE_0, Mode};

use crate::part::Board;

mod asynchronous;
pub(crate) mod bus;
mod controller;
mod owned;
mod transaction;

pub use controller::{SimSpiBus, SimSpiDevice};
pub use owned::OwnedTransaction;

/// The number of an SPI bus on its board.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SpiBusId(pub(crate) usize);

/// The number of a select line on its board.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SpiSelectId(pub(crate) usize);

/// How a device is talked to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SpiSettings {
    /// Frequency of the clock; 0 counts as 1.
    pub frequency_hz: u32,
    /// Level of the idle clock, and the edge that samples.
    pub mode: Mode,
    /// Time from the select line becoming active to the first bit.
    pub select_setup_ns: u64,
    /// Time from the last bit to the select line becoming inactive.
    pub select_hold_ns: u64,
}

impl Default for SpiSettings {
    /// Returns 1 MHz, mode 0, and no delays around the select line.
    fn default() -> SpiSettings {
        SpiSettings { frequency_hz: 1_000_000, mode: MODE_0, select_setup_ns: 0, select_hold_ns: 0 }
    }
}

/// The SPI side of a part.
pub trait SpiTarget {
    /// Returns whether the part works in this mode. In another one both sides see every bit one clock edge late.
    fn accepts(&self, mode: Mode) -> bool;

    /// Is called when the select line becomes active.
    fn select(&mut self, board: &mut dyn Board);

    /// Exchanges one byte, most significant bit first.
    fn transfer(&mut self, mosi: u8, board: &mut dyn Board) -> u8;

    /// Is called when the select line becomes inactive.
    fn deselect(&mut self, board: &mut dyn Board);
}

/// Why an SPI transaction failed.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SpiError {
    /// Received bytes were lost.
    Overrun,
    /// Several controllers drive the bus.
    ModeFault,
    /// The received frame is malformed.
    FrameFormat,
    /// The select line could not be driven.
    ChipSelect,
    /// Something else held the bus for longer than the controller waits.
    Busy,
    /// The controller failed for a reason that has no name.
    Failed,
    /// The bus or the select line is not one of this board.
    NoSuchBus,
}

impl embedded_hal::spi::Error for SpiError {
    fn kind(&self) -> ErrorKind {
        match self {
            SpiError::Overrun => ErrorKind::Overrun,
            SpiError::ModeFault => ErrorKind::ModeFault,
            SpiError::FrameFormat => ErrorKind::FrameFormat,
            SpiError::ChipSelect => ErrorKind::ChipSelectFault,
            SpiError::Busy | SpiError::Failed | SpiError::NoSuchBus => ErrorKind::Other,
        }
    }
}

impl fmt::Display for SpiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SpiError::Overrun => "received bytes were lost",
            SpiError::ModeFault => "several controllers drive the bus",
            SpiError::FrameFormat => "the received frame is malformed",
            SpiError::ChipSelect => "the select line could not be driven",
            SpiError::Busy => "something else held the bus for too long",
            SpiError::Failed => "the controller failed",
            SpiError::NoSuchBus => "the bus or the select line is not one of this board",
        })
    }
}

impl core::error::Error for SpiError {}
