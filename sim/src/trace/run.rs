//! Bytes that followed each other on a bus.

use embedded_hal::spi::Mode;

use super::{Event, EventKind, I2cEvent, SpiEvent};
use crate::i2c::{Ack, Direction, I2cBusId};
use crate::spi::SpiBusId;

/// The bits of a byte on I2C and of its acknowledge.
const I2C_BYTE_BITS: u64 = 9;

/// Bytes that went over a bus one after the other, with nothing between them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Run<'a> {
    /// When the first of them began, in nanoseconds of virtual time.
    pub at_ns: u64,
    /// What they were.
    pub kind: RunKind<'a>,
}

/// The bytes of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RunKind<'a> {
    /// Bytes on an I2C bus. All but the last are acknowledged.
    I2c {
        /// The bus.
        bus: I2cBusId,
        /// The length of a bit.
        bit_ns: u64,
        /// Their direction.
        direction: Direction,
        /// The bytes.
        bytes: &'a [u8],
        /// The acknowledge of the last byte.
        last: Ack,
    },
    /// Bytes on an SPI bus.
    Spi {
        /// The bus.
        bus: SpiBusId,
        /// The mode of the controller.
        mode: Mode,
        /// How long a byte took.
        byte_ns: u64,
        /// From the controller.
        mosi: &'a [u8],
        /// To the controller, as many.
        miso: &'a [u8],
    },
}

impl<'a> Run<'a> {
    /// Returns how many bytes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.kind {
            RunKind::I2c { bytes, .. } => bytes.len(),
            RunKind::Spi { mosi, miso, .. } => mosi.len().min(miso.len()),
        }
    }

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how long one of the bytes takes.
    #[must_use]
    pub fn byte_ns(&self) -> u64 {
        match self.kind {
            RunKind::I2c { bit_ns, .. } => bit_ns.saturating_mul(I2C_BYTE_BITS),
            RunKind::Spi { byte_ns, .. } => byte_ns,
        }
    }

    /// Returns when a byte of the run begins, or when the run ends if `index` is its length.
    #[must_use]
    pub fn byte_at_ns(&self, index: usize) -> u64 {
        let bytes = u64::try_from(index).unwrap_or(u64::MAX);
        self.at_ns.saturating_add(self.byte_ns().saturating_mul(bytes))
    }

    /// Returns the bytes before an index, and those from it on.
    #[must_use]
    pub fn split_at(&self, index: usize) -> (Run<'a>, Run<'a>) {
        let index = index.min(self.len());
        let (first, second) = match self.kind {
            RunKind::I2c { bus, bit_ns, direction, bytes, last } => {
                let (first, second) = bytes.split_at_checked(index).unwrap_or((bytes, &[]));
                let middle = if second.is_empty() { last } else { Ack::Ack };
                let part = |bytes, last| RunKind::I2c { bus, bit_ns, direction, bytes, last };
                (part(first, middle), part(second, last))
            }
            RunKind::Spi { bus, mode, byte_ns, mosi, miso } => {
                let sent = mosi.split_at_checked(index).unwrap_or((mosi, &[]));
                let seen = miso.split_at_checked(index).unwrap_or((miso, &[]));
                let part = |mosi, miso| RunKind::Spi { bus, mode, byte_ns, mosi, miso };
                (part(sent.0, seen.0), part(sent.1, seen.1))
            }
        };
        (Run { at_ns: self.at_ns, kind: first }, Run { at_ns: self.byte_at_ns(index), kind: second })
    }

    /// Returns the event of each byte.
    pub fn events(&self) -> impl Iterator<Item = Event> + use<'a> {
        let run = *self;
        (0..run.len()).filter_map(move |index| Some(Event { at_ns: run.byte_at_ns(index), kind: run.event(index)? }))
    }

    fn event(&self, index: usize) -> Option<EventKind> {
        Some(match self.kind {
            RunKind::I2c { bus, bit_ns, direction, bytes, last } => {
                let ack = if index + 1 == bytes.len() { last } else { Ack::Ack };
                EventKind::I2c { bus, bit_ns, event: I2cEvent::Byte { byte: *bytes.get(index)?, direction, ack } }
            }
            RunKind::Spi { bus, mode, byte_ns, mosi, miso } => {
                let (mosi, miso) = (*mosi.get(index)?, *miso.get(index)?);
                EventKind::Spi { bus, event: SpiEvent::Byte { mosi, miso, mode, byte_ns } }
            }
        })
    }
}
