//! Sensirion SGP30: volatile organic compounds and equivalent carbon dioxide.
//!
//! Section numbers are those of the data sheet: Sensirion SGP30, version 1.0 (May 2020).

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use super::dials::Dials;
use super::link::{Commands, Effect, OnI2c, WordCommands};
use super::number::steps;
use crate::model::{BuildError, Buses, Control, Model, Range, Setup, Value};
use crate::part::{Board, Part};

/// The SGP30 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Sensirion SGP30, version 1.0",
    omits: "What it measures is what is set: humidity and baseline, which the controller may write, are kept and change nothing. Raw \
            signals stand still. The general call is not simulated.",
    controls: CONTROLS,
    ..Model::new("sgp30", "a sensor of organic compounds and equivalent carbon dioxide", BUSES, build)
};

const BUSES: Buses = Buses::i2c(0x58, 0x58);
// Section 1.2, table 2: the output ranges.
const CONTROLS: &[Control; 2] = &[
    Control::number("co2eq", Range::new(400.0, 60_000.0, 1.0, "ppm"), 450.0, "the equivalent carbon dioxide"),
    Control::number("tvoc", Range::new(0.0, 60_000.0, 1.0, "ppb"), 20.0, "the volatile organic compounds"),
];

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    OnI2c::<_, Commands>::place("SGP30", BUSES, setup, Sgp30::new())
}

// Section 6.3, table 10: the commands.
const INIT: u16 = 0x2003;
const MEASURE: u16 = 0x2008;
const GET_BASELINE: u16 = 0x2015;
const SET_BASELINE: u16 = 0x201e;
const SET_HUMIDITY: u16 = 0x2061;
const TEST: u16 = 0x2032;
const FEATURES: u16 = 0x202f;
const RAW: u16 = 0x2050;
const SERIAL_NUMBER: u16 = 0x3682;
const MS: u64 = 1_000_000;
/// Section 6.3: for 15 s after it was begun a measurement gives 400 ppm and 0 ppb.
const WARM_UP_NS: u64 = 15_000 * MS;

struct Sgp30 {
    dials: Dials<2>,
    warm_at_ns: Option<u64>,
    /// Whether the measurement that is asked for is one after the warm-up.
    warm: bool,
    baseline: [u16; 2],
}

impl Sgp30 {
    fn new() -> Sgp30 {
        Sgp30 { dials: Dials::new(CONTROLS), warm_at_ns: None, warm: false, baseline: [0x8a3c, 0x8f1e] }
    }
}

impl Part for Sgp30 {
    fn power_off(&mut self, _board: &mut dyn Board) {
        let dials = self.dials.clone();
        *self = Sgp30 { dials, ..Sgp30::new() };
    }

    fn set_control(&mut self, control: &str, value: &Value, _board: &mut dyn Board) -> bool {
        self.dials.set(control, value)
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        self.dials.read(readout)
    }
}

impl WordCommands for Sgp30 {
    fn arguments(&self, command: u16) -> usize {
        match command {
            SET_BASELINE => 2,
            SET_HUMIDITY => 1,
            _ => 0,
        }
    }

    fn command(&mut self, command: u16, words: &[u16], board: &mut dyn Board) -> Effect {
        let now_ns = board.now_ns();
        match command {
            INIT => {
                self.warm_at_ns = Some(now_ns.saturating_add(WARM_UP_NS));
                Effect::Busy(10 * MS)
            }
            MEASURE => {
                self.warm = self.warm_at_ns.is_some_and(|at_ns| at_ns <= now_ns);
                Effect::Answers(12 * MS)
            }
            SET_BASELINE => {
                // The order is TVOC and CO2eq, the reverse of what is read.
                if let [tvoc, co2eq] = *words {
                    self.baseline = [co2eq, tvoc];
                }
                Effect::Busy(10 * MS)
            }
            SET_HUMIDITY => Effect::Busy(10 * MS),
            GET_BASELINE | FEATURES => Effect::Answers(10 * MS),
            RAW => Effect::Answers(25 * MS),
            TEST => Effect::Answers(220 * MS),
            SERIAL_NUMBER => Effect::Answers(MS / 2),
            _ => Effect::Unknown,
        }
    }

    fn answer(&mut self, command: u16) -> Vec<u16> {
        let word = |index| u16::try_from(steps(self.dials.number(index), 1.0, 0..=60_000)).unwrap_or(0);
        match command {
            MEASURE if self.warm => vec![word(0), word(1)],
            MEASURE => vec![400, 0],
            GET_BASELINE => self.baseline.to_vec(),
            FEATURES => vec![0x0022],
            RAW => vec![13_500, 18_500],
            TEST => vec![0xd400],
            _ => vec![0x0000, 0x0045, 0xd2e6],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MS, Sgp30};
    use crate::model::Value;
    use crate::part::Part as _;
    use crate::parts::link::{Commands, OnI2c};
    use crate::parts::test_board::{NoAck, TestBoard};

    #[test]
    fn for_15_seconds_it_gives_400_ppm_and_0_ppb() {
        let mut part: OnI2c<_, Commands> = OnI2c::new(0x58, Sgp30::new());
        let mut board = TestBoard::with(&mut part);
        part.set_control("co2eq", &Value::Number(1_000.0), &mut board);
        board.i2c_write(&mut part, 0x58, &[0x20, 0x03]).expect("acknowledged");
        assert_eq!(board.i2c_write(&mut part, 0x58, &[0x20, 0x08]), Err(NoAck::Address), "busy for 10 ms");
        for (wait_ms, words) in [(1_000, [400, 0]), (14_000, [1_000, 20])] {
            board.advance(&mut part, wait_ms * MS);
            board.i2c_write(&mut part, 0x58, &[0x20, 0x08]).expect("acknowledged");
            board.advance(&mut part, 12 * MS);
            let [a, b, _, c, d, _] = board.i2c_read(&mut part, 0x58).expect("measured");
            assert_eq!([u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])], words);
        }
    }
}
