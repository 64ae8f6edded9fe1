//! Faults of SPI: what the controller can know of has its kind, and the rest is seen in the bytes.

mod common;

use common::{InWay, Log, Peripheral, board, in_every_way, in_way};
use embedded_hal::spi::{Error as _, ErrorKind, MODE_0, MODE_1, Operation, SpiBus, SpiDevice};
use wasm_embedded_sim::fault::{Fault, Flip, HOLD_LIMIT_NS, PartFault, SpiFailure, SpiFault, Targets, When};
use wasm_embedded_sim::{Level, PartId, Sim, SimSpiDevice, SpiBusId, SpiError, SpiSelectId, SpiSettings};

struct Bench {
    sim: Sim,
    part: PartId,
    log: Log,
    device: InWay<SimSpiDevice>,
    place: (SpiBusId, SpiSelectId),
}

impl Bench {
    /// A board whose first transaction is struck.
    fn new(fault: SpiFault) -> Bench {
        let sim = board();
        let bus = sim.spi_bus("spi");
        let select = sim.spi_select(bus, "device", SpiSettings::default());
        let part = sim.add_spi(select, Peripheral::answering(&[0x0f, 0xf0, 0xaa, 0x55, 0x01, 0x02]));
        let bench =
            Bench { log: Log::of(&sim), device: in_way(&sim, sim.spi_device(select)), sim, part, place: (bus, select) };
        bench.strike_once(fault);
        bench
    }

    /// Has the next transaction struck.
    fn strike_once(&self, fault: SpiFault) {
        let (bus, select) = self.place;
        self.sim.inject(Fault::Spi { bus, select: Some(select), fault }, When::always().times(1));
    }

    fn exchange(&mut self) -> Result<[u8; 3], ErrorKind> {
        let mut words = [0x11, 0x22, 0x33];
        self.device.transfer_in_place(&mut words).map(|()| words).map_err(|error| error.kind())
    }

    /// What the part heard, without times.
    fn heard(&self) -> Vec<String> {
        let heard = self.sim.with_part(self.part, |part: &mut Peripheral, _| std::mem::take(&mut part.heard));
        let heard = heard.expect("the part is there").into_iter();
        heard.map(|line| line.split_once(' ').expect("a time").1.to_owned()).collect()
    }

    fn wires(&self) -> Vec<String> {
        self.log.take().iter().map(|line| line.replace("spi ", "")).collect()
    }
}

#[test]
fn a_select_line_that_cannot_be_driven_lets_nothing_run() {
    in_every_way(|| {
        let mut bench = Bench::new(SpiFault::SelectFailed);
        assert_eq!(bench.exchange(), Err(ErrorKind::ChipSelectFault));
        assert_eq!(bench.wires(), ["fault select-failed"]);
        assert_eq!(bench.exchange(), Ok([0x0f, 0xf0, 0xaa]));
    });
}

#[test]
fn a_select_line_that_is_not_let_go_of_at_first_is_reported_and_inactive_in_the_end() {
    in_every_way(|| {
        let mut bench = Bench::new(SpiFault::DeselectFailed);
        assert_eq!(bench.exchange(), Err(ErrorKind::ChipSelectFault));
        assert_eq!(bench.heard(), ["select", "11", "22", "33", "deselect"]);
        // A bit after the last one.
        assert_eq!(bench.sim.now_ns(), 25_000);
        assert_eq!(bench.exchange(), Ok([0x55, 0x01, 0x02]));
    });
}

#[test]
fn an_error_of_the_bus_is_reported_before_one_of_the_select_line() {
    in_every_way(|| {
        let mut bench = Bench::new(SpiFault::DeselectFailed);
        bench.strike_once(SpiFault::Fail { byte: 1, error: SpiFailure::Overrun });
        assert_eq!(bench.exchange(), Err(ErrorKind::Overrun));
        assert_eq!(bench.heard(), ["select", "11", "deselect"]);
    });
}

#[test]
fn a_bus_that_is_held_is_waited_for_up_to_a_limit() {
    in_every_way(|| {
        let mut bench = Bench::new(SpiFault::BusHeld { ns: HOLD_LIMIT_NS });
        assert_eq!(bench.exchange(), Ok([0x0f, 0xf0, 0xaa]));
        assert_eq!(bench.sim.now_ns(), HOLD_LIMIT_NS + 24_000);

        let mut bench = Bench::new(SpiFault::BusHeld { ns: HOLD_LIMIT_NS + 1 });
        assert_eq!(bench.device.transfer_in_place(&mut [0x11]), Err(SpiError::Busy));
        assert_eq!((bench.sim.now_ns(), bench.wires()), (HOLD_LIMIT_NS, vec!["fault bus-held".to_owned()]));
        assert_eq!(bench.exchange(), Ok([0x0f, 0xf0, 0xaa]));
    });
}

#[test]
fn a_select_line_stuck_high_reaches_nobody() {
    in_every_way(|| {
        let mut bench = Bench::new(SpiFault::SelectStuck(Level::High));
        assert_eq!(bench.exchange(), Ok([0xff; 3]));
        assert_eq!(bench.heard(), Vec::<String>::new());
        assert_eq!(bench.exchange(), Ok([0x0f, 0xf0, 0xaa]));
    });
}

#[test]
fn a_select_line_stuck_low_hides_the_end() {
    in_every_way(|| {
        let mut bench = Bench::new(SpiFault::SelectStuck(Level::Low));
        assert_eq!(bench.exchange(), Ok([0x0f, 0xf0, 0xaa]));
        assert_eq!(bench.heard(), ["select", "11", "22", "33"]);
        assert_eq!(bench.exchange(), Ok([0x55, 0x01, 0x02]));
        assert_eq!(bench.heard(), ["deselect", "select", "11", "22", "33", "deselect"]);
    });
}

#[test]
fn a_stuck_miso_reads_as_its_level() {
    in_every_way(|| {
        assert_eq!(Bench::new(SpiFault::MisoStuck(Level::Low)).exchange(), Ok([0x00; 3]));
        assert_eq!(Bench::new(SpiFault::MisoStuck(Level::High)).exchange(), Ok([0xff; 3]));
    });
}

#[test]
fn after_a_slip_both_sides_are_a_bit_late() {
    in_every_way(|| {
        let mut bench = Bench::new(SpiFault::BitSlip { byte: 1 });
        assert_eq!(bench.exchange(), Ok([0x0f, 0xf8, 0x55]));
        assert_eq!(bench.heard(), ["select", "11", "11", "19", "deselect"]);
        assert_eq!(bench.exchange(), Ok([0x55, 0x01, 0x02]));
    });
}

#[test]
fn the_wrong_mode_is_that_of_one_transaction() {
    in_every_way(|| {
        let mut bench = Bench::new(SpiFault::WrongMode(MODE_1));
        assert_eq!(bench.exchange(), Ok([0x87, 0xf8, 0x55]));
        assert_eq!(bench.exchange(), Ok([0x55, 0x01, 0x02]));
        let mut same = Bench::new(SpiFault::WrongMode(MODE_0));
        assert_eq!(same.exchange(), Ok([0x0f, 0xf0, 0xaa]));
    });
}

#[test]
fn flipped_bits_are_seen_by_the_one_that_reads() {
    in_every_way(|| {
        let mut bench = Bench::new(SpiFault::FlipRead(Flip { byte: 1, bytes: 1, mask: 0x01 }));
        assert_eq!(bench.exchange(), Ok([0x0f, 0xf1, 0xaa]));
        let mut bench = Bench::new(SpiFault::FlipWrite(Flip { byte: 0, bytes: 2, mask: 0x80 }));
        assert_eq!(bench.exchange(), Ok([0x0f, 0xf0, 0xaa]));
        assert_eq!(bench.heard(), ["select", "91", "a2", "33", "deselect"]);
    });
}

#[test]
fn a_failing_controller_deselects_and_runs_nothing_more() {
    in_every_way(|| {
        for (error, kind) in [
            (SpiFailure::Overrun, ErrorKind::Overrun),
            (SpiFailure::ModeFault, ErrorKind::ModeFault),
            (SpiFailure::FrameFormat, ErrorKind::FrameFormat),
            (SpiFailure::Other, ErrorKind::Other),
        ] {
            let mut bench = Bench::new(SpiFault::Fail { byte: 2, error });
            let operations = &mut [Operation::Write(&[1]), Operation::Write(&[2, 3]), Operation::Write(&[4])];
            assert_eq!(bench.device.transaction(operations).map_err(|error| error.kind()), Err(kind));
            assert_eq!(bench.heard(), ["select", "01", "02", "deselect"]);
            assert_eq!(bench.wires().last().map(String::as_str), Some("device deselect"));
            assert_eq!(bench.exchange(), Ok([0xaa, 0x55, 0x01]));
        }
    });
}

#[test]
fn a_bus_without_select_lines_has_faults_too() {
    in_every_way(|| {
        let sim = board();
        let bus = sim.spi_bus("strip");
        sim.add_spi_always(bus, Peripheral::answering(&[1, 2, 3, 4]));
        let fault = SpiFault::Fail { byte: 1, error: SpiFailure::Overrun };
        sim.inject(Fault::Spi { bus, select: None, fault }, When::always().after(1).times(1));
        let mut strip = in_way(&sim, sim.spi(bus, SpiSettings::default()));
        let kinds = [(); 3].map(|()| strip.write(&[1, 2]).map_err(|error| error.kind()));
        assert_eq!(kinds, [Ok(()), Err(ErrorKind::Overrun), Ok(())]);
    });
}

/// The bytes before it and the bytes after it are told apart, at each place of a transaction.
#[test]
fn a_part_that_browns_out_does_so_before_the_byte_that_the_fault_names() {
    /// Notes at which byte its supply breaks down.
    struct Supplied {
        bytes: u32,
        off: Vec<u32>,
    }

    impl wasm_embedded_sim::Part for Supplied {
        fn spi(&mut self) -> Option<&mut dyn wasm_embedded_sim::SpiTarget> {
            Some(self)
        }

        fn power_off(&mut self, _: &mut dyn wasm_embedded_sim::Board) {
            self.off.push(self.bytes);
        }
    }

    impl wasm_embedded_sim::SpiTarget for Supplied {
        fn accepts(&self, _: embedded_hal::spi::Mode) -> bool {
            true
        }

        fn select(&mut self, _: &mut dyn wasm_embedded_sim::Board) {
            self.bytes = 0;
        }

        fn transfer(&mut self, _: u8, _: &mut dyn wasm_embedded_sim::Board) -> u8 {
            self.bytes += 1;
            0
        }

        fn deselect(&mut self, _: &mut dyn wasm_embedded_sim::Board) {}
    }

    in_every_way(|| {
        let sim = board();
        let bus = sim.spi_bus("spi");
        let select = sim.spi_select(bus, "device", SpiSettings::default());
        let part = sim.add_spi(select, Supplied { bytes: 0, off: Vec::new() });
        let other = sim.spi_select(bus, "other", SpiSettings::default());
        sim.add_spi(other, Peripheral::answering(&[]));
        let mut device = in_way(&sim, sim.spi_device(select));
        let mut other = in_way(&sim, sim.spi_device(other));
        for byte in 0..4 {
            let fault = PartFault::BrownOut { byte };
            sim.inject(Fault::Part { part, targets: Targets::All, fault }, When::always().times(1));
            other.write(&[0; 4]).expect("nothing fails");
            device.write(&[0; 4]).expect("nothing fails");
            let off = sim.with_part(part, |part: &mut Supplied, _| std::mem::take(&mut part.off));
            assert_eq!(off, Some(vec![byte]));
        }
    });
}
