//! Sensirion SCD40 and SCD41: carbon dioxide, temperature and relative humidity.
//!
//! Section numbers are those of the data sheet: Sensirion SCD4x, version 1.4 (February 2023).

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use super::dials::Dials;
use super::link::{Commands, Effect, OnI2c, WordCommands};
use super::number::steps;
use crate::model::{BuildError, Buses, Control, Model, Range, Setup, Value};
use crate::part::{Board, Part};

/// The SCD4x as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Sensirion SCD4x, version 1.4",
    omits: "Altitude and pressure are kept and correct nothing; calibration changes nothing. Measurements carry no noise and do \
            not lag behind the air.",
    controls: CONTROLS,
    ..Model::new("scd41", "a sensor of carbon dioxide, temperature and humidity", BUSES, build)
};

const BUSES: Buses = Buses::i2c(0x62, 0x62);
// Section 1.1: the output range; tables 2 and 3.
const CONTROLS: &[Control; 3] = &[
    Control::number("co2", Range::new(0.0, 40_000.0, 1.0, "ppm"), 800.0, "the carbon dioxide in the air"),
    Control::number("temperature", Range::new(-10.0, 60.0, 0.01, "degC"), 25.0, "the temperature of the air"),
    Control::number("humidity", Range::new(0.0, 100.0, 0.1, "%"), 50.0, "the relative humidity of the air"),
];

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    OnI2c::<_, Commands>::place("SCD4x", BUSES, setup, Scd41::new())
}

// Section 3.4, table 9: the commands.
const START: u16 = 0x21b1;
const START_LOW_POWER: u16 = 0x21ac;
const READ: u16 = 0xec05;
const STOP: u16 = 0x3f86;
const SET_OFFSET: u16 = 0x241d;
const GET_OFFSET: u16 = 0x2318;
const SET_ALTITUDE: u16 = 0x2427;
const GET_ALTITUDE: u16 = 0x2322;
const SET_PRESSURE: u16 = 0xe000;
const RECALIBRATE: u16 = 0x362f;
const SET_CALIBRATES: u16 = 0x2416;
const GET_CALIBRATES: u16 = 0x2313;
const IS_READY: u16 = 0xe4b8;
const PERSIST: u16 = 0x3615;
const SERIAL_NUMBER: u16 = 0x3682;
const SELF_TEST: u16 = 0x3639;
const FACTORY_RESET: u16 = 0x3632;
const REINIT: u16 = 0x3646;
const SINGLE_SHOT: u16 = 0x219d;
const SINGLE_SHOT_RHT: u16 = 0x2196;
const POWER_DOWN: u16 = 0x36e0;
const WAKE_UP: u16 = 0x36f6;

const MS: u64 = 1_000_000;
// Sections 3.5 and 3.8: the times between two measurements.
const PERIOD_NS: u64 = 5_000 * MS;
const LOW_POWER_PERIOD_NS: u64 = 30_000 * MS;

/// What the EEPROM keeps. The offset is 4 degC from the factory (section 3.6.1).
#[derive(Clone, Copy)]
struct Kept {
    offset: u16,
    altitude: u16,
    calibrates: u16,
}

const FACTORY: Kept = Kept { offset: 1_498, altitude: 0, calibrates: 1 };

struct Scd41 {
    dials: Dials<3>,
    settings: Kept,
    eeprom: Kept,
    period_ns: Option<u64>,
    /// When the measurement under way ends.
    next_ns: Option<u64>,
    /// Whether the one under way leaves the carbon dioxide out.
    only_rht: bool,
    measured: Option<[u16; 3]>,
    asleep: bool,
}

impl Scd41 {
    fn new() -> Scd41 {
        Scd41 {
            dials: Dials::new(CONTROLS),
            settings: FACTORY,
            eeprom: FACTORY,
            period_ns: None,
            next_ns: None,
            only_rht: false,
            measured: None,
            asleep: false,
        }
    }

    fn restart(&mut self) {
        (self.settings, self.period_ns, self.next_ns) = (self.eeprom, None, None);
        (self.measured, self.asleep) = (None, false);
    }

    /// Section 3.5.2: T = -45 + 175 * word / 65535, RH = 100 * word / 65535. The sensor is warmer than the air by the 4 degC of the
    /// factory's offset, and takes the offset in its settings off.
    fn measure(&mut self) {
        let word = |value, step, last| u16::try_from(steps(value, step, 0..=last)).unwrap_or(u16::MAX);
        let co2 = if self.only_rht { 0 } else { word(self.dials.number(0), 1.0, 40_000) };
        let own_c = self.dials.number(1) + 175.0 / 65_535.0 * f64::from(FACTORY.offset);
        let temperature_c = own_c - 175.0 / 65_535.0 * f64::from(self.settings.offset);
        let temperature = word(temperature_c + 45.0, 175.0 / 65_535.0, 65_535);
        self.measured = Some([co2, temperature, word(self.dials.number(2), 100.0 / 65_535.0, 65_535)]);
    }

    fn start(&mut self, ns: u64, again_ns: Option<u64>, board: &mut dyn Board) -> Effect {
        (self.period_ns, self.measured) = (again_ns, None);
        let at_ns = board.now_ns().saturating_add(ns);
        self.next_ns = Some(at_ns);
        board.wake_at(at_ns);
        Effect::Busy(if again_ns.is_some() { 0 } else { ns })
    }
}

impl Part for Scd41 {
    fn power_off(&mut self, _board: &mut dyn Board) {
        self.restart();
    }

    fn wake(&mut self, board: &mut dyn Board) {
        if self.next_ns.is_some_and(|at_ns| at_ns <= board.now_ns()) {
            self.measure();
            self.next_ns = self.period_ns.map(|period_ns| board.now_ns().saturating_add(period_ns));
            if let Some(at_ns) = self.next_ns {
                board.wake_at(at_ns);
            }
        }
    }

    fn set_control(&mut self, control: &str, value: &Value, _board: &mut dyn Board) -> bool {
        self.dials.set(control, value)
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        self.dials.read(readout)
    }
}

impl WordCommands for Scd41 {
    fn arguments(&self, command: u16) -> usize {
        usize::from(matches!(command, SET_OFFSET | SET_ALTITUDE | SET_PRESSURE | RECALIBRATE | SET_CALIBRATES))
    }

    fn command(&mut self, command: u16, words: &[u16], board: &mut dyn Board) -> Effect {
        let word = words.first().copied().unwrap_or(0);
        if self.asleep {
            // Section 3.10.4: the wake-up command is not acknowledged. Here its last byte is not, and the part is awake at once.
            self.asleep = command != WAKE_UP;
            return Effect::Unknown;
        }
        // Table 9, "during measurement": all others are for a part that does not measure.
        let always = matches!(command, READ | STOP | SET_PRESSURE | IS_READY);
        if self.period_ns.is_some() && !always {
            return Effect::Unknown;
        }
        match command {
            START => return self.start(PERIOD_NS, Some(PERIOD_NS), board),
            START_LOW_POWER => return self.start(LOW_POWER_PERIOD_NS, Some(LOW_POWER_PERIOD_NS), board),
            SINGLE_SHOT => {
                self.only_rht = false;
                return self.start(5_000 * MS, None, board);
            }
            SINGLE_SHOT_RHT => {
                self.only_rht = true;
                return self.start(50 * MS, None, board);
            }
            // Section 3.5.2: without data the read that follows is not acknowledged.
            READ if self.measured.is_none() => return Effect::Busy(MS),
            READ | GET_OFFSET | GET_ALTITUDE | GET_CALIBRATES | IS_READY | SERIAL_NUMBER => {
                return Effect::Answers(MS);
            }
            STOP => {
                (self.period_ns, self.next_ns) = (None, None);
                self.only_rht = false;
                return Effect::Busy(500 * MS);
            }
            SET_OFFSET => self.settings.offset = word,
            SET_ALTITUDE => self.settings.altitude = word,
            SET_CALIBRATES => self.settings.calibrates = word,
            SET_PRESSURE | WAKE_UP => {}
            RECALIBRATE => return Effect::Answers(400 * MS),
            SELF_TEST => return Effect::Answers(10_000 * MS),
            PERSIST => {
                self.eeprom = self.settings;
                return Effect::Busy(800 * MS);
            }
            FACTORY_RESET => {
                self.eeprom = FACTORY;
                self.restart();
                return Effect::Busy(1_200 * MS);
            }
            REINIT => {
                self.restart();
                return Effect::Busy(20 * MS);
            }
            POWER_DOWN => self.asleep = true,
            _ => return Effect::Unknown,
        }
        Effect::Busy(MS)
    }

    fn answer(&mut self, command: u16) -> Vec<u16> {
        match command {
            READ => self.measured.take().map_or_else(Vec::new, |words| words.to_vec()),
            // Section 3.8.2: data is there unless the lowest eleven bits are 0.
            IS_READY => vec![if self.measured.is_some() { 0x8006 } else { 0x8000 }],
            GET_OFFSET => vec![self.settings.offset],
            GET_ALTITUDE => vec![self.settings.altitude],
            GET_CALIBRATES => vec![self.settings.calibrates],
            // Section 3.7.1: 0x8000 stands for a correction of 0.
            RECALIBRATE => vec![0x8000],
            SERIAL_NUMBER => vec![0xf896, 0x9f07, 0x3bbe],
            // The self-test: no malfunction.
            _ => vec![0],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MS, Scd41};
    use crate::model::Value;
    use crate::part::Part as _;
    use crate::parts::link::{Commands, OnI2c};
    use crate::parts::test_board::{NoAck, TestBoard};

    /// Section 3.5.2, the example: 500 ppm, 25 degC, 37 %.
    #[test]
    fn the_data_sheets_example_is_read_every_five_seconds() {
        let mut part: OnI2c<_, Commands> = OnI2c::new(0x62, Scd41::new());
        let mut board = TestBoard::with(&mut part);
        for (control, value) in [("co2", 500.0), ("temperature", 25.0), ("humidity", 37.0)] {
            assert!(part.set_control(control, &Value::Number(value), &mut board));
        }
        board.i2c_write(&mut part, 0x62, &[0x21, 0xb1]).expect("acknowledged");
        for ready in [0x00, 0x06] {
            board.i2c_write(&mut part, 0x62, &[0xe4, 0xb8]).expect("acknowledged");
            board.advance(&mut part, MS);
            assert_eq!(board.i2c_read::<2>(&mut part, 0x62), Ok([0x80, ready]));
            board.advance(&mut part, 4_999 * MS);
        }
        board.i2c_write(&mut part, 0x62, &[0xec, 0x05]).expect("acknowledged");
        assert_eq!(board.i2c_read::<9>(&mut part, 0x62), Err(NoAck::Address), "it takes 1 ms");
        board.advance(&mut part, MS);
        let example = [0x01, 0xf4, 0x33, 0x66, 0x66, 0x93, 0x5e, 0xb8, 0x0d];
        assert_eq!(board.i2c_read(&mut part, 0x62), Ok(example));
        assert_eq!(board.i2c_write(&mut part, 0x62, &[0x36, 0x82]), Err(NoAck::Data(1)), "while it measures");
    }

    #[test]
    fn an_offset_is_taken_off_and_outlives_a_restart_once_it_is_persisted() {
        let mut part: OnI2c<_, Commands> = OnI2c::new(0x62, Scd41::new());
        let mut board = TestBoard::with(&mut part);
        let offset = |board: &mut TestBoard, part: &mut OnI2c<Scd41, Commands>| {
            board.i2c_write(part, 0x62, &[0x23, 0x18]).expect("acknowledged");
            board.advance(part, MS);
            board.i2c_read::<2>(part, 0x62).map(u16::from_be_bytes)
        };
        assert_eq!(offset(&mut board, &mut part), Ok(1_498), "4 degC");
        // Section 3.6.1, the example: 5.4 degC.
        assert_eq!(board.i2c_write(&mut part, 0x62, &[0x24, 0x1d, 0x07, 0xe6, 0x49]), Err(NoAck::Data(4)));
        board.i2c_write(&mut part, 0x62, &[0x24, 0x1d, 0x07, 0xe6, 0x48]).expect("the right checksum");
        board.advance(&mut part, MS);
        board.i2c_write(&mut part, 0x62, &[0x36, 0x15]).expect("acknowledged");
        board.advance(&mut part, 800 * MS);
        part.power_off(&mut board);
        part.power_on(&mut board);
        assert_eq!(offset(&mut board, &mut part), Ok(0x07e6));
    }
}
