//! Events as text, one line each.

use core::fmt;

use super::{Event, EventKind, I2cEvent, I2cLine, SpiEvent, Topology, UartEvent};
use crate::i2c::{Ack, Direction};
use crate::net::Level;
use crate::pwm::PwmSignal;

const NS_PER_S: u64 = 1_000_000_000;

/// An event as one line: the time in seconds, the bus or net, and what happened. `>` is from the controller, `<` to it.
#[derive(Debug)]
pub struct EventText<'a> {
    event: &'a Event,
    topology: &'a Topology,
}

impl<'a> EventText<'a> {
    pub(super) fn new(event: &'a Event, topology: &'a Topology) -> EventText<'a> {
        EventText { event, topology }
    }
}

impl fmt::Display for EventText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Event { at_ns, kind } = *self.event;
        write!(f, "{}.{:09} ", at_ns / NS_PER_S, at_ns % NS_PER_S)?;
        match kind {
            EventKind::I2c { bus, event, .. } => {
                write!(f, "{} ", self.topology.i2c_name(bus))?;
                self.i2c(event, f)
            }
            EventKind::Spi { bus, event } => {
                write!(f, "{} ", self.topology.spi_name(bus))?;
                self.spi(event, f)
            }
            EventKind::Net { net, level } => write!(f, "{} {}", self.topology.net_name(net), word(level)),
            EventKind::Uart { port, event, .. } => {
                let (arrow, byte) = match event {
                    UartEvent::Sent { byte } => ('>', byte),
                    UartEvent::Received { byte } => ('<', byte),
                };
                write!(f, "{} {arrow} {byte:#04x}", self.topology.uart_name(port))
            }
            EventKind::Pwm { net, signal } => {
                let (name, PwmSignal { high_ns, period_ns, .. }) = (self.topology.net_name(net), signal);
                write!(f, "{name} pwm high for {high_ns} ns of {period_ns} ns")
            }
            EventKind::Voltage { net, microvolts } => {
                write!(f, "{} voltage {microvolts} uV", self.topology.net_name(net))
            }
            EventKind::Conversion { net, raw } => write!(f, "{} converted {raw}", self.topology.net_name(net)),
            EventKind::Fault { name, .. } => write!(f, "fault {name}"),
            EventKind::Contention { net } => write!(f, "{} contention", self.topology.net_name(net)),
        }
    }
}

impl EventText<'_> {
    fn i2c(&self, event: I2cEvent, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match event {
            I2cEvent::Start => f.write_str("start"),
            I2cEvent::RepeatedStart => f.write_str("repeated start"),
            I2cEvent::Address { address, direction, ack } => {
                let direction = match direction {
                    Direction::Read => "read",
                    Direction::Write => "write",
                };
                write!(f, "{address} {direction} {}", bit(ack))
            }
            I2cEvent::Byte { byte, direction, ack } => {
                let arrow = match direction {
                    Direction::Read => '<',
                    Direction::Write => '>',
                };
                write!(f, "{arrow} {byte:#04x} {}", bit(ack))
            }
            I2cEvent::Stop => f.write_str("stop"),
            I2cEvent::Hold { line: I2cLine::Scl, ns } => write!(f, "SCL held for {ns} ns"),
            I2cEvent::Hold { line: I2cLine::Sda, ns } => write!(f, "SDA held for {ns} ns"),
            I2cEvent::Clock => f.write_str("clock"),
            I2cEvent::ArbitrationLost => f.write_str("arbitration lost"),
        }
    }

    fn spi(&self, event: SpiEvent, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match event {
            SpiEvent::Idle { level } => write!(f, "clock idle {}", word(level)),
            SpiEvent::Select { select } => write!(f, "{} select", self.topology.select_name(select)),
            SpiEvent::Byte { mosi, miso, .. } => write!(f, "> {mosi:#04x} < {miso:#04x}"),
            SpiEvent::Deselect { select } => write!(f, "{} deselect", self.topology.select_name(select)),
        }
    }
}

fn bit(ack: Ack) -> &'static str {
    match ack {
        Ack::Ack => "ack",
        Ack::Nack => "nack",
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Low => "low",
        Level::High => "high",
    }
}
