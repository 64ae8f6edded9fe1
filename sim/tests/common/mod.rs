//! A recorder of events, and parts that note what they hear.
#![allow(dead_code, reason = "each test file uses its own selection")]
#![allow(missing_docs, reason = "not part of any interface")]

pub(crate) mod compact;
mod limit;
mod ways;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use embedded_hal::spi::{MODE_0, Mode};
use wasm_embedded_sim::trace::compact::{Block, Writer};
use wasm_embedded_sim::{
    Ack, Address, Board, Change, Direction, Event, I2cTarget, Part, Run, Signal, Sim, SpiTarget, Topology, TraceSink,
    Wave,
};

#[allow(unused_imports, reason = "each test file uses its own selection")]
pub(crate) use self::limit::end_within_a_minute;
#[allow(unused_imports, reason = "each test file uses its own selection")]
pub(crate) use self::ways::{InWay, board, in_every_way, in_way};

/// What a recorder took.
#[derive(Default)]
struct Record {
    events: Vec<Event>,
    lines: Vec<String>,
    wave: Option<Wave>,
    changes: Vec<Change>,
    /// The same in the compact form, whose events are compared at the end.
    compact: Writer,
    blocks: Vec<Block>,
}

impl Drop for Record {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.blocks.extend(self.compact.take());
            let blocks = self.blocks.iter();
            assert_eq!(blocks.flat_map(compact::events).collect::<Vec<_>>(), self.events, "in the compact form");
        }
    }
}

/// The events of a board.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Record>>);

impl Log {
    /// Begins to record a board that is complete.
    pub(crate) fn of(sim: &Sim) -> Log {
        limit::end_within_a_minute();
        let log = Log::default();
        sim.trace_to(Box::new(log.clone()));
        log
    }

    fn with<R>(&self, f: impl FnOnce(&mut Record) -> R) -> R {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the events as text, without their times.
    pub(crate) fn take(&self) -> Vec<String> {
        let lines = self.with(|record| std::mem::take(&mut record.lines));
        lines.into_iter().map(|line| line.split_once(' ').map_or(String::new(), |(_, what)| what.to_string())).collect()
    }

    /// Takes the events as text.
    pub(crate) fn take_lines(&self) -> Vec<String> {
        self.with(|record| std::mem::take(&mut record.lines))
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.with(|record| record.events.clone())
    }

    /// Returns the wires and their changes.
    pub(crate) fn wave(&self) -> (Vec<Signal>, Vec<Change>) {
        self.with(|record| {
            let changes = &mut record.changes;
            let wave = record.wave.as_mut().expect("a topology came first");
            wave.finish(&mut |change| changes.push(change));
            (wave.signals().to_vec(), changes.clone())
        })
    }
}

impl TraceSink for Log {
    fn topology(&mut self, topology: &Topology) {
        self.with(|record| {
            record.wave = Some(Wave::new(topology));
            record.blocks.extend(record.compact.topology(topology));
        });
    }

    fn takes_runs(&self) -> bool {
        ways::takes_runs()
    }

    fn run(&mut self, run: &Run<'_>, topology: &Topology) {
        run.events().for_each(|event| self.note(&event, topology));
        self.with(|record| record.compact.run(run));
    }

    fn event(&mut self, event: &Event, topology: &Topology) {
        self.note(event, topology);
        self.with(|record| record.compact.event(event));
    }
}

impl Log {
    fn note(&self, event: &Event, topology: &Topology) {
        self.with(|record| {
            record.events.push(*event);
            let line = event.text(topology).to_string();
            ways::note(&line);
            record.lines.push(line);
            let changes = &mut record.changes;
            if let Some(wave) = &mut record.wave {
                wave.event(event, &mut |change| changes.push(change));
            }
        });
    }
}

/// An I2C target that counts up from `next`, acknowledges `accepts` bytes of a write, and notes what it hears.
pub(crate) struct Target {
    pub(crate) address: Address,
    pub(crate) next: u8,
    pub(crate) accepts: usize,
    pub(crate) heard: Vec<String>,
}

impl Target {
    pub(crate) fn at(address: u8) -> Target {
        Target { address: Address::SevenBit(address), next: 0x10, accepts: usize::MAX, heard: Vec::new() }
    }

    pub(crate) fn at_ten_bit(address: u16) -> Target {
        Target { address: Address::TenBit(address), ..Target::at(0) }
    }
}

impl Part for Target {
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        Some(self)
    }
}

impl I2cTarget for Target {
    fn start(&mut self, address: Address, direction: Direction, _: &mut dyn Board) -> Ack {
        if address != self.address {
            return Ack::Nack;
        }
        self.heard.push(format!("start {direction:?}"));
        Ack::Ack
    }

    fn write(&mut self, byte: u8, _: &mut dyn Board) -> Ack {
        self.heard.push(format!("write {byte:02x}"));
        match self.accepts.checked_sub(1) {
            Some(left) => {
                self.accepts = left;
                Ack::Ack
            }
            None => Ack::Nack,
        }
    }

    fn read(&mut self, _: &mut dyn Board) -> u8 {
        self.heard.push(format!("read {:02x}", self.next));
        let byte = self.next;
        self.next = self.next.wrapping_add(1);
        byte
    }

    fn stop(&mut self, _: &mut dyn Board) {
        self.heard.push("stop".to_string());
    }
}

/// An SPI target that gives prepared answers, then 0xff, and notes what it hears and when.
pub(crate) struct Peripheral {
    pub(crate) mode: Mode,
    pub(crate) answers: VecDeque<u8>,
    pub(crate) heard: Vec<String>,
}

impl Peripheral {
    pub(crate) fn answering(answers: &[u8]) -> Peripheral {
        Peripheral { mode: MODE_0, answers: answers.iter().copied().collect(), heard: Vec::new() }
    }
}

impl Part for Peripheral {
    fn spi(&mut self) -> Option<&mut dyn SpiTarget> {
        Some(self)
    }
}

impl SpiTarget for Peripheral {
    fn accepts(&self, mode: Mode) -> bool {
        mode == self.mode
    }

    fn select(&mut self, board: &mut dyn Board) {
        self.heard.push(format!("{} select", board.now_ns()));
    }

    fn transfer(&mut self, mosi: u8, board: &mut dyn Board) -> u8 {
        self.heard.push(format!("{} {mosi:02x}", board.now_ns()));
        self.answers.pop_front().unwrap_or(0xff)
    }

    fn deselect(&mut self, board: &mut dyn Board) {
        self.heard.push(format!("{} deselect", board.now_ns()));
    }
}
