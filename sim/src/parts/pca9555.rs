//! NXP and TI PCA9555: sixteen pins in two ports on an I2C bus.
//!
//! Section numbers are those of the data sheet: Texas Instruments PCA9555 (SCPS131J).

use alloc::boxed::Box;

use super::link::{ByteRegisters, Bytes, OnI2c};
use super::ports::Port;
use crate::model::{BuildError, Buses, Model, Pin, Readout, Role, Setup, Value, ValueKind};
use crate::net::{Drive, Level, Net};
use crate::part::{Board, Part};

/// The PCA9555 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Texas Instruments PCA9555 (SCPS131J)",
    omits: "The pull-ups of 100 kOhm do not act on nets: a net at an input needs one of its own, and an open input reads high. Pins \
            change when the byte begins on the wires.",
    pins: PINS,
    readouts: &[
        Readout::new("outputs", ValueKind::Integer(0, 0xffff, ""), "the output registers: port 0 in the lower byte"),
        Readout::new("interrupt", ValueKind::Switch, "whether INT is active"),
    ],
    ..Model::new("pca9555", "an expander with sixteen pins", BUSES, build)
};

const BUSES: Buses = Buses::i2c(0x20, 0x27);
const KEYS: [&str; 16] =
    ["p00", "p01", "p02", "p03", "p04", "p05", "p06", "p07", "p10", "p11", "p12", "p13", "p14", "p15", "p16", "p17"];
const PINS: &[Pin] = &{
    let mut pins = [Pin::optional("int", Role::OpenDrain, "the INT output: low after an input has changed"); 17];
    let mut index = 0;
    while index < 16 {
        pins[index + 1] = Pin::optional(KEYS[index], Role::Both, "a pin");
        index += 1;
    }
    pins
};

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    let part = Pca9555::new(KEYS.map(|key| setup.net(key)), setup.net("int"));
    OnI2c::<_, Bytes>::place("PCA9555", BUSES, setup, part)
}

// Section 8.6.1, table 8-3: the command byte.
const INPUT: u8 = 0;
const OUTPUT: u8 = 2;
const POLARITY: u8 = 4;
const CONFIGURATION: u8 = 6;

/// A PCA9555. Each pair of bytes is ports 0 and 1.
struct Pca9555 {
    pins: Port<16>,
    interrupt: Option<Net>,
    output: [u8; 2],
    polarity: [u8; 2],
    configuration: [u8; 2],
    /// The levels at the last read of each port: INT compares with them.
    seen: [u8; 2],
    active: bool,
}

impl Pca9555 {
    // Tables 8-5 to 8-8: the outputs are high and all pins are inputs after power-up.
    fn new(pins: [Option<Net>; 16], interrupt: Option<Net>) -> Pca9555 {
        Pca9555 {
            pins: Port::new(pins),
            interrupt,
            output: [0xff; 2],
            polarity: [0; 2],
            configuration: [0xff; 2],
            seen: [0xff; 2],
            active: false,
        }
    }

    fn levels(&self, board: &dyn Board) -> [u8; 2] {
        let open = word(self.configuration) | word(self.output);
        let [.., upper, lower] = self.pins.levels(open, board).to_be_bytes();
        [lower, upper]
    }

    fn drive(&self, board: &mut dyn Board) {
        self.pins.drive(!word(self.configuration), word(self.output), board);
    }

    /// Section 8.3.2: INT is low while an input differs from what was last read of its port.
    fn compare(&mut self, board: &mut dyn Board) {
        let levels = self.levels(board);
        let differs = |port: usize| (levels[port] ^ self.seen[port]) & self.configuration[port] != 0;
        self.active = differs(0) || differs(1);
        if let Some(net) = self.interrupt {
            board.drive(net, if self.active { Drive::Low } else { Drive::Released });
        }
    }
}

fn word([lower, upper]: [u8; 2]) -> u32 {
    u16::from_le_bytes([lower, upper]).into()
}

impl Part for Pca9555 {
    fn power_on(&mut self, board: &mut dyn Board) {
        self.pins.watch(board);
        self.drive(board);
        self.seen = self.levels(board);
        self.compare(board);
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        let fresh = Pca9555::new([None; 16], None);
        *self = Pca9555 { pins: self.pins.clone(), interrupt: self.interrupt, ..fresh };
    }

    fn net_changed(&mut self, _net: Net, _level: Level, board: &mut dyn Board) {
        self.compare(board);
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        match readout {
            "outputs" => Some(i64::from(word(self.output)).into()),
            "interrupt" => Some(self.active.into()),
            _ => None,
        }
    }
}

impl ByteRegisters for Pca9555 {
    fn pointed(&mut self, byte: u8) -> u8 {
        byte & 0x07
    }

    /// Section 8.5.2: to and fro between the two of a pair.
    fn after(&self, register: u8) -> u8 {
        register ^ 1
    }

    fn read_register(&mut self, register: u8, board: &mut dyn Board) -> u8 {
        let port = usize::from(register & 1);
        match register & !1 {
            INPUT => {
                self.seen[port] = self.levels(board)[port];
                self.compare(board);
                self.seen[port] ^ self.polarity[port]
            }
            OUTPUT => self.output[port],
            POLARITY => self.polarity[port],
            _ => self.configuration[port],
        }
    }

    fn write_register(&mut self, register: u8, value: u8, board: &mut dyn Board) {
        let port = usize::from(register & 1);
        match register & !1 {
            // Table 8-4: writing the inputs has no effect.
            INPUT => return,
            OUTPUT => self.output[port] = value,
            POLARITY => self.polarity[port] = value,
            CONFIGURATION => self.configuration[port] = value,
            _ => {}
        }
        self.drive(board);
        self.compare(board);
    }
}

#[cfg(test)]
mod tests {
    use super::Pca9555;
    use crate::net::Drive;
    use crate::parts::link::{Bytes, OnI2c};
    use crate::parts::test_board::TestBoard;

    fn part() -> (OnI2c<Pca9555, Bytes>, TestBoard) {
        let mut pins = [None; 16];
        (pins[0], pins[12]) = (Some(TestBoard::net(1)), Some(TestBoard::net(2)));
        let mut part = OnI2c::new(0x20, Pca9555::new(pins, Some(TestBoard::net(3))));
        let board = TestBoard::with(&mut part);
        (part, board)
    }

    #[test]
    fn registers_of_a_pair_take_turns() {
        let (mut part, mut board) = part();
        assert_eq!(board.i2c_write_read(&mut part, 0x20, &[6]), Ok([0xff, 0xff, 0xff]));
        assert_eq!(board.i2c_write_read(&mut part, 0x20, &[2]), Ok([0xff, 0xff]));
        board.i2c_write(&mut part, 0x20, &[2, 0x11, 0x22]).expect("acknowledged");
        board.i2c_write(&mut part, 0x20, &[7, 0xef, 0xfe]).expect("acknowledged");
        assert_eq!(board.i2c_write_read(&mut part, 0x20, &[3]), Ok([0x22, 0x11]));
        assert_eq!(board.i2c_write_read(&mut part, 0x20, &[6]), Ok([0xfe, 0xef]));
        assert_eq!(board.driven(TestBoard::net(1)), Drive::High);
        assert_eq!(board.driven(TestBoard::net(2)), Drive::Low);
    }

    #[test]
    fn an_input_that_changes_makes_int_low_until_its_port_is_read() {
        let (mut part, mut board) = part();
        board.set(&mut part, TestBoard::net(2), Drive::High);
        assert_eq!(board.driven(TestBoard::net(3)), Drive::Low);
        board.i2c_write_read::<1>(&mut part, 0x20, &[0]).expect("it is there");
        assert_eq!(board.driven(TestBoard::net(3)), Drive::Low, "the other port");
        assert_eq!(board.i2c_write_read(&mut part, 0x20, &[1]), Ok([0xff]));
        assert_eq!(board.driven(TestBoard::net(3)), Drive::Released);
        board.i2c_write(&mut part, 0x20, &[5, 0x10]).expect("acknowledged");
        assert_eq!(board.i2c_write_read(&mut part, 0x20, &[1]), Ok([0xef]), "inverted");
    }
}
