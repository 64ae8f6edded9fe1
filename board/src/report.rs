//! What the buses of a board were busy with.

mod text;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wasm_embedded_sim::{
    Ack, Address, Direction, Event, EventKind, I2cBusId, I2cEvent, Sim, SpiBusId, SpiEvent, SpiSelectId, Topology,
    TraceSink,
};

/// What the buses of a board were busy with, from the moment on at which it began. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct BusReport(Arc<Mutex<BTreeMap<Key, BusLoad>>>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Key {
    I2c(I2cBusId),
    Spi(SpiBusId),
}

/// What a bus was busy with. Times are virtual, in nanoseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BusLoad {
    /// The name of the bus.
    pub name: String,
    /// `i2c` or `spi`.
    pub kind: &'static str,
    /// How long a bit took, the last time.
    pub bit_ns: u64,
    /// How long something was on the wires.
    pub busy_ns: u64,
    /// How much of that was a line that something held, such as a stretched clock.
    pub held_ns: u64,
    /// Of I2C: how much of it was START, STOP and addresses, and not data.
    pub framing_ns: u64,
    /// Addresses that nobody acknowledged, and bytes that were not.
    pub nacks: u64,
    /// How many transactions there were.
    pub transactions: u64,
    /// The longest transaction, and when it began.
    pub longest: Option<(u64, u64)>,
    /// The longest time between two transactions, and when it began.
    pub gap: Option<(u64, u64)>,
    /// The parts, by their addresses or select lines.
    pub parts: Vec<PartLoad>,
    /// When the transaction that is on the wires began.
    began_ns: Option<u64>,
    ended_ns: Option<u64>,
    /// The part that it is with.
    current: Option<usize>,
}

/// What a part was on a bus for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartLoad {
    /// Its address, such as `0x76`, or its select line.
    pub name: String,
    /// Bytes that were written to it.
    pub written: u64,
    /// Bytes that were read from it.
    pub read: u64,
    /// How long it was on the wires, addresses included.
    pub busy_ns: u64,
    /// How many transactions there were with it.
    pub transactions: u64,
    /// How often it did not acknowledge.
    pub nacks: u64,
}

impl BusReport {
    /// Begins to report of a board.
    #[must_use]
    pub fn begin(sim: &Sim) -> BusReport {
        let report = BusReport::default();
        sim.trace_to(Box::new(report.clone()));
        report
    }

    /// Returns what each bus was busy with that had anything on it.
    #[must_use]
    pub fn buses(&self) -> Vec<BusLoad> {
        self.lock().values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, BusLoad>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TraceSink for BusReport {
    fn event(&mut self, event: &Event, topology: &Topology) {
        match event.kind {
            EventKind::I2c { bus, bit_ns, event: happens } => {
                let mut all = self.lock();
                let load = all.entry(Key::I2c(bus)).or_insert_with(|| BusLoad::new(topology.i2c_name(bus), "i2c"));
                load.bit_ns = bit_ns;
                load.i2c(event.at_ns, happens, bit_ns);
            }
            EventKind::Spi { bus, event: happens } => {
                let mut all = self.lock();
                let load = all.entry(Key::Spi(bus)).or_insert_with(|| BusLoad::new(topology.spi_name(bus), "spi"));
                load.spi(event.at_ns, happens, |select: SpiSelectId| topology.select_name(select).to_owned());
            }
            _ => {}
        }
    }
}

impl BusLoad {
    fn new(name: &str, kind: &'static str) -> BusLoad {
        BusLoad { name: name.to_owned(), kind, ..BusLoad::default() }
    }

    fn begin(&mut self, at_ns: u64) {
        self.began_ns = Some(at_ns);
        self.current = None;
        self.transactions += 1;
        if let Some(ended_ns) = self.ended_ns {
            let gap_ns = at_ns.saturating_sub(ended_ns);
            if self.gap.is_none_or(|(longest_ns, _)| gap_ns > longest_ns) {
                self.gap = Some((gap_ns, ended_ns));
            }
        }
    }

    fn end(&mut self, at_ns: u64) {
        if let Some(began_ns) = self.began_ns.take() {
            let ns = at_ns.saturating_sub(began_ns);
            if self.longest.is_none_or(|(longest_ns, _)| ns > longest_ns) {
                self.longest = Some((ns, began_ns));
            }
        }
        self.ended_ns = Some(at_ns);
    }

    fn part(&mut self, name: String) {
        let known = self.parts.iter().position(|part| part.name == name);
        let index = known.unwrap_or(self.parts.len());
        if known.is_none() {
            self.parts.push(PartLoad { name, ..PartLoad::default() });
        }
        if self.current != Some(index)
            && let Some(part) = self.parts.get_mut(index)
        {
            part.transactions += 1;
        }
        self.current = Some(index);
    }

    fn current(&mut self) -> Option<&mut PartLoad> {
        self.current.and_then(|index| self.parts.get_mut(index))
    }

    fn i2c(&mut self, at_ns: u64, event: I2cEvent, bit_ns: u64) {
        let ns = event.duration_ns(bit_ns);
        self.busy_ns += ns;
        if event == I2cEvent::Start {
            self.begin(at_ns);
        }
        match event {
            I2cEvent::Address { address, ack, .. } => {
                self.framing_ns += ns;
                self.part(match address {
                    Address::SevenBit(address) => format!("{address:#04x}"),
                    Address::TenBit(address) => format!("{address:#05x} (10-bit)"),
                });
                self.nack(ack);
            }
            I2cEvent::Byte { direction, ack, .. } => match direction {
                Direction::Write => {
                    self.nack(ack);
                    self.current().into_iter().for_each(|part| part.written += 1);
                }
                Direction::Read => self.current().into_iter().for_each(|part| part.read += 1),
            },
            I2cEvent::Hold { .. } => self.held_ns += ns,
            _ => self.framing_ns += ns,
        }
        self.current().into_iter().for_each(|part| part.busy_ns += ns);
        if event == I2cEvent::Stop {
            self.end(at_ns.saturating_add(ns));
        }
    }

    fn nack(&mut self, ack: Ack) {
        if ack == Ack::Nack {
            self.nacks += 1;
            self.current().into_iter().for_each(|part| part.nacks += 1);
        }
    }

    fn spi(&mut self, at_ns: u64, event: SpiEvent, name: impl Fn(SpiSelectId) -> String) {
        match event {
            SpiEvent::Select { select } => {
                self.begin(at_ns);
                self.part(name(select));
            }
            SpiEvent::Byte { byte_ns, .. } => {
                self.bit_ns = byte_ns / 8;
                self.busy_ns += byte_ns;
                if let Some(part) = self.current() {
                    part.busy_ns += byte_ns;
                    part.written += 1;
                    part.read += 1;
                }
            }
            SpiEvent::Deselect { .. } => self.end(at_ns),
            _ => {}
        }
    }

    /// Returns how long the bus would have been busy at another clock, in hertz. What was held stays as long.
    #[must_use]
    pub fn busy_at_ns(&self, frequency_hz: u64) -> u64 {
        let clocked_ns = u128::from(self.busy_ns.saturating_sub(self.held_ns));
        let bit_ns = u128::from(1_000_000_000 / frequency_hz.max(1));
        let scaled = clocked_ns * bit_ns / u128::from(self.bit_ns.max(1));
        u64::try_from(scaled).unwrap_or(u64::MAX).saturating_add(self.held_ns)
    }
}
