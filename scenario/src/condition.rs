//! What a scenario looks at.

use std::fmt;

use wasm_embedded_sim::Level;
use wasm_embedded_sim::model::Value;

use crate::font::Font;
use crate::pattern::{BytePattern, TextPattern};
use crate::picture::Picture;

/// A net, as a scenario names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The label or net that the scenario names.
    pub name: String,
    /// The net.
    pub net: String,
    /// Whether the label's levels are inverted: `active-low`.
    pub inverted: bool,
}

/// Which changes of a level count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Edge {
    /// To high.
    Rising,
    /// To low.
    Falling,
    /// Both.
    Any,
}

/// How many.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Count {
    /// At least.
    pub min: u64,
    /// At most.
    pub max: Option<u64>,
}

/// What a guest writes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stream {
    /// The standard output.
    Output,
    /// The standard error.
    Errors,
    /// The log, a message a line.
    Log,
}

/// A direction on a serial port, as the controller sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// From the controller.
    Sent,
    /// To the controller.
    Received,
}

/// A transaction on a bus.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exchange {
    /// The label.
    pub label: String,
    /// The bus that it stands for.
    pub bus: Wires,
    /// The address, on I2C.
    pub address: Option<u16>,
    /// The bytes that the controller writes.
    pub write: Option<BytePattern>,
    /// The bytes that it reads.
    pub read: Option<BytePattern>,
    /// Whether all was acknowledged, on I2C.
    pub acknowledged: Option<bool>,
}

/// A bus.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wires {
    /// The I2C bus of this name.
    I2c(String),
    /// The SPI device of the label.
    Spi,
}

/// What a value must be.
#[derive(Clone, PartialEq, Debug)]
pub enum Wanted {
    /// This value.
    Is(Value),
    /// A number between two, both included.
    Between(f64, f64),
}

/// How a guest ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// It exits with a status.
    Status(u8),
    /// It traps: a panic is a trap.
    Trap,
    /// It reaches a limit of its policy.
    Limit,
    /// In any way.
    Any,
}

/// Something that is true of a board or a guest at a time, or happens.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Condition {
    /// A net has a level.
    Level(Place, Level),
    /// A net changes so many times, counted from the beginning of the step.
    Edges(Place, Edge, Count),
    /// A net is modulated: the part of the time that it is high, in percent, and how far it may be off.
    Duty(Place, f64, f64),
    /// A guest writes a text.
    Said(Stream, TextPattern),
    /// A serial port carries a text.
    Serial(String, Direction, TextPattern),
    /// A transaction happens on a bus.
    Exchange(Exchange),
    /// A display shows a picture.
    Picture(String, Box<Picture>),
    /// A display shows a text in a font.
    Shows(String, String, Font),
    /// A readout of a part has a value.
    Readout(String, String, Wanted),
    /// The guest ends.
    Ended(End),
}

impl Condition {
    /// Returns whether it is true of moments, so that it can stay true: `always`.
    #[must_use]
    pub fn is_state(&self) -> bool {
        matches!(
            self,
            Condition::Level(..)
                | Condition::Duty(..)
                | Condition::Picture(..)
                | Condition::Shows(..)
                | Condition::Readout(..)
        )
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Condition::Level(place, level) => write!(f, "{} {}", place.name, level_name(*level)),
            Condition::Edges(place, edge, count) => {
                let edges = match edge {
                    Edge::Rising => "rising edges",
                    Edge::Falling => "falling edges",
                    Edge::Any => "edges",
                };
                write!(f, "{count} {edges} of {}", place.name)
            }
            Condition::Duty(place, percent, tolerance) => {
                write!(f, "{} at {percent} % (+/- {tolerance} %)", place.name)
            }
            Condition::Said(stream, pattern) => write!(f, "{} \"{pattern}\"", stream.name()),
            Condition::Serial(label, direction, pattern) => write!(f, "{label} {} \"{pattern}\"", direction.name()),
            Condition::Exchange(exchange) => exchange.fmt(f),
            Condition::Picture(part, picture) => write!(f, "{part} showing {}", picture.file),
            Condition::Shows(part, text, font) => write!(f, "{part} showing \"{text}\" in {}", font.name()),
            Condition::Readout(part, key, wanted) => write!(f, "{key} of {part} {wanted}"),
            Condition::Ended(end) => match end {
                End::Status(status) => write!(f, "the guest ending with status {status}"),
                End::Trap => f.write_str("a trap of the guest"),
                End::Limit => f.write_str("the guest reaching a limit"),
                End::Any => f.write_str("the end of the guest"),
            },
        }
    }
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.label)?;
        if let Some(address) = self.address {
            write!(f, " {address:#04x}")?;
        }
        if let Some(write) = &self.write {
            write!(f, " write [{write}]")?;
        }
        if let Some(read) = &self.read {
            write!(f, " read [{read}]")?;
        }
        match self.acknowledged {
            Some(true) => f.write_str(" acknowledged"),
            Some(false) => f.write_str(" not acknowledged"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (min, Some(max)) if min == max => write!(f, "{min}"),
            (0, Some(max)) => write!(f, "at most {max}"),
            (min, Some(max)) => write!(f, "{min} to {max}"),
            (min, None) => write!(f, "at least {min}"),
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wanted::Is(value) => write!(f, "= {}", shown(value)),
            Wanted::Between(min, max) if *min == f64::MIN => write!(f, "at most {max}"),
            Wanted::Between(min, max) if *max == f64::MAX => write!(f, "at least {min}"),
            Wanted::Between(min, max) => write!(f, "from {min} to {max}"),
        }
    }
}

impl Stream {
    /// Returns what a scenario calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Stream::Output => "output",
            Stream::Errors => "errors",
            Stream::Log => "log",
        }
    }
}

impl Direction {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Direction::Sent => "sent",
            Direction::Received => "received",
        }
    }
}

pub(crate) fn level_name(level: Level) -> &'static str {
    match level {
        Level::Low => "low",
        Level::High => "high",
    }
}

/// Shows a value in a line.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Switch(on) => on.to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::Bytes(bytes) => format!("[{}]", crate::pattern::hex(bytes)),
        Value::Time(time) => format!("{time:?}"),
        Value::Records(records) => format!("{} tables", records.len()),
    }
}
