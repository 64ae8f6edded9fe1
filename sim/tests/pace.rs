//! Bytes have their times whatever happens meanwhile, and whether or not anybody looks: a transaction that nobody watches takes a
//! shorter way through the code.

mod common;

use common::{Log, board, in_every_way, in_way};
use embedded_hal::i2c::{I2c as _, Operation};
use embedded_hal::spi::{Mode, SpiDevice as _};
use wasm_embedded_sim::{Ack, Address, Board, Direction, I2cTarget, Part, PartId, Sim, SpiSettings, SpiTarget};

const AT: u8 = 0x48;

/// Notes when each of its bytes comes, refuses one write, and gives the number of what happened on the board as its bytes.
#[derive(Default)]
struct Paced {
    times_ns: Vec<u64>,
    happened: u8,
    refuses_at: Option<usize>,
}

impl Paced {
    fn note(&mut self, board: &mut dyn Board) -> u8 {
        self.times_ns.push(board.now_ns());
        self.happened
    }
}

impl Part for Paced {
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        Some(self)
    }

    fn spi(&mut self) -> Option<&mut dyn SpiTarget> {
        Some(self)
    }
}

impl I2cTarget for Paced {
    fn start(&mut self, address: Address, _: Direction, _: &mut dyn Board) -> Ack {
        if address == Address::SevenBit(AT) { Ack::Ack } else { Ack::Nack }
    }

    fn write(&mut self, _: u8, board: &mut dyn Board) -> Ack {
        let refuses = self.refuses_at == Some(self.times_ns.len());
        self.note(board);
        if refuses { Ack::Nack } else { Ack::Ack }
    }

    fn read(&mut self, board: &mut dyn Board) -> u8 {
        self.note(board)
    }

    fn stop(&mut self, _: &mut dyn Board) {}
}

impl SpiTarget for Paced {
    fn accepts(&self, _: Mode) -> bool {
        true
    }

    fn select(&mut self, _: &mut dyn Board) {}

    fn transfer(&mut self, _: u8, board: &mut dyn Board) -> u8 {
        self.note(board)
    }

    fn deselect(&mut self, _: &mut dyn Board) {}
}

/// What is watched and what happens meanwhile.
#[derive(Clone, Copy, Debug)]
struct Case {
    traced: bool,
    /// Every so often something happens on the board.
    every_ns: Option<u64>,
    refuses_at: Option<usize>,
}

/// Has something happen on the board, again and again, which the part's bytes show.
fn happen(sim: &Sim, part: PartId, every_ns: u64) {
    for number in 1..=200_u8 {
        sim.schedule(every_ns * u64::from(number), move |stage| {
            stage.with_part(part, |part: &mut Paced, _| part.happened = number);
        });
    }
}

/// Returns the board of a case with its part, and how the transactions on it ended and when.
fn run(case: Case, spi: bool) -> (Result<(), String>, u64, Vec<u64>, Vec<u8>) {
    let sim = board();
    let (bus, spi_bus) = (sim.i2c_bus("i2c", 400_000), sim.spi_bus("spi"));
    let select = sim.spi_select(spi_bus, "device", SpiSettings { frequency_hz: 400_000, ..SpiSettings::default() });
    let part = Paced { refuses_at: case.refuses_at, ..Paced::default() };
    let part = if spi { sim.add_spi(select, part) } else { sim.add_i2c(bus, part) };
    if let Some(every_ns) = case.every_ns {
        happen(&sim, part, every_ns);
    }
    let _log = case.traced.then(|| Log::of(&sim));
    let mut bytes = vec![0; 10];
    let (first, second) = bytes.split_at_mut(4);
    let result = if spi {
        use embedded_hal::spi::Operation;
        let mut device = in_way(&sim, sim.spi_device(select));
        let operations = &mut [
            Operation::Write(&[0; 3]),
            Operation::Read(first),
            Operation::TransferInPlace(second),
            Operation::Transfer(&mut [], &[0; 2]),
        ];
        device.transaction(operations).map_err(|error| error.to_string())
    } else {
        let mut i2c = in_way(&sim, sim.i2c(bus));
        let operations = &mut [
            Operation::Write(&[0; 3]),
            Operation::Read(first),
            Operation::Write(&[0; 2]),
            Operation::Read(second),
        ];
        i2c.transaction(AT, operations).map_err(|error| error.to_string())
    };
    let times_ns = sim.with_part(part, |part: &mut Paced, _| std::mem::take(&mut part.times_ns));
    (result, sim.now_ns(), times_ns.expect("the part is there"), bytes)
}

#[test]
fn bytes_have_their_times_whatever_happens_meanwhile_and_whoever_looks() {
    for spi in [false, true] {
        for refuses_at in [None, Some(0), Some(2)] {
            let quiet = Case { traced: true, every_ns: None, refuses_at };
            in_every_way(|| {
                let (result, end_ns, times_ns, _) = run(quiet, spi);
                assert_eq!(result.is_ok(), spi || refuses_at.is_none());
                for every_ns in [1_700, 10_000, 22_500, 50_000] {
                    let busy = Case { every_ns: Some(every_ns), ..quiet };
                    let seen = run(busy, spi);
                    assert_eq!((&seen.0, seen.1, &seen.2), (&result, end_ns, &times_ns), "{busy:?}, spi: {spi}");
                    let unseen = run(Case { traced: false, ..busy }, spi);
                    assert_eq!(unseen, seen, "{busy:?}, spi: {spi}");
                }
                assert_eq!(run(Case { traced: false, ..quiet }, spi).2, times_ns, "spi: {spi}");
            });
        }
    }
}
