//! What happens on wires, as an observer beside them sees it.

/// Something that happened on a wire or a bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it began, in nanoseconds: a byte or word at its first clock edge.
    pub at_ns: u64,
    /// When it ended: a byte or word at its last clock edge.
    pub until_ns: u64,
    /// The bus or pin, as [`bench`](crate::bench) calls it.
    pub wire: String,
    /// What it was.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// I2C: a START from the idle bus.
    Start,
    /// I2C: a START within a transaction.
    RepeatedStart,
    /// I2C: eight bits as they were on the wire, an address with its read/write bit included.
    Byte {
        /// The bits.
        value: u8,
        /// Whether the ninth bit was low.
        acknowledged: bool,
    },
    /// I2C: a STOP; both lines are high after it.
    Stop,
    /// SPI: a chip select became active.
    Select {
        /// The label of the device.
        device: String,
    },
    /// SPI: a word both ways.
    Word {
        /// From the controller.
        mosi: u8,
        /// To the controller.
        miso: u8,
    },
    /// SPI: the clock moved without a word, as when it goes to the idle level of another mode.
    Clock {
        /// Its new level.
        high: bool,
    },
    /// SPI: a chip select became inactive.
    Deselect {
        /// The label of the device.
        device: String,
    },
    /// A serial port: a byte in its frame.
    Frame {
        /// The byte.
        byte: u8,
    },
    /// A pin that is modulated is so otherwise than before: high for a part of every period.
    Pulses {
        /// For how long.
        high_ns: u64,
        /// The length of a period.
        period_ns: u64,
    },
    /// A pin: what drives it set this electrical level. An output's first such event is its initial level.
    Level {
        /// The level.
        high: bool,
    },
}

impl Event {
    /// Returns an event that takes no time.
    #[must_use]
    pub fn new(at_ns: u64, wire: &str, what: What) -> Event {
        Event { at_ns, until_ns: at_ns, wire: wire.to_owned(), what }
    }
}
