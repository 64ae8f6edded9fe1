//! Rohm BH1750FVI: the light around it, in lux.
//!
//! Page numbers are those of the data sheet: Rohm BH1750FVI, revision D (November 2011).

use alloc::boxed::Box;

use super::dials::Dials;
use super::link::{Link, OnI2c};
use super::number::steps;
use super::sampler::Sampler;
use crate::i2c::{Ack, Direction};
use crate::model::{BuildError, Buses, Control, Model, Range, Setup, Value};
use crate::part::{Board, Part};

/// The BH1750 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Rohm BH1750FVI, revision D",
    omits: "Measurements take their longest time, and carry no noise. The address with ADDR high, 0x5c, and the DVI \
            pin, a reset, are not simulated.",
    controls: CONTROLS,
    ..Model::new("bh1750", "a sensor of light", BUSES, build)
};

// Page 10: ADDR low.
const BUSES: Buses = Buses::i2c(0x23, 0x23);
const CONTROLS: &[Control; 1] =
    &[Control::number("light", Range::new(0.0, 100_000.0, 0.5, "lx"), 300.0, "the light that falls on it")];

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    OnI2c::<_, Instructions>::place("BH1750", BUSES, setup, Bh1750::new())
}

// Page 5: the instructions.
const POWER_DOWN: u8 = 0x00;
const POWER_ON: u8 = 0x01;
const RESET: u8 = 0x07;
/// Bit 5 is set for one measurement, and bit 4 for one after the other; the rest is the mode.
const ONCE: u8 = 0x20;
const ALWAYS: u8 = 0x10;
const HALF_LUX: u8 = 0x01;
const FOUR_LUX: u8 = 0x03;

// Page 2: the longest time of a measurement, with the usual measurement time register.
const FINE_NS: u64 = 180_000_000;
const COARSE_NS: u64 = 24_000_000;
/// Page 11: the measurement time register after power-up, with which 1.2 counts are a lux.
const USUAL_TIME: u8 = 69;

struct Bh1750 {
    dials: Dials<1>,
    powered: bool,
    time: u8,
    mode: u8,
    sampler: Sampler,
    counts: u16,
}

#[derive(Default)]
struct Instructions {
    sent: usize,
}

impl Bh1750 {
    fn new() -> Bh1750 {
        Bh1750 {
            dials: Dials::new(CONTROLS),
            powered: false,
            time: USUAL_TIME,
            mode: 0,
            sampler: Sampler::default(),
            counts: 0,
        }
    }

    /// Takes the result of a measurement that has ended by now.
    fn update(&mut self, now_ns: u64) {
        if self.sampler.ended(now_ns) {
            let halves = if self.mode & 3 == HALF_LUX { 2.0 } else { 1.0 };
            let counts_per_lux = 1.2 * halves * f64::from(self.time) / f64::from(USUAL_TIME);
            // Page 5: in the low resolution four counts are one step.
            let step = if self.mode & 3 == FOUR_LUX { 4 } else { 1 };
            let counts = steps(self.dials.number(0) * counts_per_lux, f64::from(step), 0..=65_535 / step) * step;
            self.counts = u16::try_from(counts).unwrap_or(u16::MAX);
            // Page 5: after one measurement it powers down.
            self.powered = self.sampler.is_running();
        }
    }

    fn measure(&mut self, mode: u8, now_ns: u64) {
        (self.mode, self.powered) = (mode, true);
        let usual_ns = if mode & 3 == FOUR_LUX { COARSE_NS } else { FINE_NS };
        let ns = usual_ns * u64::from(self.time) / u64::from(USUAL_TIME);
        self.sampler = if mode & ONCE != 0 { Sampler::once(now_ns, ns) } else { Sampler::every(now_ns, ns) };
    }
}

impl Part for Bh1750 {
    fn power_off(&mut self, _board: &mut dyn Board) {
        let dials = self.dials.clone();
        *self = Bh1750 { dials, ..Bh1750::new() };
    }

    fn set_control(&mut self, control: &str, value: &Value, board: &mut dyn Board) -> bool {
        self.update(board.now_ns());
        self.dials.set(control, value)
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        self.dials.read(readout)
    }
}

impl Link<Bh1750> for Instructions {
    fn start(&mut self, _part: &mut Bh1750, _direction: Direction, _board: &mut dyn Board) -> Ack {
        self.sent = 0;
        Ack::Ack
    }

    // Page 7: one instruction a write.
    fn write(&mut self, part: &mut Bh1750, byte: u8, board: &mut dyn Board) -> Ack {
        let now_ns = board.now_ns();
        part.update(now_ns);
        match byte {
            POWER_DOWN => (part.powered, part.sampler) = (false, Sampler::default()),
            POWER_ON => part.powered = true,
            // Page 5: not while it is powered down.
            RESET if part.powered => part.counts = 0,
            RESET => {}
            // Page 11: the upper three bits of the measurement time, and the lower five.
            0x40..=0x47 => part.time = part.time & 0x1f | byte << 5,
            0x60..=0x7f => part.time = part.time & 0xe0 | byte & 0x1f,
            _ if matches!(byte & !3, ONCE | ALWAYS) && byte & 3 != 2 => part.measure(byte, now_ns),
            _ => return Ack::Nack,
        }
        Ack::Ack
    }

    fn read(&mut self, part: &mut Bh1750, board: &mut dyn Board) -> u8 {
        part.update(board.now_ns());
        let byte = part.counts.to_be_bytes()[self.sent % 2];
        self.sent += 1;
        byte
    }
}

#[cfg(test)]
mod tests {
    use super::{Bh1750, Instructions};
    use crate::model::Value;
    use crate::part::Part as _;
    use crate::parts::link::OnI2c;
    use crate::parts::test_board::TestBoard;

    const MS: u64 = 1_000_000;

    fn lit(light: f64) -> (OnI2c<Bh1750, Instructions>, TestBoard) {
        let mut part = OnI2c::new(0x23, Bh1750::new());
        let mut board = TestBoard::with(&mut part);
        part.set_control("light", &Value::Number(light), &mut board);
        (part, board)
    }

    fn counts(board: &mut TestBoard, part: &mut OnI2c<Bh1750, Instructions>) -> u16 {
        u16::from_be_bytes(board.i2c_read(part, 0x23).expect("it is there"))
    }

    /// Page 7, the example: 0x8390 is 28,067 lx.
    #[test]
    fn the_data_sheets_example_is_there_after_the_longest_time() {
        let (mut part, mut board) = lit(28_066.7);
        board.i2c_write(&mut part, 0x23, &[0x10]).expect("acknowledged");
        board.advance(&mut part, 179 * MS);
        assert_eq!(counts(&mut board, &mut part), 0);
        board.advance(&mut part, MS);
        assert_eq!(counts(&mut board, &mut part), 0x8390);
        part.set_control("light", &Value::Number(100.0), &mut board);
        assert_eq!(counts(&mut board, &mut part), 0x8390, "the one before");
        board.advance(&mut part, 180 * MS);
        assert_eq!(counts(&mut board, &mut part), 120);
    }

    #[test]
    fn one_measurement_powers_down_and_a_longer_time_counts_more() {
        let (mut part, mut board) = lit(100.0);
        // 138, twice the usual.
        board.i2c_write(&mut part, 0x23, &[0x44]).expect("acknowledged");
        board.i2c_write(&mut part, 0x23, &[0x6a]).expect("acknowledged");
        board.i2c_write(&mut part, 0x23, &[0x21]).expect("acknowledged");
        board.advance(&mut part, 360 * MS);
        assert_eq!(counts(&mut board, &mut part), 480, "in halves of a lux");
        board.i2c_write(&mut part, 0x23, &[0x07]).expect("acknowledged");
        assert_eq!(counts(&mut board, &mut part), 480, "powered down there is no reset");
        for instruction in [0x01, 0x07] {
            board.i2c_write(&mut part, 0x23, &[instruction]).expect("acknowledged");
        }
        assert_eq!(counts(&mut board, &mut part), 0);
    }
}
