//! Serial ports, at the level of bytes in frames.

use core::fmt;

use embedded_io::ErrorKind;

use crate::part::Board;

mod controller;
pub(crate) mod line;

pub use controller::{SimUart, SimUartWait};
pub use line::Ready;

/// The number of a serial port on its board.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct UartId(pub(crate) usize);

/// The bit that follows the data.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Parity {
    /// None.
    #[default]
    None,
    /// Makes the number of ones even.
    Even,
    /// Makes the number of ones odd.
    Odd,
}

/// How bytes go over the wires: a start bit, eight bits of data with the least significant first, parity, stop bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UartSettings {
    /// Bits a second; 0 counts as 1.
    pub baud: u32,
    /// The parity.
    pub parity: Parity,
    /// Stop bits, 1 or 2.
    pub stop_bits: u8,
    /// How many received bytes the port keeps. What comes past that is lost, and is an [`UartError::Overrun`].
    pub receive_bytes: usize,
}

impl Default for UartSettings {
    /// Returns 115 200 baud, eight bits, no parity, one stop bit, and the 4096 bytes that a port of Linux keeps.
    fn default() -> UartSettings {
        UartSettings { baud: 115_200, parity: Parity::None, stop_bits: 1, receive_bytes: 4096 }
    }
}

/// The times of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame {
    /// The length of a bit, rounded up.
    pub bit_ns: u64,
    /// The parity.
    pub parity: Parity,
    /// Stop bits.
    pub stop_bits: u8,
}

impl Frame {
    pub(crate) fn new(settings: UartSettings) -> Frame {
        let bit_ns = 1_000_000_000_u64.div_ceil(u64::from(settings.baud.max(1)));
        Frame { bit_ns, parity: settings.parity, stop_bits: settings.stop_bits.clamp(1, 2) }
    }

    /// Returns how long a byte takes.
    #[must_use]
    pub fn byte_ns(self) -> u64 {
        let bits = 1 + 8 + u64::from(self.parity != Parity::None) + u64::from(self.stop_bits);
        self.bit_ns.saturating_mul(bits)
    }
}

/// The serial side of a part.
pub trait UartPeer {
    /// Takes a byte when its frame has ended.
    fn receive(&mut self, byte: u8, board: &mut dyn Board);

    /// Returns the next byte to send, if there is one now. Asked for when the line is free: after every byte, and after every
    /// call of the part.
    fn transmit(&mut self, board: &mut dyn Board) -> Option<u8>;

    /// Returns whether the part has hung up: then a read of a port without bytes is an end.
    fn is_gone(&self) -> bool {
        false
    }
}

/// Why bytes could not be received or sent.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UartError {
    /// Bytes came while the port was full, and are lost. Reported once, after the bytes that came before.
    Overrun,
    /// A byte came without its stop bit.
    Framing,
    /// A byte came with the wrong parity.
    Parity,
    /// The line was low for longer than a byte.
    LineBreak,
    /// Nothing came until the end of virtual time.
    EndOfTime,
    /// The port is not one of this board.
    NoSuchPort,
}

impl embedded_io::Error for UartError {
    fn kind(&self) -> ErrorKind {
        match self {
            UartError::Overrun | UartError::LineBreak => ErrorKind::Other,
            UartError::Framing | UartError::Parity => ErrorKind::InvalidData,
            UartError::EndOfTime => ErrorKind::TimedOut,
            UartError::NoSuchPort => ErrorKind::NotFound,
        }
    }
}

impl fmt::Display for UartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            UartError::Overrun => "received bytes were lost before they were read",
            UartError::Framing => "a byte came without its stop bit",
            UartError::Parity => "a byte came with the wrong parity",
            UartError::LineBreak => "the line was low for longer than a byte",
            UartError::EndOfTime => "nothing came until the end of virtual time",
            UartError::NoSuchPort => "the port is not one of this board",
        })
    }
}

impl core::error::Error for UartError {}
