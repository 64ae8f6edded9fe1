//! I2C, at the level of START, address, bytes with their acknowledge bits, and STOP.

use core::fmt;
use core::ops::RangeInclusive;

use embedded_hal::i2c::{ErrorKind, NoAcknowledgeSource};

use crate::part::Board;

mod asynchronous;
pub(crate) mod bus;
mod controller;
mod owned;
mod transaction;

pub use controller::SimI2c;
pub use owned::OwnedTransaction;

/// The number of an I2C bus on its board.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct I2cBusId(pub(crate) usize);

/// The address of a target, right-aligned, without the read/write bit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Address {
    /// 0x00 to 0x7f.
    SevenBit(u8),
    /// 0x000 to 0x3ff.
    TenBit(u16),
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::SevenBit(address) => write!(f, "{address:#04x}"),
            Address::TenBit(address) => write!(f, "{address:#05x}"),
        }
    }
}

/// The direction of the bytes that follow an address.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Direction {
    /// From the target to the controller.
    Read,
    /// From the controller to the target.
    Write,
}

/// The ninth bit of a byte.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ack {
    /// The receiver pulled SDA low.
    Ack,
    /// Nobody did.
    Nack,
}

/// The I2C side of a part.
pub trait I2cTarget {
    /// Returns the seven-bit addresses that this part may ever acknowledge, or `None` for a part that is asked about every address.
    ///
    /// The bus reads this once, when the part is placed on it, and then asks the part about these addresses only: a bus of many parts
    /// is as fast as a bus of one. A part that takes part in a transaction still hears of every repeated START in it. Return `None` for
    /// a part that answers the general call, has a ten-bit address, or watches what others are told; for a part that changes its
    /// address, return a range that holds all its addresses.
    fn addresses(&self) -> Option<RangeInclusive<u8>> {
        None
    }

    /// Is called after a START or repeated START with an address, and returns whether this part acknowledges it.
    fn start(&mut self, address: Address, direction: Direction, board: &mut dyn Board) -> Ack;

    /// Takes a byte from the controller.
    fn write(&mut self, byte: u8, board: &mut dyn Board) -> Ack;

    /// Gives a byte to the controller.
    fn read(&mut self, board: &mut dyn Board) -> u8;

    /// Is called at the STOP that ends a transaction which this part acknowledged.
    fn stop(&mut self, board: &mut dyn Board);
}

/// Why an I2C transaction failed. The bus is idle again.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum I2cError {
    /// No part acknowledged the address.
    NoAcknowledgeAddress,
    /// A byte of data was not acknowledged.
    NoAcknowledgeData,
    /// Another controller won the bus.
    ArbitrationLoss,
    /// A START or STOP at the wrong place, a line that is held low, or a controller that failed in the middle.
    Bus,
    /// Something held SCL low for longer than the controller waits.
    Timeout,
    /// Received bytes were lost.
    Overrun,
    /// The controller failed for a reason that has no name.
    Failed,
    /// The address does not fit into its seven or ten bits. Nothing went out on the wires.
    InvalidAddress,
    /// A read of no bytes: a target that is addressed for reading puts a byte on the bus. Nothing went out on the wires.
    Unsupported,
    /// The bus is not one of this board.
    NoSuchBus,
}

impl embedded_hal::i2c::Error for I2cError {
    fn kind(&self) -> ErrorKind {
        match self {
            I2cError::NoAcknowledgeAddress => ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address),
            I2cError::NoAcknowledgeData => ErrorKind::NoAcknowledge(NoAcknowledgeSource::Data),
            I2cError::ArbitrationLoss => ErrorKind::ArbitrationLoss,
            I2cError::Bus | I2cError::Timeout => ErrorKind::Bus,
            I2cError::Overrun => ErrorKind::Overrun,
            I2cError::Failed | I2cError::InvalidAddress | I2cError::Unsupported | I2cError::NoSuchBus => {
                ErrorKind::Other
            }
        }
    }
}

impl fmt::Display for I2cError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            I2cError::NoAcknowledgeAddress => "no part acknowledged the address",
            I2cError::NoAcknowledgeData => "the part did not acknowledge a byte of data",
            I2cError::ArbitrationLoss => "another controller won the bus",
            I2cError::Bus => "a START, a STOP or a level is where it must not be",
            I2cError::Timeout => "the clock was held low for too long",
            I2cError::Overrun => "received bytes were lost",
            I2cError::Failed => "the controller failed",
            I2cError::InvalidAddress => "the address does not fit into its seven or ten bits",
            I2cError::Unsupported => "a read of no bytes is not possible",
            I2cError::NoSuchBus => "the bus is not one of this board",
        })
    }
}

impl core::error::Error for I2cError {}
