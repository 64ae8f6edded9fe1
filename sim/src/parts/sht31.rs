//! Sensirion SHT30, SHT31 and SHT35: temperature and relative humidity, with commands of two bytes.
//!
//! Section numbers are those of the data sheet: Sensirion SHT3x-DIS, version 7 (December 2022).

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use super::dials::Dials;
use super::link::{Commands, Effect, OnI2c, WordCommands};
use super::number::steps;
use crate::model::{BuildError, Buses, Control, Model, Range, Setup, Value};
use crate::part::{Board, Part};

/// The SHT3x as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Sensirion SHT3x-DIS, version 7",
    omits: "The clock is not held low: after a command with clock stretching the answer is there at once. Heating warms nothing. \
            The alert limits, the ALERT pin, the nRESET pin and the general call are not simulated. Readings carry no noise.",
    controls: CONTROLS,
    ..Model::new("sht31", "a sensor of temperature and humidity", BUSES, build)
};

// Section 3, table 7: ADDR selects one of two.
const BUSES: Buses = Buses::i2c(0x44, 0x45);
// Tables 1 and 2, "specified range".
const CONTROLS: &[Control; 2] = &[
    Control::number("temperature", Range::new(-40.0, 125.0, 0.01, "degC"), 25.0, "the temperature of the air"),
    Control::number("humidity", Range::new(0.0, 100.0, 0.1, "%"), 50.0, "the relative humidity of the air"),
];

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    OnI2c::<_, Commands>::place("SHT3x", BUSES, setup, Sht31::new())
}

// Section 4: the commands.
const FETCH: u16 = 0xe000;
const BREAK: u16 = 0x3093;
const SOFT_RESET: u16 = 0x30a2;
const HEATER_ON: u16 = 0x306d;
const HEATER_OFF: u16 = 0x3066;
const STATUS: u16 = 0xf32d;
const CLEAR_STATUS: u16 = 0x3041;
const ART: u16 = 0x2b32;
/// Upper byte, lower bytes by repeatability (high, medium, low) and time between two measurements, in ms.
const PERIODIC: [(u8, [u8; 3], u64); 5] = [
    (0x20, [0x32, 0x24, 0x2f], 2_000),
    (0x21, [0x30, 0x26, 0x2d], 1_000),
    (0x22, [0x36, 0x20, 0x2b], 500),
    (0x23, [0x34, 0x22, 0x29], 250),
    (0x27, [0x37, 0x21, 0x2a], 100),
];
/// With clock stretching, and without.
const STRETCHING: (u8, [u8; 3]) = (0x2c, [0x06, 0x0d, 0x10]);
const SINGLE: (u8, [u8; 3]) = (0x24, [0x00, 0x0b, 0x16]);

// Table 4, "system timing": the maximum times of a measurement by repeatability, of a soft reset, and the one of power-up.
const MEASURE_NS: [u64; 3] = [15_000_000, 6_000_000, 4_000_000];
const RESET_NS: u64 = 1_500_000;
const MS: u64 = 1_000_000;

// Section 4.13, table 18: the status. Bits 15 and 4 are set after a reset.
const AFTER_RESET: u16 = 0x8010;
const HEATER: u16 = 0x2000;
const COMMAND_FAILED: u16 = 0x0002;

struct Sht31 {
    dials: Dials<2>,
    status: u16,
    /// The time between two measurements, and the last one that has not been fetched.
    period_ns: Option<u64>,
    next_ns: u64,
    measured: Option<[u16; 2]>,
}

impl Sht31 {
    fn new() -> Sht31 {
        Sht31 { dials: Dials::new(CONTROLS), status: AFTER_RESET, period_ns: None, next_ns: 0, measured: None }
    }

    fn reset(&mut self) {
        (self.status, self.period_ns, self.measured) = (AFTER_RESET, None, None);
    }

    /// Section 4.14: T = -45 + 175 * S / 65535, RH = 100 * S / 65535.
    fn measure(&self) -> [u16; 2] {
        let word = |value, span: f64| u16::try_from(steps(value, span / 65_535.0, 0..=65_535)).unwrap_or(u16::MAX);
        [word(self.dials.number(0) + 45.0, 175.0), word(self.dials.number(1), 100.0)]
    }

    fn start_periodic(&mut self, first_ns: u64, period_ns: u64, board: &mut dyn Board) -> Effect {
        (self.period_ns, self.measured) = (Some(period_ns), None);
        self.next_ns = board.now_ns().saturating_add(first_ns);
        board.wake_at(self.next_ns);
        Effect::Busy(0)
    }
}

impl Part for Sht31 {
    fn power_off(&mut self, _board: &mut dyn Board) {
        self.reset();
    }

    fn wake(&mut self, board: &mut dyn Board) {
        if let Some(period_ns) = self.period_ns
            && self.next_ns <= board.now_ns()
        {
            self.measured = Some(self.measure());
            self.next_ns = self.next_ns.saturating_add(period_ns);
            board.wake_at(self.next_ns);
        }
    }

    fn set_control(&mut self, control: &str, value: &Value, _board: &mut dyn Board) -> bool {
        self.dials.set(control, value)
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        self.dials.read(readout)
    }
}

impl WordCommands for Sht31 {
    fn command(&mut self, command: u16, _words: &[u16], board: &mut dyn Board) -> Effect {
        let [upper, lower] = command.to_be_bytes();
        let repeatability = |(first, lowers): (u8, [u8; 3])| {
            lowers.iter().position(|known| first == upper && *known == lower).map(|index| MEASURE_NS[index])
        };
        self.status &= !COMMAND_FAILED;
        match command {
            STATUS => return Effect::Answers(0),
            CLEAR_STATUS => self.status &= HEATER,
            HEATER_ON => self.status |= HEATER,
            HEATER_OFF => self.status &= !HEATER,
            BREAK => {
                // Section 4.8: it takes 1 ms.
                (self.period_ns, self.measured) = (None, None);
                return Effect::Busy(MS);
            }
            FETCH if self.measured.is_some() => return Effect::Answers(0),
            // Section 4.6: without data the read that follows is not acknowledged.
            FETCH => {}
            // Section 4.9: a soft reset and all other commands but these need the idle state.
            _ if self.period_ns.is_some() => {
                self.status |= COMMAND_FAILED;
                return Effect::Unknown;
            }
            SOFT_RESET => {
                self.reset();
                return Effect::Busy(RESET_NS);
            }
            ART => return self.start_periodic(MEASURE_NS[0], 250 * MS, board),
            _ => {
                if repeatability(STRETCHING).is_some() {
                    return Effect::Answers(0);
                }
                if let Some(ns) = repeatability(SINGLE) {
                    return Effect::Answers(ns);
                }
                for (first, lowers, ms) in PERIODIC {
                    if let Some(ns) = repeatability((first, lowers)) {
                        return self.start_periodic(ns, ms * MS, board);
                    }
                }
                self.status |= COMMAND_FAILED;
                return Effect::Unknown;
            }
        }
        Effect::Busy(0)
    }

    fn answer(&mut self, command: u16) -> Vec<u16> {
        match command {
            STATUS => vec![self.status],
            FETCH => self.measured.take().map_or_else(Vec::new, |words| words.to_vec()),
            _ => self.measure().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MS, Sht31};
    use crate::model::Value;
    use crate::part::Part as _;
    use crate::parts::link::{Commands, OnI2c};
    use crate::parts::test_board::{NoAck, TestBoard};

    fn part() -> (OnI2c<Sht31, Commands>, TestBoard) {
        let mut part = OnI2c::new(0x44, Sht31::new());
        let board = TestBoard::with(&mut part);
        (part, board)
    }

    #[test]
    fn a_single_shot_is_ready_after_its_time_and_read_once() {
        let (mut part, mut board) = part();
        board.i2c_write(&mut part, 0x44, &[0x24, 0x00]).expect("acknowledged");
        board.advance(&mut part, 14 * MS);
        assert_eq!(board.i2c_read::<6>(&mut part, 0x44), Err(NoAck::Address));
        part.set_control("temperature", &Value::Number(125.0), &mut TestBoard::default());
        board.advance(&mut part, 2 * MS);
        // 170 / 175 of 65535, and half of it.
        assert_eq!(board.i2c_read(&mut part, 0x44), Ok([0xf8, 0xaf, 0x7c, 0x80, 0x00, 0xa2]));
        assert_eq!(board.i2c_read::<6>(&mut part, 0x44), Err(NoAck::Address));
    }

    #[test]
    fn half_a_command_before_a_repeated_start_is_forgotten() {
        let (mut part, mut board) = part();
        board.i2c_write(&mut part, 0x44, &[0xf3, 0x2d]).expect("acknowledged");
        assert_eq!(board.i2c_read(&mut part, 0x44), Ok([0x80, 0x10, 0xe1]), "section 4.13: after power-up");
        assert_eq!(board.i2c_write_read::<3>(&mut part, 0x44, &[0xf3]), Err(NoAck::Address));
        assert_eq!(board.i2c_write_read(&mut part, 0x44, &[0xf3, 0x2d]), Ok([0x80, 0x10, 0xe1]));
        assert_eq!(board.i2c_write(&mut part, 0x44, &[0x12, 0x34]), Err(NoAck::Data(1)), "no such command");
    }

    #[test]
    fn periodic_measurements_are_fetched_once_each() {
        let (mut part, mut board) = part();
        board.i2c_write(&mut part, 0x44, &[0x27, 0x37]).expect("acknowledged");
        assert_eq!(board.i2c_write_read::<6>(&mut part, 0x44, &[0xe0, 0x00]), Err(NoAck::Address));
        for _ in 0..3 {
            board.advance(&mut part, 100 * MS);
            board.i2c_write_read::<6>(&mut part, 0x44, &[0xe0, 0x00]).expect("measured");
            assert_eq!(board.i2c_write_read::<6>(&mut part, 0x44, &[0xe0, 0x00]), Err(NoAck::Address));
        }
        assert_eq!(board.i2c_write(&mut part, 0x44, &[0x24, 0x00]), Err(NoAck::Data(1)), "a break comes first");
        board.i2c_write(&mut part, 0x44, &[0x30, 0x93]).expect("acknowledged");
        board.advance(&mut part, 2 * MS);
        board.i2c_write(&mut part, 0x44, &[0x24, 0x00]).expect("acknowledged");
    }
}
