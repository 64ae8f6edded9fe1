//! Memories on I2C and SPI, addresses where nobody is, and a bus that is held.

mod support;

use support::{END, bare, machine, memories, run_until, said, same_as_under_the_command};
use wasm_embedded_sim::parts::W25q;
use wasm_embedded_sim::{Ack, Address, Board, Direction, I2cTarget, Part};

#[test]
fn memories_and_addresses_where_nobody_is() {
    let (wires, _, flash) = memories();
    let machine = same_as_under_the_command("buses", wires, &["spi clock idle high"]);
    let bytes = machine.wires().sim().with_part::<W25q, _>(flash, |part, _| part.bytes()).expect("the memory is there");
    assert_eq!(bytes.get(0x1000..0x100c), Some(&b"by the wire\xff"[..]));
}

#[test]
fn the_select_line_keeps_the_times_of_the_policy() {
    let (wires, ..) = memories();
    let mut machine = machine(wires, &["buses"]);
    run_until(&mut machine, END);
    let trace = machine.wires().trace();
    let first = times(&trace, "flash select", "spi > ");
    let last = times(&trace, "spi > ", "flash deselect");
    assert_eq!((first.len(), last.len()), (7, 7), "transactions of the flash memory:\n{}", trace.join("\n"));
    // An event of a byte is its beginning, and the byte takes 0.8 us or a little more.
    assert!(first.iter().all(|ns| (2_000..5_000).contains(ns)), "from select to the first byte {first:?} ns, not 2 us");
    assert!(
        last.iter().all(|ns| (10_800..14_000).contains(ns)),
        "from the last byte to deselect {last:?} ns, not 10.8 us"
    );
}

/// Returns the times between events that follow each other directly, in nanoseconds.
fn times(trace: &[String], one: &str, other: &str) -> Vec<u64> {
    let at_ns = |line: &str| line.split(' ').next().and_then(|time| time.replace('.', "").parse::<u64>().ok());
    let pairs = trace.windows(2).filter(|pair| pair[0].contains(one) && pair[1].contains(other));
    pairs.filter_map(|pair| Some(at_ns(&pair[1])? - at_ns(&pair[0])?)).collect()
}

/// A part that has an address of ten bits, and answers each byte with what it adds up to 0xff.
#[derive(Debug)]
struct Complement(u8);

impl Part for Complement {
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        Some(self)
    }
}

impl I2cTarget for Complement {
    fn start(&mut self, address: Address, _: Direction, _: &mut dyn Board) -> Ack {
        if address == Address::TenBit(0x155) { Ack::Ack } else { Ack::Nack }
    }

    fn write(&mut self, byte: u8, _: &mut dyn Board) -> Ack {
        self.0 = !byte;
        Ack::Ack
    }

    fn read(&mut self, _: &mut dyn Board) -> u8 {
        self.0
    }

    fn stop(&mut self, _: &mut dyn Board) {}
}

#[test]
fn a_part_with_an_address_of_ten_bits_answers() {
    let (wires, bus, _) = memories();
    wires.sim().add_i2c(bus, Complement(0));
    let mut machine = machine(wires, &["buses"]);
    run_until(&mut machine, END);
    let said = said(&machine).join("\n");
    assert!(said.contains("ten bits: Ok(()) [ca, ca]"), "{said}");
}

#[test]
fn a_bus_whose_lines_stay_low_is_an_error_after_a_quarter_of_a_second() {
    // Pins 8 and 9 have nothing on them, nor a pull-up: what a short to ground does.
    let mut machine = machine(bare(), &["buses"]);
    run_until(&mut machine, "eeprom: written Err(Bus), busy: Err(Bus)");
    let milliseconds = machine.now_ns() / 1_000_000;
    assert!((500..700).contains(&milliseconds), "the start and two transactions took {milliseconds} ms");
    assert_eq!(machine.bites(), 0, "the watchdog bit:\n{}", machine.wires().log());
}
