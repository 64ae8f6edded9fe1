//! Sensirion SHTC3: temperature and relative humidity, asleep in between.
//!
//! Section numbers are those of the data sheet: Sensirion SHTC3, version 3 (December 2020).

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use super::dials::Dials;
use super::link::{Commands, Effect, OnI2c, WordCommands};
use super::number::steps;
use crate::model::{BuildError, Buses, Control, Model, Range, Setup, Value};
use crate::part::{Board, Part};

/// The SHTC3 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Sensirion SHTC3, version 3",
    omits: "The clock is not held low: after a command with clock stretching the answer is there at once. The general call is not \
            simulated. Readings carry no noise.",
    controls: CONTROLS,
    ..Model::new("shtc3", "a sensor of temperature and humidity that sleeps", BUSES, build)
};

const BUSES: Buses = Buses::i2c(0x70, 0x70);
// Section 1, tables 1 and 2, "specified range".
const CONTROLS: &[Control; 2] = &[
    Control::number("temperature", Range::new(-40.0, 125.0, 0.01, "degC"), 25.0, "the temperature of the air"),
    Control::number("humidity", Range::new(0.0, 100.0, 0.1, "%"), 50.0, "the relative humidity of the air"),
];

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    OnI2c::<_, Commands>::place("SHTC3", BUSES, setup, Shtc3::new())
}

// Section 5.3, table 8, and section 5.4 to 5.7: the commands.
const WAKE_UP: u16 = 0x3517;
const SLEEP: u16 = 0xb098;
const SOFT_RESET: u16 = 0x805d;
const READ_ID: u16 = 0xefc8;
// Table 10: temperature first and humidity first; without and with clock stretching.
const NORMAL: [u16; 2] = [0x7866, 0x58e0];
const LOW_POWER: [u16; 2] = [0x609c, 0x401a];
const STRETCHING: [u16; 4] = [0x7ca2, 0x5c24, 0x6458, 0x44de];
const HUMIDITY_FIRST: [u16; 4] = [0x58e0, 0x401a, 0x5c24, 0x44de];

// Section 3.1, table 5: the maximum times of waking up or a soft reset, and of a measurement in the two modes.
const WAKE_UP_NS: u64 = 240_000;
const NORMAL_NS: u64 = 12_100_000;
const LOW_POWER_NS: u64 = 800_000;
/// Section 5.9, table 15: bits 11 and 5 to 0 are those of an SHTC3; the others may be anything.
const ID: u16 = 0x0887;

struct Shtc3 {
    dials: Dials<2>,
    asleep: bool,
}

impl Shtc3 {
    fn new() -> Shtc3 {
        Shtc3 { dials: Dials::new(CONTROLS), asleep: false }
    }
}

impl Part for Shtc3 {
    fn power_off(&mut self, _board: &mut dyn Board) {
        self.asleep = false;
    }

    fn set_control(&mut self, control: &str, value: &Value, _board: &mut dyn Board) -> bool {
        self.dials.set(control, value)
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        self.dials.read(readout)
    }
}

impl WordCommands for Shtc3 {
    fn command(&mut self, command: u16, _words: &[u16], _board: &mut dyn Board) -> Effect {
        // Section 5.1: asleep, it knows the wake-up command alone.
        if self.asleep && command != WAKE_UP {
            return Effect::Unknown;
        }
        match command {
            WAKE_UP => {
                self.asleep = false;
                Effect::Busy(WAKE_UP_NS)
            }
            SOFT_RESET => Effect::Busy(WAKE_UP_NS),
            SLEEP => {
                self.asleep = true;
                Effect::Busy(0)
            }
            READ_ID => Effect::Answers(0),
            _ if NORMAL.contains(&command) => Effect::Answers(NORMAL_NS),
            _ if LOW_POWER.contains(&command) => Effect::Answers(LOW_POWER_NS),
            _ if STRETCHING.contains(&command) => Effect::Answers(0),
            _ => Effect::Unknown,
        }
    }

    /// Section 5.11: RH = 100 * S / 65536, T = -45 + 175 * S / 65536.
    fn answer(&mut self, command: u16) -> Vec<u16> {
        if command == READ_ID {
            return vec![ID];
        }
        let word = |value, span: f64| u16::try_from(steps(value, span / 65_536.0, 0..=65_535)).unwrap_or(u16::MAX);
        let temperature = word(self.dials.number(0) + 45.0, 175.0);
        let humidity = word(self.dials.number(1), 100.0);
        if HUMIDITY_FIRST.contains(&command) { vec![humidity, temperature] } else { vec![temperature, humidity] }
    }
}

#[cfg(test)]
mod tests {
    use super::{NORMAL_NS, Shtc3, WAKE_UP_NS};
    use crate::model::Value;
    use crate::part::Part as _;
    use crate::parts::link::{Commands, OnI2c};
    use crate::parts::test_board::{NoAck, TestBoard};

    /// Section 5.8, figure 6: 23.73 degC and 63 % are 0x648b and 0xa133.
    #[test]
    fn the_data_sheets_example_is_read_in_either_order() {
        let mut part: OnI2c<_, Commands> = OnI2c::new(0x70, Shtc3::new());
        let mut board = TestBoard::with(&mut part);
        part.set_control("temperature", &Value::Number(23.731), &mut board);
        part.set_control("humidity", &Value::Number(62.9685), &mut board);
        for (command, expected) in
            [([0x78, 0x66], [0x64, 0x8b, 0xc7, 0xa1, 0x33, 0x1c]), ([0x58, 0xe0], [0xa1, 0x33, 0x1c, 0x64, 0x8b, 0xc7])]
        {
            board.i2c_write(&mut part, 0x70, &command).expect("acknowledged");
            assert_eq!(board.i2c_read::<6>(&mut part, 0x70), Err(NoAck::Address));
            board.advance(&mut part, NORMAL_NS);
            assert_eq!(board.i2c_read(&mut part, 0x70), Ok(expected));
        }
    }

    #[test]
    fn asleep_it_knows_nothing_but_the_wake_up_command() {
        let mut part: OnI2c<_, Commands> = OnI2c::new(0x70, Shtc3::new());
        let mut board = TestBoard::with(&mut part);
        board.i2c_write(&mut part, 0x70, &[0xb0, 0x98]).expect("acknowledged");
        assert_eq!(board.i2c_write(&mut part, 0x70, &[0xef, 0xc8]), Err(NoAck::Data(1)));
        board.i2c_write(&mut part, 0x70, &[0x35, 0x17]).expect("acknowledged");
        board.advance(&mut part, WAKE_UP_NS);
        let id = board.i2c_write_read::<2>(&mut part, 0x70, &[0xef, 0xc8]).map(u16::from_be_bytes);
        assert_eq!(id.map(|id| id & 0x083f), Ok(0x0807));
    }
}
