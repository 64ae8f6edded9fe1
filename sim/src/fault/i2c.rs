//! What goes wrong on an I2C bus.

mod plan;

use alloc::vec::Vec;

use crate::i2c::Address;

pub(crate) use plan::{Plan, Seen};

/// How long a controller waits for SCL while a target stretches the clock, in nanoseconds.
/// SMBus 3.2, table 1: the maximum of the timeout, after which a target lets go of the bus too.
pub const STRETCH_LIMIT_NS: u64 = 35_000_000;

/// How many clocks a controller sends to free SDA.
/// I2C-bus specification (NXP UM10204, revision 7.0), section 3.1.16.
pub const BUS_CLEAR_CLOCKS: u8 = 9;

/// What goes wrong in a transaction on an I2C bus.
///
/// A `byte` counts what goes over the wires after the START, from 0, addresses included: 0 is before the first address. `written`
/// and `read` count bytes of data of one direction, from 0.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum I2cFault {
    /// Nobody acknowledges the first address. The controller reports it and sends a STOP.
    NackAddress,
    /// Nobody acknowledges an address after a repeated START.
    NackRepeatedStart,
    /// A byte of data is not acknowledged, though the target took it.
    NackData {
        /// Which byte.
        written: u32,
    },
    /// Nobody acknowledges the first address, and the controller does not notice: what is written vanishes, and what is read is
    /// 0xff. Some controllers of Raspberry Pis do so: <https://github.com/raspberrypi/linux/issues/5429>.
    IgnoredNack,
    /// Another controller wins the bus in a byte. The targets hear the STOP that ends its transaction.
    ArbitrationLoss {
        /// Which byte.
        byte: u32,
    },
    /// A target holds SCL low before a byte. Past [`STRETCH_LIMIT_NS`] the controller gives up, the target lets go, and a STOP
    /// follows.
    Stretch {
        /// Which byte; all of them if `None`.
        byte: Option<u32>,
        /// For how long, in nanoseconds.
        ns: u64,
    },
    /// A target holds SDA low on the idle bus, as one does that missed a clock. The controller sends up to [`BUS_CLEAR_CLOCKS`]
    /// clocks; if that frees it, a STOP and the transaction follow, if not, the transaction fails without a START.
    SdaStuck {
        /// After how many clocks SDA is free; `None` if never.
        clocks: Option<u8>,
    },
    /// Something holds SCL low on the idle bus: the transaction fails without a START.
    SclStuck,
    /// Noise makes a START before a byte. The targets take it for one; the controller reports it and sends a STOP.
    SpuriousStart {
        /// Which byte.
        byte: u32,
    },
    /// Noise makes a STOP before a byte, which ends the transaction for the targets. The controller reports it.
    SpuriousStop {
        /// Which byte.
        byte: u32,
    },
    /// Noise inverts bits that the controller reads.
    FlipRead(super::Flip),
    /// Noise inverts bits that the controller writes.
    FlipWrite(super::Flip),
    /// All that is read is this byte: 0xff with SDA open, 0x00 with SDA at ground. What is written is acknowledged.
    ReadAs {
        /// The byte.
        value: u8,
    },
    /// The controller fails in the middle of a read, and sends a STOP.
    ShortRead {
        /// How many bytes it read before.
        read: u32,
    },
    /// The controller fails before a byte, and sends a STOP.
    Fail {
        /// Which byte.
        byte: u32,
        /// What it reports.
        error: I2cFailure,
    },
    /// A second target answers at the address: it acknowledges everything, and its zeros win in what is read.
    Duplicate {
        /// What it answers.
        value: u8,
    },
    /// Another controller writes to a target before the transaction.
    OtherController {
        /// The address it writes to.
        address: Address,
        /// What it writes.
        bytes: Vec<u8>,
    },
}

/// What a controller reports when it fails by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum I2cFailure {
    /// A fault of the bus.
    Bus,
    /// Received bytes were lost.
    Overrun,
    /// Anything else.
    Other,
}

impl I2cFault {
    pub(super) fn name(&self) -> &'static str {
        match self {
            I2cFault::NackAddress => "nack-address",
            I2cFault::NackRepeatedStart => "nack-repeated-start",
            I2cFault::NackData { .. } => "nack-data",
            I2cFault::IgnoredNack => "ignored-nack",
            I2cFault::ArbitrationLoss { .. } => "arbitration-loss",
            I2cFault::Stretch { .. } => "stretch",
            I2cFault::SdaStuck { .. } => "sda-stuck",
            I2cFault::SclStuck => "scl-stuck",
            I2cFault::SpuriousStart { .. } => "spurious-start",
            I2cFault::SpuriousStop { .. } => "spurious-stop",
            I2cFault::FlipRead(_) => "flip-read",
            I2cFault::FlipWrite(_) => "flip-write",
            I2cFault::ReadAs { .. } => "read-as",
            I2cFault::ShortRead { .. } => "short-read",
            I2cFault::Fail { .. } => "fail",
            I2cFault::Duplicate { .. } => "duplicate-address",
            I2cFault::OtherController { .. } => "other-controller",
        }
    }
}
