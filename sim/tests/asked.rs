//! A bus asks a part about the addresses that it names, and one that names none about every address. Nothing on the wires depends on
//! which of the two a part does.

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};

use embedded_hal::i2c::{I2c as _, Operation};
use wasm_embedded_sim::{Ack, Address, Board, Direction, Event, I2cTarget, Part, Sim, Topology, TraceSink};

/// What a part was asked about.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<Address>>>);

impl Heard {
    fn take(&self) -> Vec<Address> {
        std::mem::take(&mut *self.0.lock().expect("no test panics with it"))
    }

    /// Returns the addresses of seven bits, and empties the list.
    fn seven_bit(&self) -> Vec<u8> {
        let seven_bit = |address| if let Address::SevenBit(address) = address { Some(address) } else { None };
        self.take().into_iter().filter_map(seven_bit).collect()
    }
}

/// A part that keeps what it is asked about, and acknowledges what it is told to.
struct Asked {
    names: Option<RangeInclusive<u8>>,
    acknowledges: Vec<Address>,
    /// The address that it has from its next byte on.
    moves_to: Option<u8>,
    heard: Heard,
    last: u8,
    /// Whether some of the bytes that it is sent are not acknowledged.
    refuses: bool,
}

impl Asked {
    fn new(names: Option<RangeInclusive<u8>>, acknowledges: impl IntoIterator<Item = u8>) -> Asked {
        let acknowledges = acknowledges.into_iter().map(Address::SevenBit).collect();
        Asked { names, acknowledges, moves_to: None, heard: Heard::default(), last: 0x5a, refuses: false }
    }
}

impl Part for Asked {
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        Some(self)
    }
}

impl I2cTarget for Asked {
    fn addresses(&self) -> Option<RangeInclusive<u8>> {
        self.names.clone()
    }

    fn start(&mut self, address: Address, _: Direction, _: &mut dyn Board) -> Ack {
        self.heard.0.lock().expect("no test panics with it").push(address);
        if self.acknowledges.contains(&address) { Ack::Ack } else { Ack::Nack }
    }

    fn write(&mut self, byte: u8, _: &mut dyn Board) -> Ack {
        self.last = self.last.wrapping_mul(31).wrapping_add(byte);
        if let Some(address) = self.moves_to.take() {
            self.acknowledges = vec![Address::SevenBit(address)];
        }
        if self.refuses && self.last.is_multiple_of(11) { Ack::Nack } else { Ack::Ack }
    }

    fn read(&mut self, _: &mut dyn Board) -> u8 {
        self.last = self.last.wrapping_add(1);
        self.last
    }

    fn stop(&mut self, _: &mut dyn Board) {
        self.last ^= 0x55;
    }
}

#[test]
fn a_part_is_asked_about_its_own_addresses_only_and_one_that_names_none_about_every_address() {
    let sim = Sim::new();
    let bus = sim.i2c_bus("i2c", 400_000);
    let add = |part: Asked| {
        let heard = part.heard.clone();
        sim.add_i2c(bus, part);
        heard
    };
    let one = add(Asked::new(Some(0x10..=0x10), [0x10]));
    let several = add(Asked::new(Some(0x12..=0x14), 0x12..=0x14));
    let mut i2c = sim.i2c(bus);
    let mut byte = [0; 1];
    for address in [0x10_u8, 0x11, 0x13, 0x15] {
        let found = i2c.write_read(address, &[1], &mut byte).is_ok();
        assert_eq!(found, [0x10_u8, 0x13].contains(&address), "{address:#x}");
    }
    assert_eq!(
        (one.seven_bit(), several.seven_bit()),
        (vec![0x10, 0x10], vec![0x13, 0x13]),
        "START and repeated START"
    );

    let any = add(Asked::new(None, [0x20]));
    assert!(i2c.write(0x11_u8, &[1]).is_err());
    assert!(i2c.write(0x20_u8, &[1]).is_ok());
    assert!(i2c.write(0x10_u8, &[1]).is_ok());
    assert_eq!((one.seven_bit(), several.seven_bit(), any.seven_bit()), (vec![0x10], vec![], vec![0x11, 0x20, 0x10]));
}

#[test]
fn the_general_call_and_ten_bits_reach_the_parts_that_name_no_addresses() {
    let sim = Sim::new();
    let bus = sim.i2c_bus("i2c", 400_000);
    let named = Asked::new(Some(0x10..=0x10), [0x10]);
    let mut general = Asked::new(None, [0x00, 0x11]);
    general.acknowledges.push(Address::TenBit(0x110));
    let heard = [&named, &general].map(|part| part.heard.clone());
    sim.add_i2c(bus, named);
    sim.add_i2c(bus, general);
    let mut i2c = sim.i2c(bus);
    i2c.write(0x00_u8, &[6]).expect("the general call is acknowledged");
    i2c.write(0x110_u16, &[7]).expect("ten bits are acknowledged");
    assert!(i2c.write(0x10_u16, &[8]).is_err(), "0x010 of ten bits is not 0x10 of seven");
    let [named, general] = heard.map(|heard| heard.take());
    assert_eq!((named, general.len()), (vec![], 3));
}

#[test]
fn a_part_that_changes_its_address_within_those_that_it_names_is_found_at_the_new_one() {
    let sim = Sim::new();
    let bus = sim.i2c_bus("i2c", 400_000);
    let mut part = Asked::new(Some(0x29..=0x30), [0x29]);
    part.moves_to = Some(0x30);
    sim.add_i2c(bus, part);
    let mut i2c = sim.i2c(bus);
    assert!(i2c.write(0x30_u8, &[1]).is_err());
    assert!(i2c.write(0x29_u8, &[1]).is_ok());
    assert!(i2c.write(0x29_u8, &[1]).is_err());
    assert!(i2c.write(0x30_u8, &[1]).is_ok());
}

/// An emulated controller may name another address after a repeated START, which embedded-hal's transactions do not.
#[test]
fn a_part_that_acknowledged_hears_of_another_address_in_the_same_transaction_and_takes_part_no_more() {
    let sim = Sim::new();
    let bus = sim.i2c_bus("i2c", 400_000);
    let parts = [Asked::new(Some(0x10..=0x10), [0x10]), Asked::new(Some(0x11..=0x11), [0x11])];
    let [first, second] = parts.each_ref().map(|part| part.heard.clone());
    for part in parts {
        sim.add_i2c(bus, part);
    }
    let mut chip = sim.chip();
    let mut start =
        |repeated, address| chip.i2c_start(bus, 2_500, repeated, Address::SevenBit(address), Direction::Write);
    assert_eq!((start(false, 0x10), start(true, 0x12), start(true, 0x11)), (Ack::Ack, Ack::Nack, Ack::Ack));
    assert_eq!((first.seven_bit(), second.seven_bit()), (vec![0x10, 0x12, 0x11], vec![0x11]));
    assert_eq!((start(false, 0x10), first.seven_bit(), second.seven_bit()), (Ack::Ack, vec![0x10], vec![]));
}

#[test]
fn two_parts_at_one_address_both_answer() {
    let sim = Sim::new();
    let bus = sim.i2c_bus("i2c", 400_000);
    let parts = [0x10..=0x12, 0x12..=0x14].map(|names| Asked::new(Some(names), [0x12]));
    let heard = parts.each_ref().map(|part| part.heard.clone());
    for (part, last) in parts.into_iter().zip([0xf2, 0x3e]) {
        sim.add_i2c(bus, Asked { last, ..part });
    }
    let mut byte = [0; 1];
    sim.i2c(bus).transaction(0x12_u8, &mut [Operation::Read(&mut byte)]).expect("both acknowledge");
    assert_eq!(byte, [0xf3 & 0x3f], "zeros win");
    assert_eq!(heard.map(|heard| heard.seven_bit()), [[0x12], [0x12]]);
}

/// Keeps what went over the wires.
struct Lines(Arc<Mutex<Vec<String>>>);

impl TraceSink for Lines {
    fn event(&mut self, event: &Event, topology: &Topology) {
        self.0.lock().expect("no test panics with it").push(event.text(topology).to_string());
    }
}

/// Runs random transactions on a bus of 64 parts, of which each third and each fifth share addresses with others, and returns the trace.
fn wires(named: impl Fn(u8) -> bool) -> Vec<String> {
    let sim = Sim::new();
    let bus = sim.i2c_bus("i2c", 400_000);
    let lines = Arc::new(Mutex::new(Vec::new()));
    sim.trace_to(Box::new(Lines(lines.clone())));
    for number in 0..64 {
        let last = 0x08 + number + if number % 3 == 0 { 2 } else { 0 };
        let first = if number % 5 == 0 { last - 1 } else { last };
        sim.add_i2c(bus, Asked { refuses: true, ..Asked::new(named(number).then_some(first..=last), first..=last) });
    }
    let mut i2c = sim.i2c(bus);
    let mut random = 12_345_u32;
    let mut next = |below: u32| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 16) % below
    };
    for _ in 0..2_000 {
        let address = u8::try_from(next(0x50)).expect("below 0x50");
        let (write, mut read, mut again) = ([1, 2, 3], [0; 2], [0; 1]);
        let mut operations = [Operation::Write(&write), Operation::Read(&mut read), Operation::Read(&mut again)];
        let count = usize::try_from(next(4)).expect("below 4");
        // What fails is in the trace.
        let _ = i2c.transaction(address, &mut operations[..count]);
    }
    drop(i2c);
    std::mem::take(&mut *lines.lock().expect("no test panics with it"))
}

#[test]
fn what_is_on_the_wires_does_not_depend_on_which_parts_name_their_addresses() {
    let unnamed = wires(|_| false);
    assert!(unnamed.len() > 5_000, "{} events", unnamed.len());
    assert_eq!(wires(|_| true), unnamed);
    assert_eq!(wires(|number| number % 7 != 0), unnamed);
}
