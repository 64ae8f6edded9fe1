//! What happens on the wires, event by event.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use embedded_hal::spi::Mode;

use crate::fault::FaultId;
use crate::i2c::{Ack, Address, Direction, I2cBusId};
use crate::net::{Level, Net};
use crate::pwm::PwmSignal;
use crate::spi::{SpiBusId, SpiSelectId};
use crate::stimulus::StimulusContext;
use crate::uart::{Frame, UartId};

pub mod compact;
mod run;
mod text;

pub use run::{Run, RunKind};
pub use text::EventText;

/// Takes the events of a board, in the order of their times.
pub trait TraceSink: Send {
    /// Is called with the names of what is on the board before the first event, and again when something was added.
    fn topology(&mut self, _topology: &Topology) {}

    /// Takes an event.
    fn event(&mut self, event: &Event, topology: &Topology);

    /// Returns whether the sink takes [runs](Run) of bytes, after they went over a bus. A sink that must hear of each byte before the next
    /// one, or that reacts, takes none. A board whose sinks all take runs is simulated nearly as fast as one that nobody watches.
    #[cfg(feature = "runs")]
    fn takes_runs(&self) -> bool {
        false
    }

    /// Takes a run: the same as its events one after the other.
    #[cfg(feature = "runs")]
    fn run(&mut self, run: &Run<'_>, topology: &Topology) {
        run.events().for_each(|event| self.event(&event, topology));
    }

    /// Returns what is to be done about the last event, if anything. It runs as a stimulus at this virtual time, before the controller
    /// goes on, or one nanosecond later if the event is one of a part that acts by itself.
    #[cfg(feature = "reactions")]
    fn react(&mut self) -> Option<Reaction> {
        None
    }
}

/// What is done about an event.
pub type Reaction = Box<dyn FnOnce(&mut dyn StimulusContext) + Send>;

/// Something that happened on the wires.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Event {
    /// When it began, in nanoseconds of virtual time.
    pub at_ns: u64,
    /// What it was.
    pub kind: EventKind,
}

impl Event {
    /// Returns the event as one line of text, such as `0.000027500 i2c > 0xd0 ack`.
    #[must_use]
    pub fn text<'a>(&'a self, topology: &'a Topology) -> EventText<'a> {
        EventText::new(self, topology)
    }
}

/// What happened.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EventKind {
    /// Something on an I2C bus.
    I2c {
        /// The bus.
        bus: I2cBusId,
        /// The length of a bit.
        bit_ns: u64,
        /// What it was.
        event: I2cEvent,
    },
    /// Something on an SPI bus.
    Spi {
        /// The bus.
        bus: SpiBusId,
        /// What it was.
        event: SpiEvent,
    },
    /// A net changed its level.
    Net {
        /// The net.
        net: Net,
        /// Its new level.
        level: Level,
    },
    /// Something on a serial port.
    Uart {
        /// The port.
        port: UartId,
        /// The times of its frames.
        frame: Frame,
        /// What it was.
        event: UartEvent,
    },
    /// A net is modulated otherwise than before.
    Pwm {
        /// The net.
        net: Net,
        /// How. A part of none or of all of a period is a level.
        signal: PwmSignal,
    },
    /// A net took another voltage.
    Voltage {
        /// The net.
        net: Net,
        /// In microvolts.
        microvolts: i32,
    },
    /// An analogue input began to convert the voltage of a net.
    Conversion {
        /// The net.
        net: Net,
        /// The reading.
        raw: i32,
    },
    /// A fault strikes what follows.
    Fault {
        /// The fault.
        fault: FaultId,
        /// The name of its kind.
        name: &'static str,
    },
    /// A net began to be driven to both levels at once, and is low.
    Contention {
        /// The net.
        net: Net,
    },
}

/// What happened on an I2C bus.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum I2cEvent {
    /// A START from the idle bus. Takes one bit.
    Start,
    /// A START within a transaction. Takes one bit and a half.
    RepeatedStart,
    /// An address. Takes nine bits; one of ten bits takes 18 for a write that is acknowledged, since its second byte follows
    /// only then and not for a read.
    Address {
        /// The address.
        address: Address,
        /// The direction of what follows.
        direction: Direction,
        /// Whether any part acknowledged.
        ack: Ack,
    },
    /// A byte of data. Takes nine bits.
    Byte {
        /// The byte.
        byte: u8,
        /// Its direction.
        direction: Direction,
        /// The acknowledge of its receiver.
        ack: Ack,
    },
    /// A STOP. Takes one bit.
    Stop,
    /// Something that is not the controller holds a line low. Takes as long as it does.
    Hold {
        /// The line.
        line: I2cLine,
        /// How long, in nanoseconds.
        ns: u64,
    },
    /// A clock of the controller to free SDA. Takes one bit.
    Clock,
    /// Another controller has the bus: a byte that is not the controller's. Takes nine bits.
    ArbitrationLost,
}

/// A wire of an I2C bus.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum I2cLine {
    /// The clock.
    Scl,
    /// The data.
    Sda,
}

impl I2cEvent {
    /// Returns how long the event takes when a bit takes `bit_ns`.
    #[must_use]
    pub fn duration_ns(self, bit_ns: u64) -> u64 {
        let bits = match self {
            I2cEvent::Start | I2cEvent::Stop | I2cEvent::Clock => 1,
            I2cEvent::Hold { ns, .. } => return ns,
            I2cEvent::RepeatedStart => return bit_ns.saturating_add(bit_ns.div_ceil(2)),
            I2cEvent::Address { address: Address::TenBit(_), direction: Direction::Write, ack: Ack::Ack } => 18,
            I2cEvent::Address { .. } | I2cEvent::Byte { .. } | I2cEvent::ArbitrationLost => 9,
        };
        bit_ns.saturating_mul(bits)
    }
}

/// What happened on an SPI bus.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SpiEvent {
    /// The idle clock changed to the level of another mode.
    Idle {
        /// The new level.
        level: Level,
    },
    /// A select line became active.
    Select {
        /// The line.
        select: SpiSelectId,
    },
    /// A byte went both ways.
    Byte {
        /// From the controller.
        mosi: u8,
        /// To the controller.
        miso: u8,
        /// The mode of the controller.
        mode: Mode,
        /// How long the byte took.
        byte_ns: u64,
    },
    /// A select line became inactive.
    Deselect {
        /// The line.
        select: SpiSelectId,
    },
}

/// What happened on a serial port. It begins with the start bit.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UartEvent {
    /// A byte from the controller.
    Sent {
        /// The byte.
        byte: u8,
    },
    /// A byte to the controller.
    Received {
        /// The byte.
        byte: u8,
    },
}

/// The names of what is on a board.
#[derive(Clone, Default, Debug)]
pub struct Topology {
    pub(crate) i2c: Vec<I2cBusInfo>,
    pub(crate) spi: Vec<SpiBusInfo>,
    pub(crate) selects: Vec<SelectInfo>,
    pub(crate) nets: Vec<NetInfo>,
    pub(crate) uart: Vec<UartInfo>,
}

#[derive(Clone, Debug)]
pub(crate) struct I2cBusInfo {
    pub(crate) name: String,
}

#[derive(Clone, Debug)]
pub(crate) struct SpiBusInfo {
    pub(crate) name: String,
    /// The level of the idle clock.
    pub(crate) idle: Level,
    /// The levels that a trace begins with on MOSI and MISO.
    pub(crate) mosi: Level,
    pub(crate) miso: Level,
}

impl SpiBusInfo {
    pub(crate) fn new(name: String) -> SpiBusInfo {
        SpiBusInfo { name, idle: Level::Low, mosi: Level::Low, miso: Level::High }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct SelectInfo {
    pub(crate) name: String,
    pub(crate) bus: SpiBusId,
    /// The net that is the line, if it has no wire of its own.
    pub(crate) net: Option<Net>,
}

#[derive(Clone, Debug)]
pub(crate) struct NetInfo {
    pub(crate) name: String,
    /// The level that the net carries now.
    pub(crate) level: Level,
    /// How it is modulated, if it is.
    pub(crate) pwm: Option<PwmSignal>,
}

#[derive(Clone, Debug)]
pub(crate) struct UartInfo {
    pub(crate) name: String,
}

/// What stands for the name of something that is not on the board.
const UNKNOWN: &str = "?";

impl Topology {
    /// Returns the name of an I2C bus.
    #[must_use]
    pub fn i2c_name(&self, bus: I2cBusId) -> &str {
        self.i2c.get(bus.0).map_or(UNKNOWN, |bus| &bus.name)
    }

    /// Returns the name of an SPI bus.
    #[must_use]
    pub fn spi_name(&self, bus: SpiBusId) -> &str {
        self.spi.get(bus.0).map_or(UNKNOWN, |bus| &bus.name)
    }

    /// Returns the name of a select line.
    #[must_use]
    pub fn select_name(&self, select: SpiSelectId) -> &str {
        self.selects.get(select.0).map_or(UNKNOWN, |select| &select.name)
    }

    /// Returns the name of a serial port.
    #[must_use]
    pub fn uart_name(&self, port: UartId) -> &str {
        self.uart.get(port.0).map_or(UNKNOWN, |port| &port.name)
    }

    /// Returns the name of a net.
    #[must_use]
    pub fn net_name(&self, net: Net) -> &str {
        self.nets.get(net.0).map_or(UNKNOWN, |net| &net.name)
    }
}
