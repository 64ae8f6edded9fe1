//! Faults of I2C: each shows on the wires, has the kind that embedded-hal names, and leaves an idle bus behind.

mod common;

use common::{InWay, Log, Target, board, in_every_way, in_way};
use embedded_hal::i2c::{Error as _, ErrorKind, I2c, NoAcknowledgeSource};
use wasm_embedded_sim::fault::{Fault, Flip, I2cFailure, I2cFault, Targets, When};
use wasm_embedded_sim::{Address, PartId, Sim, SimI2c};

const AT: u8 = 0x42;
const NACK_ADDRESS: ErrorKind = ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address);
const NACK_DATA: ErrorKind = ErrorKind::NoAcknowledge(NoAcknowledgeSource::Data);

struct Bench {
    sim: Sim,
    part: PartId,
    log: Log,
    i2c: InWay<SimI2c>,
}

impl Bench {
    /// A board whose second transaction is struck.
    fn new(fault: I2cFault) -> Bench {
        let sim = board();
        let bus = sim.i2c_bus("i2c", 400_000);
        let part = sim.add_i2c(bus, Target::at(AT));
        sim.inject(Fault::I2c { bus, targets: Targets::from(AT), fault }, When::always().after(1).times(1));
        let mut bench = Bench { log: Log::of(&sim), i2c: in_way(&sim, sim.i2c(bus)), sim, part };
        assert_eq!(bench.exchange(), Ok([0x10, 0x11]));
        bench.wires();
        bench.heard();
        bench
    }

    fn exchange(&mut self) -> Result<[u8; 2], ErrorKind> {
        let mut answer = [0; 2];
        self.i2c.write_read(AT, &[0x07], &mut answer).map(|()| answer).map_err(|error| error.kind())
    }

    fn wires(&self) -> Vec<String> {
        self.log.take().iter().map(|line| line.replace("i2c ", "")).collect()
    }

    fn heard(&self) -> Vec<String> {
        self.sim.with_part(self.part, |target: &mut Target, _| std::mem::take(&mut target.heard)).expect("a part")
    }
}

/// Strikes a write-read, and returns its outcome and what was on the wires. What follows must be as if nothing had been.
fn struck(fault: I2cFault) -> (Result<[u8; 2], ErrorKind>, Vec<String>) {
    let mut bench = Bench::new(fault);
    let outcome = bench.exchange();
    let wires = bench.wires();
    let next = bench.exchange().expect("the cause is gone");
    assert_eq!(next[1], next[0].wrapping_add(1));
    let clean = bench.wires();
    assert_eq!((clean.first().map(String::as_str), clean.len()), (Some("start"), 8), "{clean:?}");
    (outcome, wires)
}

const CLEAN: [&str; 8] =
    ["start", "0x42 write ack", "> 0x07 ack", "repeated start", "0x42 read ack", "< 0x12 ack", "< 0x13 nack", "stop"];

/// The events of a clean exchange up to one, then others.
fn up_to(clean: usize, then: &[&str]) -> Vec<String> {
    CLEAN.iter().take(clean).chain(then).map(ToString::to_string).collect()
}

fn with_fault(name: &str, wires: Vec<String>) -> Vec<String> {
    std::iter::once(format!("fault {name}")).chain(wires).collect()
}

#[test]
fn acknowledges_that_fail_to_come_have_their_source() {
    in_every_way(|| {
        let (outcome, wires) = struck(I2cFault::NackAddress);
        assert_eq!(outcome, Err(NACK_ADDRESS));
        assert_eq!(wires, with_fault("nack-address", up_to(1, &["0x42 write nack", "stop"])));
        let (outcome, wires) = struck(I2cFault::NackRepeatedStart);
        assert_eq!(outcome, Err(NACK_ADDRESS));
        assert_eq!(wires, with_fault("nack-repeated-start", up_to(4, &["0x42 read nack", "stop"])));
        let (outcome, wires) = struck(I2cFault::NackData { written: 0 });
        assert_eq!(outcome, Err(NACK_DATA));
        assert_eq!(wires, with_fault("nack-data", up_to(2, &["> 0x07 nack", "stop"])));
    });
}

#[test]
fn a_nack_that_the_controller_ignores_reads_as_ones() {
    in_every_way(|| {
        let mut bench = Bench::new(I2cFault::IgnoredNack);
        assert_eq!(bench.exchange(), Ok([0xff, 0xff]));
        assert_eq!(bench.heard(), Vec::<String>::new());
        assert_eq!(bench.wires()[2..4], ["0x42 write nack", "> 0x07 nack"]);
    });
}

#[test]
fn arbitration_is_lost_at_any_byte() {
    in_every_way(|| {
        for (byte, clean) in [(0, 1), (1, 2), (2, 4), (3, 5)] {
            let (outcome, wires) = struck(I2cFault::ArbitrationLoss { byte });
            assert_eq!(outcome, Err(ErrorKind::ArbitrationLoss));
            assert_eq!(wires, with_fault("arbitration-loss", up_to(clean, &["arbitration lost", "stop"])));
        }
    });
}

#[test]
fn stretching_takes_time_and_past_the_limit_ends_the_transaction() {
    in_every_way(|| {
        let (outcome, wires) = struck(I2cFault::Stretch { byte: Some(1), ns: 500_000 });
        assert_eq!(outcome, Ok([0x12, 0x13]));
        let mut expected = up_to(8, &[]);
        expected.insert(2, "SCL held for 500000 ns".to_owned());
        assert_eq!(wires, with_fault("stretch", expected));
        let (outcome, wires) = struck(I2cFault::Stretch { byte: Some(1), ns: 35_000_001 });
        assert_eq!(outcome, Err(ErrorKind::Bus));
        assert_eq!(wires, with_fault("stretch", up_to(2, &["SCL held for 35000000 ns", "stop"])));
    });
}

#[test]
fn a_stuck_sda_is_freed_by_up_to_nine_clocks() {
    in_every_way(|| {
        for clocks in [1, 9] {
            let (outcome, wires) = struck(I2cFault::SdaStuck { clocks: Some(clocks) });
            assert_eq!(outcome, Ok([0x12, 0x13]));
            assert_eq!(wires.iter().filter(|line| *line == "clock").count(), usize::from(clocks));
            assert_eq!(wires[wires.len() - 9..], [&["stop".to_owned()], &up_to(8, &[])[..]].concat());
        }
        for clocks in [Some(10), None] {
            let (outcome, wires) = struck(I2cFault::SdaStuck { clocks });
            assert_eq!(outcome, Err(ErrorKind::Bus));
            assert_eq!(wires.iter().filter(|line| *line == "clock").count(), 9);
            assert!(!wires.iter().any(|line| line == "start" || line == "stop"), "{wires:?}");
        }
    });
}

#[test]
fn a_stuck_scl_lets_nothing_begin() {
    in_every_way(|| {
        let (outcome, wires) = struck(I2cFault::SclStuck);
        assert_eq!(outcome, Err(ErrorKind::Bus));
        assert_eq!(wires, ["fault scl-stuck", "SCL held for 35000000 ns"]);
    });
}

#[test]
fn a_spurious_condition_is_a_fault_of_the_bus() {
    in_every_way(|| {
        let (outcome, wires) = struck(I2cFault::SpuriousStop { byte: 1 });
        assert_eq!(outcome, Err(ErrorKind::Bus));
        assert_eq!(wires, with_fault("spurious-stop", up_to(2, &["stop"])));
        let (outcome, wires) = struck(I2cFault::SpuriousStart { byte: 1 });
        assert_eq!(outcome, Err(ErrorKind::Bus));
        assert_eq!(wires, with_fault("spurious-start", up_to(2, &["repeated start", "0x7f read nack", "stop"])));
    });
}

#[test]
fn flipped_bits_are_seen_by_the_one_that_reads() {
    in_every_way(|| {
        let (outcome, _) = struck(I2cFault::FlipRead(Flip { byte: 1, bytes: 1, mask: 0x81 }));
        assert_eq!(outcome, Ok([0x12, 0x13 ^ 0x81]));
        let (outcome, _) = struck(I2cFault::FlipRead(Flip { byte: 0, bytes: 9, mask: 0xff }));
        assert_eq!(outcome, Ok([!0x12, !0x13]));
        let mut bench = Bench::new(I2cFault::FlipWrite(Flip { byte: 0, bytes: 1, mask: 0x70 }));
        assert_eq!(bench.exchange(), Ok([0x12, 0x13]));
        assert_eq!(bench.heard()[1], "write 77");
    });
}

#[test]
fn a_line_without_a_target_reads_as_its_level_and_two_targets_as_their_zeros() {
    in_every_way(|| {
        assert_eq!(struck(I2cFault::ReadAs { value: 0x00 }).0, Ok([0, 0]));
        assert_eq!(struck(I2cFault::ReadAs { value: 0xff }).0, Ok([0xff, 0xff]));
        assert_eq!(struck(I2cFault::Duplicate { value: 0xf1 }).0, Ok([0x10, 0x11]));
    });
}

#[test]
fn a_failing_controller_ends_its_transaction() {
    in_every_way(|| {
        let (outcome, wires) = struck(I2cFault::ShortRead { read: 1 });
        assert_eq!((outcome, wires), (Err(ErrorKind::Bus), with_fault("short-read", up_to(6, &["stop"]))));
        for (error, kind) in [
            (I2cFailure::Bus, ErrorKind::Bus),
            (I2cFailure::Overrun, ErrorKind::Overrun),
            (I2cFailure::Other, ErrorKind::Other),
        ] {
            let (outcome, wires) = struck(I2cFault::Fail { byte: 3, error });
            assert_eq!((outcome, wires), (Err(kind), with_fault("fail", up_to(5, &["stop"]))));
        }
    });
}

#[test]
fn another_controller_writes_before_the_transaction() {
    in_every_way(|| {
        let mut bench = Bench::new(I2cFault::OtherController { address: Address::SevenBit(AT), bytes: vec![9, 8] });
        assert_eq!(bench.exchange(), Ok([0x12, 0x13]));
        assert_eq!(bench.heard()[..4], ["start Write", "write 09", "write 08", "stop"]);
        assert_eq!(
            bench.wires()[..6],
            ["fault other-controller", "start", "0x42 write ack", "> 0x09 ack", "> 0x08 ack", "stop"]
        );
    });
}

#[test]
fn only_the_addresses_and_the_bus_of_a_fault_are_struck() {
    in_every_way(|| {
        let sim = board();
        let (bus, other) = (sim.i2c_bus("one", 100_000), sim.i2c_bus("other", 100_000));
        for bus in [bus, other] {
            for address in [0x10, 0x11, 0x12] {
                sim.add_i2c(bus, Target::at(address));
            }
            sim.add_i2c(bus, Target::at_ten_bit(0x11));
        }
        let fault = Fault::I2c { bus, targets: Targets::from(0x11..=0x12), fault: I2cFault::NackAddress };
        let id = sim.inject(fault, When::always());
        let (mut i2c, mut elsewhere) = (in_way(&sim, sim.i2c(bus)), in_way(&sim, sim.i2c(other)));
        assert_eq!([0x10, 0x11, 0x12_u8].map(|at| i2c.write(at, &[]).is_ok()), [true, false, false]);
        assert_eq!([0x10, 0x11, 0x12_u8].map(|at| elsewhere.write(at, &[]).is_ok()), [true; 3]);
        assert!(i2c.write(0x11_u16, &[]).is_ok());
        assert_eq!(sim.strikes(id), 2);
        sim.withdraw(id);
        assert!(i2c.write(0x11_u8, &[]).is_ok());
    });
}

#[test]
fn a_run_with_chances_is_the_same_every_time() {
    in_every_way(|| {
        let run = |seed| {
            let sim = board();
            let bus = sim.i2c_bus("i2c", 400_000);
            sim.add_i2c(bus, Target::at(AT));
            let log = Log::of(&sim);
            let when = When::always().chance(300_000, seed);
            sim.inject(Fault::I2c { bus, targets: Targets::All, fault: I2cFault::NackData { written: 2 } }, when);
            let failed = (0..100).filter(|_| in_way(&sim, sim.i2c(bus)).write(AT, &[1, 2, 3, 4]).is_err()).count();
            assert!((15..45).contains(&failed), "{failed}");
            log.take_lines()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
    });
}

#[test]
fn faults_strike_without_a_trace_too() {
    in_every_way(|| {
        for traced in [false, true] {
            let sim = board();
            let bus = sim.i2c_bus("i2c", 400_000);
            sim.add_i2c(bus, Target::at(AT));
            let _log = traced.then(|| Log::of(&sim));
            let flip = I2cFault::FlipRead(Flip { byte: 2, bytes: 1, mask: 0x80 });
            sim.inject(Fault::I2c { bus, targets: Targets::All, fault: flip }, When::always().after(1).times(1));
            let mut i2c = in_way(&sim, sim.i2c(bus));
            let reads = [(); 3].map(|()| {
                let mut answer = [0; 3];
                i2c.read(AT, &mut answer).map(|()| answer)
            });
            let expected = [Ok([0x10, 0x11, 0x12]), Ok([0x13, 0x14, 0x95]), Ok([0x16, 0x17, 0x18])];
            assert_eq!(reads, expected, "traced: {traced}");
        }
    });
}
