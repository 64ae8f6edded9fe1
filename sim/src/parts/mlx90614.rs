//! Melexis MLX90614: the temperature of what it looks at, over SMBus with checksums.
//!
//! Section numbers are those of the data sheet: Melexis MLX90614, revision 13 (September 2019).

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::checksum::crc8;
use super::dials::Dials;
use super::link::{Link, OnI2c};
use super::number::steps;
use crate::i2c::{Ack, Direction};
use crate::model::{BuildError, Buses, Control, Model, Range, Setup, Value};
use crate::part::{Board, Part};

/// The MLX90614 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Melexis MLX90614, revision 13",
    omits: "The object's temperature is what is set, whatever the emissivity; both zones see the same. The pulses on the data line, \
            sleep and waking up by holding SDA low are not simulated. An address written to the EEPROM changes nothing.",
    controls: CONTROLS,
    ..Model::new("mlx90614", "a thermometer that looks at things", BUSES, build)
};

const BUSES: Buses = Buses::i2c(0x5a, 0x5a);
const ADDRESS: u8 = 0x5a;
const CONTROLS: &[Control; 2] = &[
    Control::number("ambient", Range::new(-40.0, 125.0, 0.02, "degC"), 25.0, "the temperature of the part"),
    Control::number("object", Range::new(-70.0, 382.2, 0.02, "degC"), 36.6, "the temperature of what it looks at"),
];

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    OnI2c::<_, Smbus>::place("MLX90614", BUSES, setup, Mlx90614::new())
}

// Section 8.4.5, table 7: the commands: RAM from 0x00, EEPROM from 0x20, flags 0xf0.
const AMBIENT: u8 = 0x06;
const OBJECT_1: u8 = 0x07;
const OBJECT_2: u8 = 0x08;
const EEPROM: u8 = 0x20;
const FLAGS: u8 = 0xf0;
/// Section 8.3.3: erasing or writing a cell takes 5 ms, and bit 7 of the flags is set meanwhile.
const EEPROM_NS: u64 = 5_000_000;
const EEPROM_BUSY: u16 = 0x0080;
/// Section 8.3.3.1, table 5: cells that the controller may write: To max, To min, PWMCTRL, Ta range, emissivity, configuration and the
/// address.
const WRITABLE: [u8; 7] = [0x0, 0x1, 0x2, 0x3, 0x4, 0x5, 0xe];

struct Mlx90614 {
    dials: Dials<2>,
    eeprom: [u16; 32],
    busy_until_ns: u64,
}

/// What has come since the START, and how many bytes of the answer went.
#[derive(Default)]
struct Smbus {
    received: Vec<u8>,
    answer: Vec<u8>,
    sent: usize,
}

impl Mlx90614 {
    fn new() -> Mlx90614 {
        let mut eeprom = [0; 32];
        // Table 5: the factory's values, and a number (section 8.3.3.5).
        eeprom[0x0] = 0x9993;
        eeprom[0x1] = 0x62e3;
        eeprom[0x2] = 0x0201;
        eeprom[0x3] = 0xf71c;
        eeprom[0x4] = 0xffff;
        eeprom[0x5] = 0x9fb4;
        eeprom[0xe] = 0xbe5a;
        (eeprom[0x1c], eeprom[0x1d], eeprom[0x1e], eeprom[0x1f]) = (0x1234, 0x5678, 0x9abc, 0xdef0);
        Mlx90614 { dials: Dials::new(CONTROLS), eeprom, busy_until_ns: 0 }
    }

    /// Section 8.7.3: T = raw * 0.02 K.
    fn kelvin(&self, index: usize) -> u16 {
        u16::try_from(steps(self.dials.number(index) + 273.15, 0.02, 0..=0x7fff)).unwrap_or(0x7fff)
    }

    fn word(&self, command: u8, now_ns: u64) -> Option<u16> {
        Some(match command {
            AMBIENT => self.kelvin(0),
            OBJECT_1 | OBJECT_2 => self.kelvin(1),
            0x00..EEPROM => 0,
            EEPROM..0x40 => *self.eeprom.get(usize::from(command - EEPROM))?,
            // Bit 4 is set once the part has started.
            FLAGS => 0x0010 | if now_ns < self.busy_until_ns { EEPROM_BUSY } else { 0 },
            _ => return None,
        })
    }

    /// Section 8.3.3: a cell must be erased, by writing 0, before anything else is written.
    fn program(&mut self, command: u8, value: u16, board: &mut dyn Board) -> Ack {
        let cell = command.wrapping_sub(EEPROM);
        let (Some(place), true) = (self.eeprom.get_mut(usize::from(cell)), WRITABLE.contains(&cell)) else {
            return Ack::Nack;
        };
        if board.now_ns() < self.busy_until_ns {
            return Ack::Nack;
        }
        *place |= value;
        if value == 0 {
            *place = 0;
        }
        self.busy_until_ns = board.now_ns().saturating_add(EEPROM_NS);
        Ack::Ack
    }
}

impl Part for Mlx90614 {
    fn set_control(&mut self, control: &str, value: &Value, _board: &mut dyn Board) -> bool {
        self.dials.set(control, value)
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        self.dials.read(readout)
    }
}

// Sections 8.4.3.1 and 8.4.3.2: read word and write word, each with a checksum over all bytes, the addresses included; polynomial 0x07.
impl Link<Mlx90614> for Smbus {
    fn start(&mut self, part: &mut Mlx90614, direction: Direction, board: &mut dyn Board) -> Ack {
        self.sent = 0;
        self.answer.clear();
        if direction == Direction::Write {
            self.received.clear();
            return Ack::Ack;
        }
        let [command] = *self.received.as_slice() else { return Ack::Nack };
        let Some(word) = part.word(command, board.now_ns()) else { return Ack::Nack };
        let [upper, lower] = word.to_be_bytes();
        let crc = crc8(0x07, 0, &[ADDRESS << 1, command, ADDRESS << 1 | 1, lower, upper]);
        self.answer.extend([lower, upper, crc]);
        Ack::Ack
    }

    fn write(&mut self, part: &mut Mlx90614, byte: u8, board: &mut dyn Board) -> Ack {
        self.received.push(byte);
        match *self.received.as_slice() {
            [command, lower, upper, crc] if crc == crc8(0x07, 0, &[ADDRESS << 1, command, lower, upper]) => {
                part.program(command, u16::from_le_bytes([lower, upper]), board)
            }
            _ if self.received.len() < 4 => Ack::Ack,
            _ => Ack::Nack,
        }
    }

    fn read(&mut self, _part: &mut Mlx90614, _board: &mut dyn Board) -> u8 {
        let byte = self.answer.get(self.sent).copied().unwrap_or(0xff);
        self.sent = self.sent.saturating_add(1);
        byte
    }

    fn stop(&mut self, _part: &mut Mlx90614, _board: &mut dyn Board) {
        self.received.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::{EEPROM_NS, Mlx90614, Smbus};
    use crate::model::Value;
    use crate::part::Part as _;
    use crate::parts::link::OnI2c;
    use crate::parts::test_board::{NoAck, TestBoard};

    /// Section 8.4.3.1, figure 9: reading 0x07 gives 0x3ad2 and the checksum 0x30: 15,058 times 0.02 K.
    #[test]
    fn the_data_sheets_example_is_read_with_its_checksum() {
        let mut part: OnI2c<_, Smbus> = OnI2c::new(0x5a, Mlx90614::new());
        let mut board = TestBoard::with(&mut part);
        part.set_control("object", &Value::Number(15_058.0 * 0.02 - 273.15), &mut board);
        assert_eq!(board.i2c_write_read(&mut part, 0x5a, &[0x07]), Ok([0xd2, 0x3a, 0x30]));
        assert_eq!(board.i2c_write_read::<3>(&mut part, 0x5a, &[0x80]), Err(NoAck::Address), "no such command");
    }

    /// Section 8.4.3.2, figure 10: writing 0xc807 to 0x22 has the checksum 0x48.
    #[test]
    fn a_cell_is_erased_and_written_with_checksums() {
        let mut part: OnI2c<_, Smbus> = OnI2c::new(0x5a, Mlx90614::new());
        let mut board = TestBoard::with(&mut part);
        board.i2c_write(&mut part, 0x5a, &[0x22, 0, 0, 0x1a]).expect_err("a wrong checksum");
        board.i2c_write(&mut part, 0x5a, &[0x22, 0x00, 0x00, 0x55]).expect("acknowledged");
        assert_eq!(board.i2c_write(&mut part, 0x5a, &[0x22, 0x07, 0xc8, 0x48]), Err(NoAck::Data(3)), "it erases");
        board.advance(&mut part, EEPROM_NS);
        board.i2c_write(&mut part, 0x5a, &[0x22, 0x07, 0xc8, 0x48]).expect("acknowledged");
        board.advance(&mut part, EEPROM_NS);
        assert_eq!(board.i2c_write_read(&mut part, 0x5a, &[0x22]), Ok([0x07, 0xc8]));
    }
}
