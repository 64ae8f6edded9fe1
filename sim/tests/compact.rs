//! The compact form of a trace gives back what it was given, from each block by itself, and takes any bytes for an answer.

mod common;

use common::{Log, Peripheral, Target, compact};
use embedded_hal::i2c::I2c as _;
use embedded_hal::spi::{Operation, SpiDevice as _};
use std::sync::{Arc, Mutex, PoisonError};
use wasm_embedded_sim::trace::compact::{Block, Damaged, Reader, Writer};
use wasm_embedded_sim::{
    Ack, Address, Board, Change, Direction, Drive, Event, I2cTarget, Net, Part, Run, Sim, SpiSettings, SpiTarget,
    Topology, TraceSink, Wave,
};

/// Makes blocks of what it takes.
#[derive(Clone, Default)]
struct Blocks(Arc<Mutex<(Writer, Vec<Block>, usize)>>);

impl Blocks {
    fn of(sim: &Sim) -> Blocks {
        let blocks = Blocks::default();
        sim.trace_to(Box::new(blocks.clone()));
        blocks
    }

    fn with<R>(&self, f: impl FnOnce(&mut Writer, &mut Vec<Block>) -> R) -> R {
        let (writer, blocks, _) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        f(writer, blocks)
    }

    fn take(&self) -> Vec<Block> {
        self.with(|writer, blocks| {
            blocks.extend(writer.take());
            std::mem::take(blocks)
        })
    }
}

impl TraceSink for Blocks {
    fn topology(&mut self, topology: &Topology) {
        self.with(|writer, blocks| blocks.extend(writer.topology(topology)));
    }

    fn event(&mut self, event: &Event, _: &Topology) {
        self.with(|writer, blocks| {
            writer.event(event);
            blocks.extend(writer.is_full().then(|| writer.take()).flatten());
        });
    }

    fn takes_runs(&self) -> bool {
        true
    }

    fn run(&mut self, run: &Run<'_>, _: &Topology) {
        self.with(|writer, blocks| {
            writer.run(run);
            blocks.extend(writer.is_full().then(|| writer.take()).flatten());
        });
    }
}

/// A part that drives a net while bytes go over its bus: low at every third byte, high at every fifth.
struct Busy {
    net: Net,
    bytes: u32,
}

impl Busy {
    fn step(&mut self, board: &mut dyn Board) -> u8 {
        self.bytes += 1;
        if self.bytes.is_multiple_of(3) {
            board.drive(self.net, Drive::Low);
        }
        if self.bytes.is_multiple_of(5) {
            board.drive(self.net, Drive::High);
        }
        self.bytes.to_le_bytes()[0]
    }
}

impl Part for Busy {
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        Some(self)
    }

    fn spi(&mut self) -> Option<&mut dyn SpiTarget> {
        Some(self)
    }
}

impl I2cTarget for Busy {
    fn start(&mut self, _: Address, _: Direction, _: &mut dyn Board) -> Ack {
        Ack::Ack
    }

    fn write(&mut self, _: u8, board: &mut dyn Board) -> Ack {
        self.step(board);
        if self.bytes.is_multiple_of(7) { Ack::Nack } else { Ack::Ack }
    }

    fn read(&mut self, board: &mut dyn Board) -> u8 {
        self.step(board)
    }

    fn stop(&mut self, _: &mut dyn Board) {}
}

impl SpiTarget for Busy {
    fn accepts(&self, _: embedded_hal::spi::Mode) -> bool {
        true
    }

    fn select(&mut self, _: &mut dyn Board) {}

    fn transfer(&mut self, _: u8, board: &mut dyn Board) -> u8 {
        self.step(board)
    }

    fn deselect(&mut self, _: &mut dyn Board) {}
}

/// Runs traffic with parts that act in the middle of it, and returns what `watch` returns after it.
fn traffic<W>(rounds: usize, watch: impl FnOnce(&Sim) -> W) -> W {
    let sim = Sim::new();
    let (bus, spi) = (sim.i2c_bus("i2c", 400_000), sim.spi_bus("spi"));
    let select = sim.spi_select(spi, "device", SpiSettings::default());
    let (net, other) = (sim.net("INT"), sim.net("IRQ"));
    sim.add_i2c(bus, Busy { net, bytes: 0 });
    sim.add_spi(select, Busy { net: other, bytes: 0 });
    let watcher = watch(&sim);
    let (mut i2c, mut device) = (sim.i2c(bus), sim.spi_device(select));
    for round in 0..rounds {
        let mut read = [0; 9];
        // Some writes are refused, as the part has it.
        let _ = i2c.write_read(0x20_u8, &[1, 2, 3], &mut read[..1 + round % 9]);
        let mut words = [7; 11];
        let mut half = [0; 4];
        let operations = &mut [
            Operation::Write(&[9; 6]),
            Operation::Read(&mut half),
            Operation::TransferInPlace(&mut words),
            Operation::DelayNs(300),
        ];
        device.transaction(operations).expect("no fault is armed");
    }
    watcher
}

#[test]
fn runs_are_the_events_that_a_sink_without_them_hears() {
    let events = traffic(50, Log::of).events();
    let blocks = traffic(50, Blocks::of).take();
    assert_eq!(blocks.iter().flat_map(compact::events).collect::<Vec<_>>(), events);
    assert!(events.iter().filter(|event| matches!(event.kind, wasm_embedded_sim::EventKind::Net { .. })).count() > 100);
}

#[test]
fn each_block_can_be_read_by_itself_with_its_levels_and_begins_where_nothing_is_under_way() {
    let log = traffic(4_000, Log::of);
    let events = log.events();
    let blocks = traffic(4_000, Blocks::of).take();
    assert!(blocks.len() > 2, "{} blocks", blocks.len());
    let changes = |blocks: &[Block]| {
        let first = blocks.first().expect("a block");
        let mut wave = Wave::new(Reader::new(&first.bytes, first.start_ns).expect("names").topology());
        let mut changes: Vec<Change> = Vec::new();
        for event in blocks.iter().flat_map(compact::events) {
            wave.event(&event, &mut |change| changes.push(change));
        }
        wave.finish(&mut |change| changes.push(change));
        changes
    };
    let all = changes(&blocks);
    let mut skipped = 0;
    for (index, block) in blocks.iter().enumerate() {
        assert!(block.is_idle && block.bytes.len() < 70_000, "block {index}: {} bytes", block.bytes.len());
        let rest: Vec<_> = all.iter().filter(|change| change.at_ns > block.start_ns + 5_000).copied().collect();
        let mut alone = changes(&blocks[index..]);
        alone.retain(|change| change.at_ns > block.start_ns + 5_000);
        let differs = (0..).zip(alone.iter().zip(&rest)).find(|(_, (one, other))| one != other);
        assert!(alone.len() == rest.len() && differs.is_none(), "from block {index} on: {differs:?}");
        let own = compact::events(block);
        assert_eq!(own, events[skipped..skipped + own.len()]);
        skipped += own.len();
    }
    assert_eq!(skipped, events.len());
}

#[test]
fn a_long_trace_takes_little_more_than_what_it_carries() {
    let sim = Sim::new();
    let bus = sim.i2c_bus("i2c", 400_000);
    sim.add_i2c(bus, Target::at(0x3c));
    let select = sim.spi_select(sim.spi_bus("spi"), "flash", SpiSettings::default());
    sim.add_spi(select, Peripheral::answering(&[]));
    let blocks = Blocks::of(&sim);
    let size = || blocks.take().iter().map(|block| block.bytes.len()).sum::<usize>();
    let mut i2c = sim.i2c(bus);
    (0..1_000).for_each(|_| i2c.write(0x3c_u8, &[0x40; 17]).expect("it answers"));
    assert!(size() <= 1_000 * (17 + 8), "an I2C write of 17 bytes");
    (0..1_000).for_each(|_| i2c.write_read(0x3c_u8, &[0], &mut [0; 8]).expect("it answers"));
    assert!(size() <= 1_000 * (9 + 17), "an I2C read of 8 bytes");
    sim.spi_device(select).write(&(0..=255).cycle().take(100_000).collect::<Vec<u8>>()).expect("no fault is armed");
    assert!(size() <= 100_000 + 200, "an SPI write, to which nobody answers");
}

#[test]
fn whatever_a_block_says_it_is_read_or_refused() {
    let block = traffic(3, Blocks::of).take().remove(0);
    let read = |bytes: &[u8]| -> Result<usize, Damaged> {
        let mut reader = Reader::new(bytes, 0)?;
        let mut records = 0;
        while reader.next(|record, topology| format!("{record:?} {topology:?}").len())?.is_some() {
            records += 1;
        }
        Ok(records)
    };
    let whole = read(&block.bytes).expect("it was written so");
    for len in 0..block.bytes.len() {
        assert!(read(&block.bytes[..len]).is_err() || read(&block.bytes[..len]).is_ok_and(|records| records < whole));
    }
    for index in 0..block.bytes.len() {
        for bit in 0..8 {
            let mut bytes = block.bytes.clone();
            bytes[index] ^= 1 << bit;
            // Either is right: it ends, and does not panic.
            let _ = read(&bytes);
        }
    }
    assert_eq!(Reader::new(&[0xff; 20], 0).err(), Some(Damaged::Number));
    assert_eq!(Reader::new(&[0x10], 0).err(), Some(Damaged::CutOff));
    let empty = [0; 5];
    assert_eq!(read(&empty), Ok(0));
    assert_eq!(read(&[&empty[..], &[3]].concat()), Err(Damaged::Nowhere));
    assert_eq!(read(&[&empty[..], &[0x7f]].concat()), Err(Damaged::Record(0x7f)));
}
