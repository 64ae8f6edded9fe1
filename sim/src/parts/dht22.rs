//! Aosong DHT22 (AM2302) and DHT11: temperature and relative humidity on one wire.
//!
//! It follows the data sheets: Aosong AM2302 (DHT22), "communication and signal", and Aosong DHT11, "communication process".

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::dials::Dials;
use super::number::steps;
use crate::model::{BuildError, Buses, Control, Model, Pin, Preset, Range, Role, Setting, Setup, Value, ValueKind};
use crate::net::{Drive, Level, Net};
use crate::part::{Board, Part};

/// The DHT22 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Aosong AM2302 (DHT22); Aosong DHT11",
    omits: "An answer has what there is when it is asked for, not what there was the time before; the rest of two seconds between two \
            answers is not enforced. Readings carry no noise.",
    pins: &[Pin::required("data", Role::Both, "the data line, which needs a pull-up")],
    settings: &[Setting::new(
        "variant",
        ValueKind::Choice(&["dht22", "dht11"]),
        Preset::Text("dht22"),
        "which of the two it is",
    )],
    controls: CONTROLS,
    ..Model::new("dht22", "a sensor of temperature and humidity on one wire", Buses::NONE, build)
};

const CONTROLS: &[Control; 2] = &[
    Control::number("temperature", Range::new(-40.0, 80.0, 0.1, "degC"), 25.0, "the temperature of the air"),
    Control::number("humidity", Range::new(0.0, 100.0, 0.1, "%"), 50.0, "the relative humidity of the air"),
];

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    Ok(Box::new(Dht22::new(setup.wire("data")?, setup.text("variant")? == "dht11")))
}

const US: u64 = 1_000;
/// The start signal: low for at least 1 ms (DHT22) or 18 ms (DHT11).
const DHT22_START_NS: u64 = 1_000 * US;
const DHT11_START_NS: u64 = 18_000 * US;
/// The pause before the answer; its two halves; the low part of a bit, and the high part of a 0 and of a 1.
const PAUSE_NS: u64 = 30 * US;
const ANSWER_NS: u64 = 80 * US;
const LOW_NS: u64 = 50 * US;
const ZERO_NS: u64 = 26 * US;
const ONE_NS: u64 = 70 * US;

struct Dht22 {
    data: Net,
    is_dht11: bool,
    dials: Dials<2>,
    low_since_ns: Option<u64>,
    /// What the part still does to the line, the last step first: from when on, and whether it pulls it low.
    steps: Vec<(u64, bool)>,
}

impl Dht22 {
    fn new(data: Net, is_dht11: bool) -> Dht22 {
        Dht22 { data, is_dht11, dials: Dials::new(CONTROLS), low_since_ns: None, steps: Vec::new() }
    }

    /// Returns the five bytes: humidity, temperature and the sum of the four.
    fn bytes(&self) -> [u8; 5] {
        let tenths = |index| steps(self.dials.number(index), 0.1, -400..=1_000);
        let (humidity, temperature) = (tenths(1), tenths(0));
        let byte = |value: i32| u8::try_from(value).unwrap_or(u8::MAX);
        let magnitude = temperature.abs();
        let sign = if temperature < 0 { 0x80 } else { 0 };
        let [a, b, c, d] = if self.is_dht11 {
            // Whole and tenths apart, the sign in the tenths.
            [byte(humidity / 10), byte(humidity % 10), byte(magnitude / 10), byte(magnitude % 10) | sign]
        } else {
            // In tenths, and the sign apart from the magnitude.
            [byte(humidity / 256), byte(humidity % 256), byte(magnitude / 256) | sign, byte(magnitude % 256)]
        };
        let sum = [a, b, c, d].iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
        [a, b, c, d, sum]
    }

    fn answer(&mut self, board: &mut dyn Board) {
        let mut at_ns = board.now_ns().saturating_add(PAUSE_NS);
        let mut plan = Vec::new();
        let mut step = |ns: u64, low: bool| {
            plan.push((at_ns, low));
            at_ns = at_ns.saturating_add(ns);
        };
        step(ANSWER_NS, true);
        step(ANSWER_NS, false);
        for byte in self.bytes() {
            for bit in (0..8).rev() {
                step(LOW_NS, true);
                step(if byte >> bit & 1 == 0 { ZERO_NS } else { ONE_NS }, false);
            }
        }
        step(LOW_NS, true);
        step(0, false);
        plan.reverse();
        self.steps = plan;
        board.wake_at(board.now_ns().saturating_add(PAUSE_NS));
    }
}

impl Part for Dht22 {
    fn power_on(&mut self, board: &mut dyn Board) {
        board.watch(self.data);
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        (self.low_since_ns, self.steps) = (None, Vec::new());
    }

    fn net_changed(&mut self, _net: Net, level: Level, board: &mut dyn Board) {
        if !self.steps.is_empty() {
            return;
        }
        let now_ns = board.now_ns();
        let start_ns = if self.is_dht11 { DHT11_START_NS } else { DHT22_START_NS };
        match (level, self.low_since_ns) {
            (Level::Low, _) => self.low_since_ns = Some(now_ns),
            (Level::High, Some(since_ns)) if now_ns - since_ns >= start_ns => {
                self.low_since_ns = None;
                self.answer(board);
            }
            (Level::High, _) => self.low_since_ns = None,
        }
    }

    fn wake(&mut self, board: &mut dyn Board) {
        while let Some((at_ns, low)) = self.steps.last().copied() {
            if at_ns > board.now_ns() {
                board.wake_at(at_ns);
                return;
            }
            // The last step is dropped after it is done: until then the part takes its own levels for no start signal.
            board.drive(self.data, if low { Drive::Low } else { Drive::Released });
            self.steps.pop();
        }
    }

    fn set_control(&mut self, control: &str, value: &Value, _board: &mut dyn Board) -> bool {
        self.dials.set(control, value)
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        self.dials.read(readout)
    }
}

#[cfg(test)]
mod tests {
    use super::{Dht22, US};
    use crate::model::Value;
    use crate::net::Drive;
    use crate::part::Part as _;
    use crate::parts::test_board::TestBoard;

    /// Reads 40 bits by looking 40 us after each rise.
    fn read(part: &mut Dht22, board: &mut TestBoard, low_us: u64) -> Option<[u8; 5]> {
        let data = TestBoard::net(1);
        board.set(part, data, Drive::High);
        board.set(part, data, Drive::Low);
        board.advance(part, low_us * US);
        board.set(part, data, Drive::High);
        board.set(part, data, Drive::Released);
        let wait = |part: &mut Dht22, board: &mut TestBoard, drive| {
            (0..100).find(|_| {
                board.advance(part, US);
                board.driven(data) == drive
            })
        };
        wait(part, board, Drive::Low)?;
        wait(part, board, Drive::Released)?;
        wait(part, board, Drive::Low)?;
        let mut bytes = [0; 5];
        for byte in &mut bytes {
            for _ in 0..8 {
                wait(part, board, Drive::Released)?;
                board.advance(part, 40 * US);
                let one = board.driven(data) == Drive::Released;
                *byte = *byte << 1 | u8::from(one);
                if one {
                    wait(part, board, Drive::Low)?;
                }
            }
        }
        Some(bytes)
    }

    /// The examples of the AM2302's data sheet: 65.2 % with 35.1 degC is 02 8c 01 5f ee, and -10.1 degC is 80 65.
    #[test]
    fn the_data_sheets_examples_are_sent() {
        let mut part = Dht22::new(TestBoard::net(1), false);
        let mut board = TestBoard::with(&mut part);
        part.set_control("humidity", &Value::Number(65.2), &mut board);
        part.set_control("temperature", &Value::Number(35.1), &mut board);
        assert_eq!(read(&mut part, &mut board, 500), None, "too short a start signal");
        assert_eq!(read(&mut part, &mut board, 1_000), Some([0x02, 0x8c, 0x01, 0x5f, 0xee]));
        board.advance(&mut part, 1_000 * US);
        part.set_control("temperature", &Value::Number(-10.1), &mut board);
        assert_eq!(read(&mut part, &mut board, 1_000).map(|bytes| [bytes[2], bytes[3]]), Some([0x80, 0x65]));
    }
}
