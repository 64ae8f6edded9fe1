//! TE HTU21D(F): temperature and relative humidity, as the Si7021 and SHT21 have it.
//!
//! Page numbers are those of the data sheet: Measurement Specialties HTU21D(F), HPC199_2 (October 2013).

use alloc::boxed::Box;

use super::checksum::crc8;
use super::dials::Dials;
use super::link::{Link, OnI2c};
use super::number::steps;
use super::sampler::Sampler;
use crate::i2c::{Ack, Direction};
use crate::model::{BuildError, Buses, Control, Model, Range, Setup, Value};
use crate::part::{Board, Part};

/// The HTU21D as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Measurement Specialties HTU21D(F), HPC199_2",
    omits: "The clock is not held low: after a command that holds the bus the answer is there at once. The heater warms nothing. \
            Readings carry no noise.",
    controls: CONTROLS,
    ..Model::new("htu21d", "a sensor of temperature and humidity", BUSES, build)
};

const BUSES: Buses = Buses::i2c(0x40, 0x40);
// Page 4, "operating range".
const CONTROLS: &[Control; 2] = &[
    Control::number("temperature", Range::new(-40.0, 125.0, 0.01, "degC"), 25.0, "the temperature of the air"),
    Control::number("humidity", Range::new(0.0, 100.0, 0.04, "%"), 50.0, "the relative humidity of the air"),
];

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    OnI2c::<_, Commands>::place("HTU21D", BUSES, setup, Htu21d::new())
}

// Page 11: the commands. The first two hold the bus.
const TEMPERATURE_HOLDING: u8 = 0xe3;
const HUMIDITY_HOLDING: u8 = 0xe5;
const TEMPERATURE: u8 = 0xf3;
const HUMIDITY: u8 = 0xf5;
const WRITE_USER: u8 = 0xe6;
const READ_USER: u8 = 0xe7;
const SOFT_RESET: u8 = 0xfe;

// Pages 4 and 5: the bits of humidity and temperature, and the longest times of their measurements in ms, by bits 7 and 0 of the user
// register (page 13).
const RESOLUTIONS: [(u32, u64, u32, u64); 4] = [(12, 16, 14, 50), (8, 3, 12, 13), (10, 5, 13, 25), (11, 8, 11, 7)];
const MS: u64 = 1_000_000;
/// Page 12: a reset takes less than 15 ms.
const RESET_NS: u64 = 15 * MS;
/// Page 13: the user register after power-up.
const USER: u8 = 0x02;
/// The lowest two bits of a reading: bit 1 is set for humidity (page 14).
const IS_HUMIDITY: u16 = 0x0002;

struct Htu21d {
    dials: Dials<2>,
    user: u8,
    deaf_until_ns: u64,
}

/// What the last command was.
#[derive(Default)]
struct Commands {
    command: Option<u8>,
    measuring: Sampler,
    answer: Option<[u8; 3]>,
    sent: usize,
}

impl Htu21d {
    fn new() -> Htu21d {
        Htu21d { dials: Dials::new(CONTROLS), user: USER, deaf_until_ns: 0 }
    }

    fn resolution(&self) -> (u32, u64, u32, u64) {
        RESOLUTIONS[usize::from(self.user >> 6 & 2 | self.user & 1)]
    }

    /// Page 15: RH = -6 + 125 * S / 2^16, T = -46.85 + 175.72 * S / 2^16.
    fn measure(&self, humidity: bool) -> [u8; 3] {
        let (humidity_bits, _, temperature_bits, _) = self.resolution();
        let (value, span, bits, flag) = if humidity {
            (self.dials.number(1) + 6.0, 125.0, humidity_bits, IS_HUMIDITY)
        } else {
            (self.dials.number(0) + 46.85, 175.72, temperature_bits, 0)
        };
        let most = (1 << bits) - 1;
        let count = steps(value, span / f64::from(most + 1), 0..=most) << (16 - bits);
        let [upper, lower] = (u16::try_from(count).unwrap_or(0) | flag).to_be_bytes();
        // Page 14: polynomial x^8 + x^5 + x^4 + 1, start 0.
        [upper, lower, crc8(0x31, 0, &[upper, lower])]
    }
}

impl Part for Htu21d {
    fn power_off(&mut self, _board: &mut dyn Board) {
        self.user = USER;
    }

    fn set_control(&mut self, control: &str, value: &Value, _board: &mut dyn Board) -> bool {
        self.dials.set(control, value)
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        self.dials.read(readout)
    }
}

impl Link<Htu21d> for Commands {
    fn start(&mut self, part: &mut Htu21d, direction: Direction, board: &mut dyn Board) -> Ack {
        let (now_ns, reads) = (board.now_ns(), direction == Direction::Read);
        self.sent = 0;
        // Page 12: until it has measured, a read is not acknowledged.
        if now_ns < part.deaf_until_ns || reads && (self.measuring.is_running() || self.command.is_none()) {
            return Ack::Nack;
        }
        if !reads {
            self.command = None;
        }
        Ack::Ack
    }

    fn write(&mut self, part: &mut Htu21d, byte: u8, board: &mut dyn Board) -> Ack {
        if self.command == Some(WRITE_USER) {
            part.user = byte;
            return Ack::Ack;
        }
        self.command = Some(byte);
        self.measuring = Sampler::default();
        let (_, humidity_ms, _, temperature_ms) = part.resolution();
        match byte {
            TEMPERATURE_HOLDING | HUMIDITY_HOLDING => self.answer = Some(part.measure(byte == HUMIDITY_HOLDING)),
            TEMPERATURE | HUMIDITY => {
                let ms = if byte == HUMIDITY { humidity_ms } else { temperature_ms };
                self.measuring = Sampler::once(board.now_ns(), ms * MS);
                board.wake_at(board.now_ns().saturating_add(ms * MS));
            }
            READ_USER => self.answer = Some([part.user; 3]),
            WRITE_USER => {}
            SOFT_RESET => {
                part.power_off(board);
                *self = Commands::default();
                part.deaf_until_ns = board.now_ns().saturating_add(RESET_NS);
            }
            _ => {
                self.command = None;
                return Ack::Nack;
            }
        }
        Ack::Ack
    }

    fn read(&mut self, _part: &mut Htu21d, _board: &mut dyn Board) -> u8 {
        let byte = self.answer.and_then(|answer| answer.get(self.sent).copied()).unwrap_or(0xff);
        self.sent = self.sent.saturating_add(1);
        byte
    }

    fn wake(&mut self, part: &mut Htu21d, board: &mut dyn Board) {
        if self.measuring.ended(board.now_ns()) {
            self.answer = Some(part.measure(self.command == Some(HUMIDITY)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Commands, Htu21d, MS};
    use crate::model::Value;
    use crate::part::Part as _;
    use crate::parts::link::OnI2c;
    use crate::parts::test_board::{NoAck, TestBoard};

    /// Page 15, the examples: 0x683a is 24.7 degC, and 0x4e85 32.3 % (with the status in its lowest bits); page 14 has the checksums.
    #[test]
    fn the_data_sheets_examples_are_read_after_their_times() {
        let mut part: OnI2c<_, Commands> = OnI2c::new(0x40, Htu21d::new());
        let mut board = TestBoard::with(&mut part);
        part.set_control("temperature", &Value::Number(24.69), &mut board);
        part.set_control("humidity", &Value::Number(32.34), &mut board);
        for (command, ms, bytes) in [(0xf3, 50, [0x68, 0x38, 0x1e]), (0xf5, 16, [0x4e, 0x82, 0xfc])] {
            board.i2c_write(&mut part, 0x40, &[command]).expect("acknowledged");
            board.advance(&mut part, (ms - 1) * MS);
            assert_eq!(board.i2c_read::<3>(&mut part, 0x40), Err(NoAck::Address));
            board.advance(&mut part, MS);
            assert_eq!(board.i2c_read(&mut part, 0x40), Ok(bytes));
        }
        assert_eq!(board.i2c_write_read(&mut part, 0x40, &[0xe3]), Ok([0x68, 0x38, 0x1e]), "holding the bus");
    }

    #[test]
    fn the_user_register_sets_the_resolution_until_a_reset() {
        let mut part: OnI2c<_, Commands> = OnI2c::new(0x40, Htu21d::new());
        let mut board = TestBoard::with(&mut part);
        assert_eq!(board.i2c_write_read(&mut part, 0x40, &[0xe7]), Ok([0x02]));
        board.i2c_write(&mut part, 0x40, &[0xe6, 0x83]).expect("acknowledged");
        board.i2c_write(&mut part, 0x40, &[0xf3]).expect("acknowledged");
        board.advance(&mut part, 7 * MS);
        let [_, lower] = board.i2c_read(&mut part, 0x40).expect("11 bits take 7 ms");
        assert_eq!(lower & 0x1f, 0);
        board.i2c_write(&mut part, 0x40, &[0xfe]).expect("acknowledged");
        assert_eq!(board.i2c_write(&mut part, 0x40, &[0xe7]), Err(NoAck::Address), "it starts for 15 ms");
        board.advance(&mut part, 15 * MS);
        assert_eq!(board.i2c_write_read(&mut part, 0x40, &[0xe7]), Ok([0x02]));
    }
}
