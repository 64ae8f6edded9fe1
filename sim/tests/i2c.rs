//! What an I2C transaction puts on the wires. The rules are those of embedded-hal 1.0's `I2c`.

mod common;

use common::{InWay, Log, Target, board, in_every_way, in_way};
use embedded_hal::i2c::{Error, ErrorKind, I2c, NoAcknowledgeSource, Operation};
use wasm_embedded_sim::{
    Ack, Address, Board, Direction, Drive, I2cBusId, I2cError, I2cTarget, Level, Net, Part, PartId, Sim, SimI2c,
};

const AT: u8 = 0x42;

struct Bench {
    sim: Sim,
    bus: I2cBusId,
    part: PartId,
    log: Log,
    i2c: InWay<SimI2c>,
}

impl Bench {
    fn with(target: Target) -> Bench {
        let sim = board();
        let bus = sim.i2c_bus("i2c", 400_000);
        let part = sim.add_i2c(bus, target);
        Bench { log: Log::of(&sim), i2c: in_way(&sim, sim.i2c(bus)), sim, bus, part }
    }

    fn new() -> Bench {
        Bench::with(Target::at(AT))
    }

    fn run(&mut self, operations: &mut [Operation<'_>]) -> Result<(), I2cError> {
        I2c::<u8>::transaction(&mut self.i2c, AT, operations)
    }

    /// The events, without the name of the bus.
    fn wires(&self) -> Vec<String> {
        self.log.take().iter().map(|line| line.replace("i2c ", "")).collect()
    }

    fn heard(&self) -> Vec<String> {
        self.sim.with_part(self.part, |target: &mut Target, _| target.heard.clone()).expect("the part is there")
    }
}

#[test]
fn a_write_is_start_address_bytes_stop() {
    in_every_way(|| {
        let mut bench = Bench::new();
        assert_eq!(bench.i2c.write(AT, &[1, 2]), Ok(()));
        assert_eq!(bench.wires(), ["start", "0x42 write ack", "> 0x01 ack", "> 0x02 ack", "stop"]);
        assert_eq!(bench.heard(), ["start Write", "write 01", "write 02", "stop"]);
    });
}

#[test]
fn the_last_byte_of_a_read_is_not_acknowledged() {
    in_every_way(|| {
        let mut bench = Bench::new();
        let mut buffer = [0; 3];
        assert_eq!(bench.i2c.read(AT, &mut buffer), Ok(()));
        assert_eq!(buffer, [0x10, 0x11, 0x12]);
        assert_eq!(bench.wires(), ["start", "0x42 read ack", "< 0x10 ack", "< 0x11 ack", "< 0x12 nack", "stop"]);
    });
}

#[test]
fn a_change_of_direction_is_one_repeated_start() {
    in_every_way(|| {
        let mut bench = Bench::new();
        let mut buffer = [0; 1];
        assert_eq!(bench.i2c.write_read(AT, &[7], &mut buffer), Ok(()));
        let expected =
            ["start", "0x42 write ack", "> 0x07 ack", "repeated start", "0x42 read ack", "< 0x10 nack", "stop"];
        assert_eq!(bench.wires(), expected);
        assert_eq!(bench.heard(), ["start Write", "write 07", "start Read", "read 10", "stop"]);
    });
}

#[test]
fn adjacent_operations_of_one_direction_are_sent_as_one() {
    in_every_way(|| {
        let mut bench = Bench::new();
        let (mut a, mut b, mut c) = ([0; 2], [0; 1], [0; 1]);
        let mut operations = [
            Operation::Write(&[1]),
            Operation::Write(&[]),
            Operation::Write(&[2]),
            Operation::Read(&mut a),
            Operation::Read(&mut []),
            Operation::Read(&mut b),
            Operation::Read(&mut []),
            Operation::Write(&[3]),
            Operation::Read(&mut c),
        ];
        assert_eq!(bench.run(&mut operations), Ok(()));
        assert_eq!((a, b, c), ([0x10, 0x11], [0x12], [0x13]));
        let expected = [
            "start",
            "0x42 write ack",
            "> 0x01 ack",
            "> 0x02 ack",
            "repeated start",
            "0x42 read ack",
            "< 0x10 ack",
            "< 0x11 ack",
            "< 0x12 nack",
            "repeated start",
            "0x42 write ack",
            "> 0x03 ack",
            "repeated start",
            "0x42 read ack",
            "< 0x13 nack",
            "stop",
        ];
        assert_eq!(bench.wires(), expected);
    });
}

#[test]
fn an_address_nobody_acknowledges_is_told_apart_and_ends_with_stop() {
    in_every_way(|| {
        let mut bench = Bench::new();
        let error = bench.i2c.write(0x43_u8, &[1]).expect_err("nobody is there");
        assert_eq!(error.kind(), ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address));
        assert_eq!(bench.wires(), ["start", "0x43 write nack", "stop"]);
        assert!(bench.heard().is_empty());
    });
}

#[test]
fn a_byte_nobody_acknowledges_is_told_apart_and_ends_with_stop() {
    in_every_way(|| {
        let mut bench = Bench::with(Target { accepts: 1, ..Target::at(AT) });
        let error = bench.i2c.write(AT, &[1, 2, 3]).expect_err("one byte is accepted");
        assert_eq!(error.kind(), ErrorKind::NoAcknowledge(NoAcknowledgeSource::Data));
        assert_eq!(bench.wires(), ["start", "0x42 write ack", "> 0x01 ack", "> 0x02 nack", "stop"]);
        assert_eq!(bench.heard().last().map(String::as_str), Some("stop"));
    });
}

#[test]
fn the_last_byte_of_a_write_is_checked_too() {
    in_every_way(|| {
        for traced in [true, false] {
            let mut bench = Bench::with(Target { accepts: 1, ..Target::at(AT) });
            if !traced {
                bench.sim.end_trace();
            }
            assert_eq!(bench.i2c.write(AT, &[1, 2]), Err(I2cError::NoAcknowledgeData));
        }
    });
}

#[test]
fn the_transaction_after_an_error_succeeds() {
    in_every_way(|| {
        let mut bench = Bench::new();
        assert!(bench.i2c.write(0x43_u8, &[1]).is_err());
        assert_eq!(bench.i2c.write(AT, &[1]), Ok(()));
    });
}

#[test]
fn no_operations_are_no_traffic() {
    in_every_way(|| {
        let mut bench = Bench::new();
        assert_eq!(bench.run(&mut []), Ok(()));
        assert!(bench.wires().is_empty());
        assert_eq!(bench.sim.now_ns(), 0);
    });
}

#[test]
fn a_write_of_no_bytes_only_addresses() {
    in_every_way(|| {
        let mut bench = Bench::new();
        assert_eq!(bench.i2c.write(AT, &[]), Ok(()));
        assert_eq!(bench.wires(), ["start", "0x42 write ack", "stop"]);
        assert_eq!(bench.i2c.write(0x43_u8, &[]), Err(I2cError::NoAcknowledgeAddress));
    });
}

#[test]
fn a_read_of_no_bytes_is_refused_before_the_start() {
    in_every_way(|| {
        let mut bench = Bench::new();
        let error = bench.i2c.write_read(AT, &[1], &mut []).expect_err("nothing can be read");
        assert_eq!((error, error.kind()), (I2cError::Unsupported, ErrorKind::Other));
        assert!(bench.wires().is_empty());
    });
}

#[test]
fn addresses_that_do_not_fit_are_refused_before_the_start() {
    in_every_way(|| {
        let mut bench = Bench::new();
        for address in [0x80, 0xc2, 0xff_u8] {
            assert_eq!(bench.i2c.write(address, &[1]), Err(I2cError::InvalidAddress));
        }
        for address in [0x400, 0xffff_u16] {
            assert_eq!(bench.i2c.write(address, &[1]), Err(I2cError::InvalidAddress));
        }
        assert!(bench.wires().is_empty());
    });
}

#[test]
fn a_ten_bit_address_is_not_the_seven_bit_one() {
    in_every_way(|| {
        let mut bench = Bench::new();
        assert_eq!(bench.i2c.write(0x42_u16, &[1]), Err(I2cError::NoAcknowledgeAddress));
        assert_eq!(bench.wires(), ["start", "0x042 write nack", "stop"]);
    });
}

#[test]
fn a_ten_bit_read_sends_the_whole_address_first() {
    in_every_way(|| {
        let mut bench = Bench::with(Target::at_ten_bit(0x2a5));
        let mut buffer = [0; 1];
        assert_eq!(bench.i2c.read(0x2a5_u16, &mut buffer), Ok(()));
        let expected = ["start", "0x2a5 write ack", "repeated start", "0x2a5 read ack", "< 0x10 nack", "stop"];
        assert_eq!(bench.wires(), expected);
        assert_eq!(bench.i2c.write_read(0x2a5_u16, &[9], &mut buffer), Ok(()));
        let expected =
            ["start", "0x2a5 write ack", "> 0x09 ack", "repeated start", "0x2a5 read ack", "< 0x11 nack", "stop"];
        assert_eq!(bench.wires(), expected);
    });
}

#[test]
fn parts_at_one_address_are_joined_by_the_wires() {
    in_every_way(|| {
        let mut bench = Bench::with(Target { next: 0b1100, accepts: 0, ..Target::at(AT) });
        let second = bench.sim.add_i2c(bench.bus, Target { next: 0b1010, ..Target::at(AT) });
        let mut buffer = [0; 1];
        assert_eq!(bench.i2c.write_read(AT, &[1], &mut buffer), Ok(()), "one acknowledge is enough");
        assert_eq!(buffer, [0b1000]);
        let heard = bench.sim.with_part(second, |target: &mut Target, _| target.heard.clone());
        assert_eq!(heard, Some(bench.heard().iter().map(|line| line.replace("read 0c", "read 0a")).collect()));
    });
}

#[test]
fn every_bit_takes_its_time() {
    in_every_way(|| {
        let mut bench = Bench::new();
        let mut buffer = [0; 2];
        assert_eq!(bench.i2c.write_read(AT, &[1], &mut buffer), Ok(()));
        // START 1, address 9, byte 9, repeated START 1.5, address 9, two bytes 18, STOP 1.
        assert_eq!(bench.sim.now_ns(), 2_500 * 485 / 10);
        let starts: Vec<u64> = bench.log.events().iter().map(|event| event.at_ns).collect();
        assert_eq!(starts, [0, 2_500, 25_000, 47_500, 51_250, 73_750, 96_250, 118_750]);
    });
}

#[test]
fn time_and_bytes_are_the_same_with_and_without_a_trace() {
    in_every_way(|| {
        let run = |traced: bool| {
            let mut bench = Bench::new();
            if !traced {
                bench.sim.end_trace();
            }
            let mut buffer = [0; 7];
            let result = bench.i2c.write_read(AT, &[1, 2, 3], &mut buffer);
            (result, buffer, bench.sim.now_ns(), bench.heard())
        };
        assert_eq!(run(true), run(false));
    });
}

#[test]
fn a_controller_can_have_a_frequency_of_its_own() {
    in_every_way(|| {
        let bench = Bench::new();
        let mut i2c = in_way(&bench.sim, bench.sim.i2c(bench.bus).at_frequency(100_000));
        assert_eq!(i2c.write(AT, &[]), Ok(()));
        assert_eq!(bench.sim.now_ns(), 11 * 10_000);
    });
}

#[test]
fn a_reference_and_a_direct_call_do_the_same() {
    in_every_way(|| {
        let mut bench = Bench::new();
        assert_eq!(bench.i2c.write(AT, &[1]), Ok(()));
        let direct = bench.wires();
        let mut reference = &mut bench.i2c;
        assert_eq!(I2c::<u8>::write(&mut reference, AT, &[1]), Ok(()));
        assert_eq!(bench.wires(), direct);
    });
}

#[test]
fn a_bus_of_another_board_is_an_error() {
    in_every_way(|| {
        let bus = Bench::new().bus;
        assert_eq!(in_way(&board(), board().i2c(bus)).write(AT, &[1]), Err(I2cError::NoSuchBus));
    });
}

#[test]
fn addresses_are_written_in_hexadecimal() {
    in_every_way(|| {
        assert_eq!(Address::SevenBit(0x7).to_string(), "0x07");
        assert_eq!(Address::TenBit(0x7).to_string(), "0x007");
    });
}

/// A target that asks to be woken at once with everything that it hears, and then changes its net.
struct Hasty(Net, Level);

impl Part for Hasty {
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        Some(self)
    }

    fn wake(&mut self, board: &mut dyn Board) {
        self.1 = if self.1 == Level::Low { Level::High } else { Level::Low };
        board.drive(self.0, Drive::from(self.1));
    }
}

impl I2cTarget for Hasty {
    fn start(&mut self, _: Address, _: Direction, board: &mut dyn Board) -> Ack {
        board.wake_at(board.now_ns());
        Ack::Ack
    }

    fn write(&mut self, _: u8, board: &mut dyn Board) -> Ack {
        board.wake_at(0);
        Ack::Ack
    }

    fn read(&mut self, board: &mut dyn Board) -> u8 {
        board.wake_at(board.now_ns());
        0
    }

    fn stop(&mut self, board: &mut dyn Board) {
        board.wake_at(board.now_ns());
    }
}

#[test]
fn a_part_that_asks_to_be_woken_at_once_is_woken_before_time_passes() {
    in_every_way(|| {
        let sim = board();
        let (bus, net) = (sim.i2c_bus("i2c", 400_000), sim.net("BUSY"));
        sim.add_i2c(bus, Hasty(net, Level::Low));
        let log = Log::of(&sim);
        assert_eq!(in_way(&sim, sim.i2c(bus)).write_read(AT, &[1], &mut [0]), Ok(()));
        let levels = log.take_lines().into_iter().filter(|line| line.contains("BUSY"));
        let times: Vec<String> = levels.map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect();
        let bits = [1.0, 10.0, 20.5, 29.5, 38.5];
        assert_eq!(times, bits.map(|bits| format!("{:.9}", bits * 2.5e-6)), "the times of address, byte and STOP");
    });
}
