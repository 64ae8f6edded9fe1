//! Transactions, put together from the events on the wires.

use std::collections::VecDeque;

use wasm_embedded_sim::{
    Ack, Address, Direction, Event, EventKind, I2cBusId, I2cEvent, SpiBusId, SpiEvent, SpiSelectId,
};

use super::stream::Stream;
use crate::condition::Exchange as Wanted;
use crate::pattern::hex;
use crate::report::seconds;

/// How many transactions are kept.
const MOST: usize = 256;
/// How many a failure shows.
const SHOWN: usize = 12;

/// What carries transactions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bus {
    I2c(I2cBusId),
    Spi(SpiSelectId),
    /// An SPI bus of a label without a select line.
    Unselected(SpiBusId),
}

/// A transaction that ended.
#[derive(Debug)]
struct Happened {
    began_ns: u64,
    bus: Bus,
    address: Option<u16>,
    written: Vec<u8>,
    read: Vec<u8>,
    acknowledged: bool,
}

/// The last transactions of a board.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    /// The buses by what people call them.
    names: Vec<(Bus, String)>,
    /// What is on a bus.
    i2c: Vec<(I2cBusId, Happened)>,
    spi: Vec<(SpiBusId, Happened)>,
    unselected: Vec<Stream>,
    ended: VecDeque<Happened>,
    /// How many ended before those that are kept.
    dropped: usize,
}

impl Exchanges {
    pub(super) fn new(names: Vec<(Bus, String)>) -> Exchanges {
        let unselected = names.iter().filter_map(|(bus, _)| match bus {
            Bus::Unselected(bus) => Some(Stream::new(*bus)),
            Bus::I2c(_) | Bus::Spi(_) => None,
        });
        Exchanges { unselected: unselected.collect(), names, ..Exchanges::default() }
    }

    fn stream(&self, bus: Bus) -> Option<&Stream> {
        self.unselected.iter().find(|stream| Bus::Unselected(stream.bus) == bus)
    }

    /// Returns how many transactions ended, or how many bytes went over a bus without a select line.
    pub(super) fn count(&self, bus: Bus) -> usize {
        self.stream(bus).map_or(self.dropped + self.ended.len(), Stream::end)
    }

    /// Takes an event, and returns whether a transaction ended with it.
    pub(super) fn event(&mut self, event: &Event) -> bool {
        match event.kind {
            EventKind::I2c { bus, event: happens, .. } => self.i2c_event(event.at_ns, bus, happens),
            EventKind::Spi { bus, event: happens } => self.spi_event(event.at_ns, bus, happens),
            _ => false,
        }
    }

    /// Returns whether what is wanted ended with this event, which `event` took; `ended` is what it returned.
    pub(super) fn ends_now(&self, bus: Bus, wanted: &Wanted, from: usize, event: &Event, ended: bool) -> Option<usize> {
        match (self.stream(bus), event.kind) {
            (Some(stream), EventKind::Spi { bus, event: SpiEvent::Byte { .. } }) if stream.bus == bus => {
                stream.ends_now(wanted, from).then(|| stream.end())
            }
            (None, _) if ended => self.find(bus, wanted, from),
            _ => None,
        }
    }

    fn i2c_event(&mut self, at_ns: u64, bus: I2cBusId, event: I2cEvent) -> bool {
        let at = self.i2c.iter().position(|(other, _)| *other == bus);
        if event == I2cEvent::Start {
            // One that is there already had no STOP: a fault ended it.
            let broken = at.map(|at| self.i2c.swap_remove(at).1);
            self.i2c.push((bus, Happened::new(at_ns, Bus::I2c(bus))));
            let is_any = broken.is_some();
            broken.into_iter().for_each(|broken| self.end(broken));
            return is_any;
        }
        let Some(at) = at else { return false };
        if event == I2cEvent::Stop {
            let (_, happened) = self.i2c.swap_remove(at);
            self.end(happened);
            return true;
        }
        let Some((_, happened)) = self.i2c.get_mut(at) else { return false };
        match event {
            I2cEvent::Address { address, ack, .. } => {
                happened.address = Some(match address {
                    Address::SevenBit(address) => u16::from(address),
                    Address::TenBit(address) => address,
                });
                happened.acknowledged &= ack == Ack::Ack;
            }
            I2cEvent::Byte { byte, direction: Direction::Write, ack } => {
                happened.written.push(byte);
                happened.acknowledged &= ack == Ack::Ack;
            }
            I2cEvent::Byte { byte, direction: Direction::Read, .. } => happened.read.push(byte),
            _ => {}
        }
        false
    }

    fn spi_event(&mut self, at_ns: u64, bus: SpiBusId, event: SpiEvent) -> bool {
        let at = self.spi.iter().position(|(other, _)| *other == bus);
        match (event, at) {
            (SpiEvent::Select { select }, None) => self.spi.push((bus, Happened::new(at_ns, Bus::Spi(select)))),
            (SpiEvent::Byte { mosi, miso, .. }, Some(at)) => {
                if let Some((_, happened)) = self.spi.get_mut(at) {
                    happened.written.push(mosi);
                    happened.read.push(miso);
                }
            }
            (SpiEvent::Byte { mosi, miso, .. }, None) => {
                let stream = self.unselected.iter_mut().find(|stream| stream.bus == bus);
                stream.into_iter().for_each(|stream| stream.add(mosi, miso));
            }
            (SpiEvent::Deselect { .. }, Some(at)) => {
                let (_, happened) = self.spi.swap_remove(at);
                self.end(happened);
                return true;
            }
            _ => {}
        }
        false
    }

    fn end(&mut self, happened: Happened) {
        if self.ended.len() == MOST {
            self.ended.pop_front();
            self.dropped += 1;
        }
        self.ended.push_back(happened);
    }

    /// Returns whether a transaction happened, from a number on, and then the number behind it.
    pub(super) fn find(&self, bus: Bus, wanted: &Wanted, from: usize) -> Option<usize> {
        if let Some(stream) = self.stream(bus) {
            return stream.find(wanted, from);
        }
        let skipped = from.saturating_sub(self.dropped);
        let mut ended = self.ended.iter().enumerate().skip(skipped);
        ended.find(|(_, happened)| happened.is(bus, wanted)).map(|(at, _)| self.dropped + at + 1)
    }

    /// Returns the last transactions as lines, those of one bus only if one is given.
    pub(super) fn shown(&self, only: Option<Bus>) -> Vec<String> {
        let chosen = self.ended.iter().filter(|happened| only.is_none_or(|bus| happened.bus == bus));
        let mut lines: Vec<String> = chosen.rev().take(SHOWN).map(|happened| self.line(happened)).collect();
        lines.reverse();
        let streams = self.unselected.iter().map(|stream| (Bus::Unselected(stream.bus), stream));
        let chosen = streams.filter(|(bus, _)| only.is_none_or(|only| *bus == only));
        lines.extend(chosen.filter_map(|(bus, stream)| Some(format!("{} {}", self.name(bus), stream.tail()?))));
        lines
    }

    fn name(&self, bus: Bus) -> &str {
        self.names.iter().find(|(other, _)| *other == bus).map_or("?", |(_, name)| name)
    }

    fn line(&self, happened: &Happened) -> String {
        let mut line = format!("{} s  {}", seconds(happened.began_ns), self.name(happened.bus));
        if let Some(address) = happened.address {
            line += &format!(" {address:#04x}");
        }
        if !happened.written.is_empty() {
            line += &format!(" write [{}]", hex(&happened.written));
        }
        if !happened.read.is_empty() {
            line += &format!(" read [{}]", hex(&happened.read));
        }
        if !happened.acknowledged {
            line += " not acknowledged";
        }
        line
    }
}

impl Happened {
    fn new(began_ns: u64, bus: Bus) -> Happened {
        let (written, read) = (Vec::new(), Vec::new());
        Happened { began_ns, bus, address: None, written, read, acknowledged: true }
    }

    fn is(&self, bus: Bus, wanted: &Wanted) -> bool {
        self.bus == bus
            && wanted.address.is_none_or(|address| self.address == Some(address))
            && wanted.write.as_ref().is_none_or(|pattern| pattern.matches(&self.written))
            && wanted.read.as_ref().is_none_or(|pattern| pattern.matches(&self.read))
            && wanted.acknowledged.is_none_or(|acknowledged| self.acknowledged == acknowledged)
    }
}
