//! Sensirion SGP40: the raw signal of volatile organic compounds.
//!
//! Section numbers are those of the data sheet: Sensirion SGP40, version 1.2 (February 2022).

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use super::dials::Dials;
use super::link::{Commands, Effect, OnI2c, WordCommands};
use super::number::steps;
use crate::model::{BuildError, Buses, Control, Model, Range, Readout, Setup, Value, ValueKind};
use crate::part::{Board, Part};

/// The SGP40 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Sensirion SGP40, version 1.2",
    omits: "The signal is what is set: neither humidity nor temperature, which the controller sends, nor a cold heater change it. \
            The general call is not simulated.",
    controls: CONTROLS,
    readouts: &[
        Readout::new("heater", ValueKind::Switch, "whether the hotplate is on"),
        Readout::new(
            "humidity-ticks",
            ValueKind::Integer(0, 65_535, ""),
            "the humidity that came with the last measurement: 65,535 is 100 %",
        ),
    ],
    ..Model::new("sgp40", "a sensor of volatile organic compounds", BUSES, build)
};

const BUSES: Buses = Buses::i2c(0x59, 0x59);
const CONTROLS: &[Control; 1] =
    &[Control::number("signal", Range::new(0.0, 65_535.0, 1.0, ""), 30_000.0, "the raw signal: less is more gas")];

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    OnI2c::<_, Commands>::place("SGP40", BUSES, setup, Sgp40::new())
}

// Section 4.5, table 8: the commands, and the longest time that each takes.
const MEASURE: u16 = 0x260f;
const SELF_TEST: u16 = 0x280e;
const HEATER_OFF: u16 = 0x3615;
const SERIAL_NUMBER: u16 = 0x3682;
const MEASURE_NS: u64 = 30_000_000;
const SELF_TEST_NS: u64 = 320_000_000;
const SHORT_NS: u64 = 1_000_000;
/// What a self-test without a failure answers.
const ALL_TESTS_PASSED: u16 = 0xd400;

struct Sgp40 {
    dials: Dials<1>,
    heats: bool,
    humidity: u16,
}

impl Sgp40 {
    fn new() -> Sgp40 {
        Sgp40 { dials: Dials::new(CONTROLS), heats: false, humidity: 0 }
    }
}

impl Part for Sgp40 {
    fn power_off(&mut self, _board: &mut dyn Board) {
        (self.heats, self.humidity) = (false, 0);
    }

    fn set_control(&mut self, control: &str, value: &Value, _board: &mut dyn Board) -> bool {
        self.dials.set(control, value)
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        match readout {
            "heater" => Some(self.heats.into()),
            "humidity-ticks" => Some(i64::from(self.humidity).into()),
            _ => self.dials.read(readout),
        }
    }
}

impl WordCommands for Sgp40 {
    // Section 4.6: humidity and temperature follow, each with a checksum.
    fn arguments(&self, command: u16) -> usize {
        if command == MEASURE { 2 } else { 0 }
    }

    fn command(&mut self, command: u16, words: &[u16], _board: &mut dyn Board) -> Effect {
        match command {
            MEASURE => {
                self.heats = true;
                self.humidity = words.first().copied().unwrap_or(0);
                Effect::Answers(MEASURE_NS)
            }
            SELF_TEST => Effect::Answers(SELF_TEST_NS),
            SERIAL_NUMBER => Effect::Answers(SHORT_NS),
            HEATER_OFF => {
                self.heats = false;
                Effect::Busy(SHORT_NS)
            }
            _ => Effect::Unknown,
        }
    }

    fn answer(&mut self, command: u16) -> Vec<u16> {
        match command {
            MEASURE => vec![u16::try_from(steps(self.dials.number(0), 1.0, 0..=65_535)).unwrap_or(0)],
            SELF_TEST => vec![ALL_TESTS_PASSED],
            _ => vec![0x0000, 0x1a2b, 0x3c4d],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MEASURE_NS, Sgp40};
    use crate::model::Value;
    use crate::part::Part as _;
    use crate::parts::link::{Commands, OnI2c};
    use crate::parts::test_board::{NoAck, TestBoard};

    /// Section 4.6: without compensation 0x8000 and 0x6666 are sent, with the checksums 0xa2 and 0x93.
    #[test]
    fn a_measurement_takes_humidity_and_temperature_with_their_checksums() {
        let mut part: OnI2c<_, Commands> = OnI2c::new(0x59, Sgp40::new());
        let mut board = TestBoard::with(&mut part);
        let measure = [0x26, 0x0f, 0x80, 0x00, 0xa2, 0x66, 0x66, 0x93];
        board.i2c_write(&mut part, 0x59, &measure).expect("acknowledged");
        assert_eq!(board.i2c_read::<3>(&mut part, 0x59), Err(NoAck::Address), "it measures");
        board.advance(&mut part, MEASURE_NS);
        assert_eq!(board.i2c_read::<2>(&mut part, 0x59).map(u16::from_be_bytes), Ok(30_000));
        assert_eq!(part.readout("humidity-ticks", 0), Some(Value::Integer(0x8000)));
        let wrong = [0x26, 0x0f, 0x80, 0x00, 0xa3, 0x66, 0x66, 0x93];
        assert_eq!(board.i2c_write(&mut part, 0x59, &wrong), Err(NoAck::Data(4)));
        assert_eq!(board.i2c_write(&mut part, 0x59, &[0x26, 0x0f]), Ok(()), "half a command");
        assert_eq!(board.i2c_read::<3>(&mut part, 0x59), Err(NoAck::Address));
    }
}
