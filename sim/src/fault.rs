//! Faults: what goes wrong on the wires and in the parts, where, and when.
//!
//! [`Sim::inject`](crate::Sim::inject) arms a [`Fault`], and [`When`] says which transactions it strikes. It acts on the wires:
//! what a controller then reports is what a controller of that kind would find there, the trace shows it, and the bus is left
//! as the contract of embedded-hal demands. A run with faults is as deterministic as one without.
//!
//! ```
//! use embedded_hal::i2c::{Error, ErrorKind, I2c, NoAcknowledgeSource};
//! use wasm_embedded_sim::fault::{Fault, I2cFault, Targets, When};
//! use wasm_embedded_sim::parts::Lm75;
//! use wasm_embedded_sim::parts::lm75::Model;
//! use wasm_embedded_sim::Sim;
//!
//! # fn main() -> Result<(), Box<dyn core::error::Error>> {
//! let sim = Sim::new();
//! let bus = sim.i2c_bus("i2c", 400_000);
//! sim.add_i2c(bus, Lm75::new(Model::Lm75, 0x48)?);
//!
//! // The second and the third transaction with the thermometer find nobody at its address.
//! let absent = Fault::I2c { bus, targets: Targets::from(0x48), fault: I2cFault::NackAddress };
//! let id = sim.inject(absent, When::always().after(1).times(2));
//!
//! let mut i2c = sim.i2c(bus);
//! let nobody = Err(ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address));
//! let read = [0; 4].map(|_| i2c.read(0x48_u8, &mut [0; 2]).map_err(|error| error.kind()));
//! assert_eq!(read, [Ok(()), nobody, nobody, Ok(())]);
//! assert_eq!(sim.strikes(id), 2);
//! # Ok(())
//! # }
//! ```

use alloc::vec::Vec;
use core::ops::RangeInclusive;

use crate::i2c::{Address, I2cBusId};
use crate::net::Net;
use crate::part::PartId;
use crate::spi::{SpiBusId, SpiSelectId};
use crate::trace::EventKind;
use crate::uart::UartId;

mod analog;
mod condition;
pub(crate) mod i2c;
mod net;
mod part;
pub(crate) mod spi;
pub(crate) mod uart;
mod when;

pub use analog::{AdcFault, PwmFault};
pub use i2c::{BUS_CLEAR_CLOCKS, I2cFailure, I2cFault, STRETCH_LIMIT_NS};
pub use net::NetFault;
pub use part::PartFault;
pub use spi::{HOLD_LIMIT_NS, SpiFailure, SpiFault};
pub use uart::UartFault;
pub use when::{Chance, When};

pub(crate) use condition::Conditions;

use self::when::Trigger;

/// The number of a fault on its board.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FaultId(pub(crate) usize);

/// What goes wrong, and where.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// On an I2C bus, in transactions with some addresses.
    I2c {
        /// The bus.
        bus: I2cBusId,
        /// The addresses.
        targets: Targets,
        /// What goes wrong.
        fault: I2cFault,
    },
    /// On an SPI bus.
    Spi {
        /// The bus.
        bus: SpiBusId,
        /// The select line whose transactions are meant; all that is clocked on the bus if `None`.
        select: Option<SpiSelectId>,
        /// What goes wrong.
        fault: SpiFault,
    },
    /// On a net.
    Net {
        /// The net.
        net: Net,
        /// What goes wrong.
        fault: NetFault,
    },
    /// In a part.
    Part {
        /// The part.
        part: PartId,
        /// The addresses whose transactions count, if the part is on an I2C bus. On SPI the transactions of its select line do.
        targets: Targets,
        /// What goes wrong.
        fault: PartFault,
    },
    /// On a serial port. Every byte of the direction that is meant is an occasion.
    Uart {
        /// The port.
        port: UartId,
        /// What goes wrong.
        fault: UartFault,
    },
    /// At an analogue input. Every conversion is an occasion.
    Adc {
        /// Its net.
        net: Net,
        /// What goes wrong.
        fault: AdcFault,
    },
    /// At a PWM output. Every duty that is set is an occasion.
    Pwm {
        /// Its net.
        net: Net,
        /// What goes wrong.
        fault: PwmFault,
    },
    /// Delays take this many times as long: the controller was busy elsewhere.
    Oversleep {
        /// How many times; 0 counts as 1.
        factor: u32,
    },
    /// The date is wrong by this much, as after a jump; each look at it counts. Delays and time stamps are not of the date.
    DateJump {
        /// How many seconds it is ahead, or behind if negative.
        seconds: i64,
    },
}

impl Fault {
    /// Returns the name of the kind of fault, as it is in traces and policies.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Fault::I2c { fault, .. } => fault.name(),
            Fault::Spi { fault, .. } => fault.name(),
            Fault::Net { fault, .. } => fault.name(),
            Fault::Part { fault, .. } => fault.name(),
            Fault::Uart { fault, .. } => fault.name(),
            Fault::Adc { fault, .. } => fault.name(),
            Fault::Pwm { fault, .. } => fault.name(),
            Fault::Oversleep { .. } => "oversleep",
            Fault::DateJump { .. } => "date-jump",
        }
    }
}

/// The names of all faults, each once.
pub(crate) const NAMES: [&str; 45] = [
    "arbitration-loss",
    "bit-slip",
    "bounce",
    "brown-out",
    "bus-held",
    "date-jump",
    "deselect-failed",
    "dropped-byte",
    "duplicate-address",
    "duty-refused",
    "fail",
    "flip-read",
    "flip-write",
    "framing",
    "ignored-nack",
    "jitter",
    "line-break",
    "miso-stuck",
    "missed-edge",
    "nack-address",
    "nack-data",
    "nack-repeated-start",
    "noise",
    "open-input",
    "other-controller",
    "overrun",
    "oversleep",
    "panic",
    "parity",
    "read-as",
    "scl-stuck",
    "sda-stuck",
    "select-failed",
    "select-stuck",
    "short-read",
    "slow",
    "spurious-start",
    "spurious-stop",
    "stopped",
    "stretch",
    "stuck",
    "unplugged",
    "wrong-baud",
    "wrong-mode",
    "",
];

/// Addresses of an I2C bus.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Targets {
    /// All of both widths.
    All,
    /// Addresses of seven bits, from the first to the last.
    SevenBit(u8, u8),
    /// Addresses of ten bits, from the first to the last.
    TenBit(u16, u16),
}

impl Targets {
    /// Returns whether an address is one of them.
    #[must_use]
    pub fn contains(self, address: Address) -> bool {
        match (self, address) {
            (Targets::All, _) => true,
            (Targets::SevenBit(first, last), Address::SevenBit(address)) => (first..=last).contains(&address),
            (Targets::TenBit(first, last), Address::TenBit(address)) => (first..=last).contains(&address),
            (Targets::SevenBit(..), Address::TenBit(_)) | (Targets::TenBit(..), Address::SevenBit(_)) => false,
        }
    }
}

impl From<u8> for Targets {
    fn from(address: u8) -> Targets {
        Targets::SevenBit(address, address)
    }
}

impl From<RangeInclusive<u8>> for Targets {
    fn from(addresses: RangeInclusive<u8>) -> Targets {
        Targets::SevenBit(*addresses.start(), *addresses.end())
    }
}

/// Bits that are seen inverted in some bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flip {
    /// The first byte, from 0: those of this direction count, without addresses.
    pub byte: u32,
    /// How many bytes: 1 for a single flip, more for a burst.
    pub bytes: u32,
    /// The bits of each.
    pub mask: u8,
}

impl Flip {
    /// Returns the byte of this index as it arrives.
    pub(crate) fn seen(self, index: u32, byte: u8) -> u8 {
        let hit = index.checked_sub(self.byte).is_some_and(|past| past < self.bytes);
        if hit { byte ^ self.mask } else { byte }
    }
}

/// A fault that waits for its transactions.
struct Armed {
    fault: Fault,
    trigger: Trigger,
    /// Whether a fault that lasts holds now.
    holds: bool,
    /// The factor of a jitter.
    drawn: u32,
    withdrawn: bool,
}

/// The faults of a board, and what they do at the moment.
#[derive(Default)]
pub(crate) struct Faults {
    armed: Vec<Armed>,
    pub(crate) conditions: Conditions,
}

impl Faults {
    pub(crate) fn arm(&mut self, fault: Fault, when: When) -> FaultId {
        self.armed.push(Armed { fault, trigger: Trigger::new(when), holds: false, drawn: 1, withdrawn: false });
        FaultId(self.armed.len() - 1)
    }

    /// Returns how often a fault struck.
    pub(crate) fn strikes(&self, id: FaultId) -> u64 {
        self.armed.get(id.0).map_or(0, |armed| armed.trigger.struck())
    }

    /// Returns whether there are none: then nothing here costs time.
    #[inline]
    pub(crate) fn none(&self) -> bool {
        !cfg!(feature = "faults") || self.armed.is_empty()
    }

    fn get(&self, index: usize) -> Option<&Armed> {
        self.armed.get(index).filter(|armed| !armed.withdrawn)
    }

    /// Counts an occasion for the fault of this index, and returns whether it strikes.
    fn strike(&mut self, index: usize, now_ns: u64) -> bool {
        self.armed.get_mut(index).is_some_and(|armed| armed.trigger.strike(now_ns))
    }

    /// Returns what the trace says of a strike.
    fn event(&self, index: usize) -> EventKind {
        let name = self.armed.get(index).map_or("", |armed| armed.fault.name());
        EventKind::Fault { fault: FaultId(index), name }
    }

    /// Returns how long a delay takes that begins now, and which fault made it longer.
    pub(crate) fn overslept(&mut self, now_ns: u64, ns: u64) -> (u64, Option<EventKind>) {
        for index in 0..self.armed.len() {
            let Some(Armed { fault: Fault::Oversleep { factor }, .. }) = self.get(index) else { continue };
            let factor = u64::from((*factor).max(1));
            if self.strike(index, now_ns) {
                return (ns.saturating_mul(factor), Some(self.event(index)));
            }
        }
        (ns, None)
    }

    /// Returns by how many seconds the date is wrong for who looks at it now, and which fault made it so.
    pub(crate) fn date_error(&mut self, now_ns: u64) -> (i64, Option<EventKind>) {
        for index in 0..self.armed.len() {
            let Some(&Armed { fault: Fault::DateJump { seconds }, .. }) = self.get(index) else { continue };
            if self.strike(index, now_ns) {
                return (seconds, Some(self.event(index)));
            }
        }
        (0, None)
    }
}
