//! Aosong AHT20: temperature and relative humidity.
//!
//! Section numbers are those of the data sheet: Aosong AHT20, version A0 (May 2019).

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::checksum;
use super::dials::Dials;
use super::link::{Link, OnI2c};
use super::number::steps;
use crate::i2c::{Ack, Direction};
use crate::model::{BuildError, Buses, Control, Model, Range, Setup, Value};
use crate::part::{Board, Part};

/// The AHT20 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Aosong AHT20, version A0",
    omits: "Readings carry no noise. The 40 ms after power-up, in which the real part may not answer, are not simulated.",
    controls: CONTROLS,
    ..Model::new("aht20", "a sensor of temperature and humidity", BUSES, build)
};

const BUSES: Buses = Buses::i2c(0x38, 0x38);
// Section 1, tables 1 and 2.
const CONTROLS: &[Control; 2] = &[
    Control::number("temperature", Range::new(-40.0, 85.0, 0.01, "degC"), 25.0, "the temperature of the air"),
    Control::number("humidity", Range::new(0.0, 100.0, 0.024, "%"), 50.0, "the relative humidity of the air"),
];

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    OnI2c::<_, Bytes>::place("AHT20", BUSES, setup, Aht20::new())
}

// Section 5.3, table 9: the commands.
const INITIALIZE: [u8; 3] = [0xbe, 0x08, 0x00];
const TRIGGER: [u8; 3] = [0xac, 0x33, 0x00];
const SOFT_RESET: u8 = 0xba;
const STATUS: u8 = 0x71;
// Section 5.4: the times of a calibration and of a measurement; section 5.5: of a reset, at most.
const INITIALIZE_NS: u64 = 10_000_000;
const TRIGGER_NS: u64 = 80_000_000;
const RESET_NS: u64 = 20_000_000;
// Table 10: the status.
const BUSY: u8 = 0x80;
const CALIBRATED: u8 = 0x08;
/// A bit that the table calls reserved, and that is set in the parts that are sold.
const RESERVED: u8 = 0x10;

struct Aht20 {
    dials: Dials<2>,
    busy_until_ns: u64,
    deaf_until_ns: u64,
    measures: bool,
    /// Humidity and temperature, 20 bits each.
    measured: [u8; 5],
}

/// The bytes of a write, and how many of an answer went.
#[derive(Default)]
struct Bytes {
    received: Vec<u8>,
    sent: usize,
}

impl Aht20 {
    fn new() -> Aht20 {
        Aht20 { dials: Dials::new(CONTROLS), busy_until_ns: 0, deaf_until_ns: 0, measures: false, measured: [0; 5] }
    }

    /// Section 6: RH = S / 2^20 * 100 %, T = S / 2^20 * 200 - 50.
    fn measure(&mut self) {
        const MOST: i32 = 0xf_ffff;
        let humidity = steps(self.dials.number(1), 100.0 / 1_048_576.0, 0..=MOST).unsigned_abs();
        let temperature = steps(self.dials.number(0) + 50.0, 200.0 / 1_048_576.0, 0..=MOST).unsigned_abs();
        let [_, _, _, a, b, c, d, e] = (u64::from(humidity) << 20 | u64::from(temperature)).to_be_bytes();
        self.measured = [a, b, c, d, e];
    }

    fn busy(&mut self, ns: u64, board: &mut dyn Board) {
        self.busy_until_ns = board.now_ns().saturating_add(ns);
    }

    fn status(&self, board: &dyn Board) -> u8 {
        let busy = board.now_ns() < self.busy_until_ns;
        CALIBRATED | RESERVED | if busy { BUSY } else { 0 }
    }
}

impl Part for Aht20 {
    fn power_off(&mut self, _board: &mut dyn Board) {
        (self.busy_until_ns, self.deaf_until_ns) = (0, 0);
        (self.measures, self.measured) = (false, [0; 5]);
    }

    fn wake(&mut self, board: &mut dyn Board) {
        if self.measures && self.busy_until_ns <= board.now_ns() {
            self.measures = false;
            self.measure();
        }
    }

    fn set_control(&mut self, control: &str, value: &Value, _board: &mut dyn Board) -> bool {
        self.dials.set(control, value)
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        self.dials.read(readout)
    }
}

impl Link<Aht20> for Bytes {
    fn start(&mut self, part: &mut Aht20, _direction: Direction, board: &mut dyn Board) -> Ack {
        if board.now_ns() < part.deaf_until_ns {
            return Ack::Nack;
        }
        *self = Bytes::default();
        Ack::Ack
    }

    fn write(&mut self, part: &mut Aht20, byte: u8, board: &mut dyn Board) -> Ack {
        self.received.push(byte);
        match self.received.as_slice() {
            &[SOFT_RESET] => {
                part.power_off(board);
                part.deaf_until_ns = board.now_ns().saturating_add(RESET_NS);
            }
            received if received == INITIALIZE => part.busy(INITIALIZE_NS, board),
            received if received == TRIGGER => {
                part.measures = true;
                part.busy(TRIGGER_NS, board);
                board.wake_at(part.busy_until_ns);
            }
            &[STATUS] => {}
            received if received.len() < 3 => {}
            _ => return Ack::Nack,
        }
        Ack::Ack
    }

    // Figures 16 and 17: the status, the five bytes, and the checksum of all six.
    fn read(&mut self, part: &mut Aht20, board: &mut dyn Board) -> u8 {
        let [a, b, c, d, e] = part.measured;
        let bytes = [part.status(board), a, b, c, d, e];
        let byte = bytes.get(self.sent).copied().unwrap_or_else(|| checksum::sensirion(&bytes));
        self.sent = self.sent.saturating_add(1);
        byte
    }
}

#[cfg(test)]
mod tests {
    use super::{Aht20, Bytes, TRIGGER_NS};
    use crate::model::Value;
    use crate::part::Part as _;
    use crate::parts::checksum::sensirion;
    use crate::parts::link::OnI2c;
    use crate::parts::test_board::{NoAck, TestBoard};

    #[test]
    fn a_measurement_takes_80_ms_and_has_20_bits_each() {
        let mut part: OnI2c<_, Bytes> = OnI2c::new(0x38, Aht20::new());
        let mut board = TestBoard::with(&mut part);
        part.set_control("temperature", &Value::Number(-10.0), &mut board);
        board.i2c_write(&mut part, 0x38, &[0xac, 0x33, 0x00]).expect("acknowledged");
        assert_eq!(board.i2c_read(&mut part, 0x38), Ok([0x98]), "busy");
        board.advance(&mut part, TRIGGER_NS);
        // Section 6: half of 2^20, and 40 / 200 of it.
        let bytes: [u8; 7] = board.i2c_read(&mut part, 0x38).expect("measured");
        assert_eq!(bytes[..6], [0x18, 0x80, 0x00, 0x03, 0x33, 0x33]);
        assert_eq!(bytes[6], sensirion(&bytes[..6]));
    }

    #[test]
    fn a_reset_takes_20_ms_and_unknown_bytes_are_refused() {
        let mut part: OnI2c<_, Bytes> = OnI2c::new(0x38, Aht20::new());
        let mut board = TestBoard::with(&mut part);
        assert_eq!(board.i2c_write(&mut part, 0x38, &[0x12, 0x34, 0x56]), Err(NoAck::Data(2)));
        board.i2c_write(&mut part, 0x38, &[0xba]).expect("acknowledged");
        assert_eq!(board.i2c_read::<1>(&mut part, 0x38), Err(NoAck::Address));
        board.advance(&mut part, 20_000_000);
        assert_eq!(board.i2c_write_read(&mut part, 0x38, &[0x71]), Ok([0x18]));
    }
}
