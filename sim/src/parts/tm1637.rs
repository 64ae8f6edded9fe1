//! Titan Micro TM1637: digits with seven segments, over two wires.
//!
//! It follows the data sheet: Titan Micro TM1637, version 2.4, "interface interpretation" and its tables of commands.

use alloc::boxed::Box;
use alloc::string::String;

use super::segments;
use crate::model::{BuildError, Buses, Model, Pin, Readout, Role, Setup, Value, ValueKind};
use crate::net::{Drive, Level, Net};
use crate::part::{Board, Part};

/// The TM1637 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Titan Micro TM1637, version 2.4",
    omits: "There are no keys: a read of them gives 0xff. The test mode is not simulated.",
    pins: &[Pin::required("clk", Role::Input, "the clock CLK"), Pin::required("dio", Role::Both, "the data line DIO")],
    readouts: &[
        Readout::new("text", ValueKind::Text, "what the six digits show"),
        Readout::new(
            "colon",
            ValueKind::Switch,
            "whether the point of the second digit is lit, which clocks have as a colon",
        ),
        Readout::new("on", ValueKind::Switch, "whether it is switched on"),
        Readout::new("brightness", ValueKind::Integer(0, 7, ""), "the width of the pulses, in eight steps"),
    ],
    ..Model::new("tm1637", "digits with seven segments on two wires", Buses::NONE, build)
};

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    Ok(Box::new(Tm1637::new(setup.wire("clk")?, setup.wire("dio")?)))
}

// "Data command", "display control" and "address command": the upper two bits.
const DATA: u8 = 0x40;
const CONTROL: u8 = 0x80;
const ADDRESS: u8 = 0xc0;
/// In a data command: the keys are read, and the address stays.
const READS_KEYS: u8 = 0x02;
const FIXED: u8 = 0x04;
const DIGITS: u8 = 6;

struct Tm1637 {
    clk: Net,
    dio: Net,
    digits: [u8; DIGITS as usize],
    on: bool,
    brightness: u8,
    fixed: bool,
    /// A START has come and no STOP.
    active: bool,
    /// How many bits of a byte came, and which.
    bits: u8,
    byte: u8,
    /// The address of the next byte of data, once an address command has come since the START.
    address: Option<u8>,
}

impl Tm1637 {
    fn new(clk: Net, dio: Net) -> Tm1637 {
        Tm1637 {
            clk,
            dio,
            digits: [0; DIGITS as usize],
            on: false,
            brightness: 0,
            fixed: false,
            active: false,
            bits: 0,
            byte: 0,
            address: None,
        }
    }

    fn take(&mut self, byte: u8) {
        if let Some(address) = self.address {
            if let Some(digit) = self.digits.get_mut(usize::from(address)) {
                *digit = byte;
            }
            self.address = Some(if self.fixed { address } else { (address + 1) % DIGITS });
            return;
        }
        match byte & 0xc0 {
            DATA => self.fixed = byte & FIXED != 0 && byte & READS_KEYS == 0,
            CONTROL => (self.on, self.brightness) = (byte & 0x08 != 0, byte & 0x07),
            ADDRESS => self.address = Some(byte & 0x07),
            _ => {}
        }
    }

    /// The bit is taken when the clock rises, the lowest first; after the eighth falling edge the part pulls DIO low until the ninth.
    fn clock(&mut self, level: Level, board: &mut dyn Board) {
        match (level, self.bits) {
            (Level::High, 0..8) => {
                let bit = u8::from(board.level(self.dio) == Level::High);
                self.byte = self.byte >> 1 | bit << 7;
                self.bits += 1;
            }
            (Level::High, _) => self.bits = 9,
            (Level::Low, 8) => {
                self.take(self.byte);
                board.drive(self.dio, Drive::Low);
            }
            (Level::Low, 9) => {
                (self.bits, self.byte) = (0, 0);
                board.drive(self.dio, Drive::Released);
            }
            (Level::Low, _) => {}
        }
    }

    fn text(&self) -> String {
        let shown = |digit: &u8| segments::character(segments::from_lowest(*digit));
        let text: String = if self.on { self.digits.iter().map(shown).collect() } else { String::new() };
        text.trim_end().into()
    }
}

impl Part for Tm1637 {
    fn power_on(&mut self, board: &mut dyn Board) {
        board.watch(self.clk);
        board.watch(self.dio);
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        *self = Tm1637::new(self.clk, self.dio);
    }

    // START: DIO falls while the clock is high; STOP: it rises.
    fn net_changed(&mut self, net: Net, level: Level, board: &mut dyn Board) {
        if net == self.clk {
            if self.active {
                self.clock(level, board);
            }
        } else if board.level(self.clk) == Level::High {
            self.active = level == Level::Low;
            (self.bits, self.byte, self.address) = (0, 0, None);
        }
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        match readout {
            "text" => Some(Value::Text(self.text())),
            "colon" => Some((self.on && self.digits[1] & 0x80 != 0).into()),
            "on" => Some(self.on.into()),
            "brightness" => Some(i64::from(self.brightness).into()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tm1637;
    use crate::model::Value;
    use crate::net::Drive;
    use crate::part::Part as _;
    use crate::parts::test_board::TestBoard;

    fn send(part: &mut Tm1637, board: &mut TestBoard, bytes: &[u8]) {
        let [clk, dio] = [1, 2].map(TestBoard::net);
        board.set(part, dio, Drive::High);
        board.set(part, clk, Drive::High);
        board.set(part, dio, Drive::Low);
        for byte in bytes {
            for bit in 0..8 {
                board.set(part, clk, Drive::Low);
                board.set(part, dio, if byte >> bit & 1 != 0 { Drive::High } else { Drive::Low });
                board.set(part, clk, Drive::High);
            }
            board.set(part, clk, Drive::Low);
            assert_eq!(board.driven(dio), Drive::Low, "acknowledged");
            board.set(part, dio, Drive::Low);
            board.set(part, clk, Drive::High);
            board.set(part, clk, Drive::Low);
            assert_eq!(board.driven(dio), Drive::Released);
        }
        board.set(part, clk, Drive::High);
        board.set(part, dio, Drive::High);
    }

    #[test]
    fn digits_are_written_from_an_address_on_or_to_one() {
        let mut part = Tm1637::new(TestBoard::net(1), TestBoard::net(2));
        let mut board = TestBoard::with(&mut part);
        send(&mut part, &mut board, &[0x40]);
        send(&mut part, &mut board, &[0xc0, 0x06, 0xdb, 0x4f, 0x66, 0x00, 0x00]);
        assert_eq!(part.readout("text", 0), Some(Value::Text("".into())), "switched off");
        send(&mut part, &mut board, &[0x8b]);
        assert_eq!(part.readout("text", 0), Some(Value::Text("1234".into())));
        assert_eq!(part.readout("colon", 0), Some(Value::Switch(true)));
        assert_eq!(part.readout("brightness", 0), Some(Value::Integer(3)));
        send(&mut part, &mut board, &[0x44]);
        send(&mut part, &mut board, &[0xc3, 0x7f]);
        assert_eq!(part.readout("text", 0), Some(Value::Text("1238".into())));
    }
}
