//! Hitachi HD44780: the controller of displays with characters, on nets or behind a PCF8574.
//!
//! Page numbers are those of the data sheet: Hitachi HD44780U (ADE-207-272(Z), revision 0.0).

mod controller;

use alloc::boxed::Box;

use self::controller::Controller;
use super::link::{Link, OnI2c};
use crate::i2c::{Ack, Direction};
use crate::model::{BuildError, Buses, Model, Pin, Preset, Readout, Role, Setting, Setup, Value, ValueKind};
use crate::net::{Drive, Level, Net};
use crate::part::{Board, Part};

/// The display on nets as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Hitachi HD44780U (ADE-207-272(Z))",
    omits: OMITS,
    pins: &[
        Pin::required("rs", Role::Input, "RS: low for instructions, high for characters"),
        Pin::optional("rw", Role::Input, "R/W: high to read; left open it is tied low"),
        Pin::required("e", Role::Input, "E: its falling edge takes what is on the data lines"),
        Pin::optional("d0", Role::Both, "a data line, which four-bit wiring leaves open"),
        Pin::optional("d1", Role::Both, "a data line, which four-bit wiring leaves open"),
        Pin::optional("d2", Role::Both, "a data line, which four-bit wiring leaves open"),
        Pin::optional("d3", Role::Both, "a data line, which four-bit wiring leaves open"),
        Pin::required("d4", Role::Both, "a data line"),
        Pin::required("d5", Role::Both, "a data line"),
        Pin::required("d6", Role::Both, "a data line"),
        Pin::required("d7", Role::Both, "a data line, with the busy flag"),
    ],
    settings: SETTINGS,
    readouts: READOUTS,
    ..Model::new("hd44780", "a display with characters", Buses::NONE, build)
};

/// The display behind a PCF8574 as a policy has it.
pub const BACKPACK: Model = Model {
    data_sheet: "Hitachi HD44780U (ADE-207-272(Z)); Texas Instruments PCF8574 (SCPS068J)",
    omits: OMITS,
    settings: SETTINGS,
    readouts: &[READOUTS[0], READOUTS[1], READOUTS[2], READOUTS[3], READOUTS[4], BACKLIGHT],
    ..Model::new("hd44780-i2c", "a display with characters behind a PCF8574", BUSES, build_backpack)
};

const OMITS: &str = "An instruction that comes while the controller is busy is ignored. There is no picture: the text is what \
                     character ROM A00 has at the codes of ASCII, and `?` elsewhere. Scrolling shows in the text; the cursor and its \
                     blinking do not. The 10 ms after power-up are not simulated.";
const SETTINGS: &[Setting] = &[Setting::new(
    "size",
    ValueKind::Choice(&["16x2", "20x4", "16x1", "20x2", "40x2"]),
    Preset::Text("16x2"),
    "columns and rows",
)];
const READOUTS: &[Readout; 5] = &[
    Readout::new("line1", ValueKind::Text, "the text of the first row"),
    Readout::new("line2", ValueKind::Text, "the text of the second row"),
    Readout::new("line3", ValueKind::Text, "the text of the third row"),
    Readout::new("line4", ValueKind::Text, "the text of the fourth row"),
    Readout::new("on", ValueKind::Switch, "whether the display is switched on"),
];
const BACKLIGHT: Readout = Readout::new("backlight", ValueKind::Switch, "whether the backlight is on");
const BUSES: Buses = Buses { i2c: Some(ADDRESSES), ..Buses::NONE };
const ADDRESSES: crate::model::Addresses =
    crate::model::Addresses { first: 0x20, last: 0x27, usual: Some(0x27), blocks: |_| 0 };
const LINES: [&str; 8] = ["d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7"];

fn controller(setup: &Setup<'_>) -> Result<Controller, BuildError> {
    let (columns, rows) = match setup.text("size")? {
        "20x4" => (20, 4),
        "16x1" => (16, 1),
        "20x2" => (20, 2),
        "40x2" => (40, 2),
        _ => (16, 2),
    };
    Ok(Controller::new(columns, rows))
}

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    for key in ["d4", "d5", "d6", "d7"] {
        setup.wire(key)?;
    }
    Ok(Box::new(Parallel {
        controller: controller(setup)?,
        rs: setup.wire("rs")?,
        rw: setup.net("rw"),
        e: setup.wire("e")?,
        data: LINES.map(|key| setup.net(key)),
    }))
}

fn build_backpack(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    let backpack = Backpack { controller: controller(setup)?, pins: 0xff };
    OnI2c::<_, Port>::place("PCF8574", BUSES, setup, backpack)
}

/// A display whose lines are nets.
struct Parallel {
    controller: Controller,
    rs: Net,
    rw: Option<Net>,
    e: Net,
    data: [Option<Net>; 8],
}

impl Parallel {
    fn is_high(net: Option<Net>, board: &dyn Board) -> bool {
        net.is_some_and(|net| board.level(net) == Level::High)
    }
}

impl Part for Parallel {
    fn power_on(&mut self, board: &mut dyn Board) {
        board.watch(self.e);
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        self.controller.reset();
    }

    // Page 49, "timing characteristics": a write takes the lines when E falls, and a read drives them while E is high.
    fn net_changed(&mut self, _net: Net, level: Level, board: &mut dyn Board) {
        let (rs, reads) = (board.level(self.rs) == Level::High, Parallel::is_high(self.rw, board));
        match (level, reads) {
            (Level::High, true) => {
                let byte = self.controller.look(rs, board.now_ns());
                for (bit, net) in self.data.into_iter().enumerate() {
                    if let Some(net) = net {
                        board.drive(net, Drive::from(Level::from(byte >> bit & 1 != 0)));
                    }
                }
            }
            (Level::High, false) => {}
            (Level::Low, true) => {
                self.controller.looked(rs);
                for net in self.data.into_iter().flatten() {
                    board.drive(net, Drive::Released);
                }
            }
            (Level::Low, false) => {
                let bits = self.data.iter().enumerate();
                let byte = bits.fold(0, |byte, (bit, net)| byte | u8::from(Parallel::is_high(*net, board)) << bit);
                self.controller.clock(rs, byte, board.now_ns());
            }
        }
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        self.controller.readout(readout)
    }
}

// How most modules are wired: P0 to RS, P1 to R/W, P2 to E, P3 to the backlight, P4 to P7 to D4 to D7.
const RS: u8 = 0x01;
const RW: u8 = 0x02;
const E: u8 = 0x04;
const LIGHT: u8 = 0x08;

/// A display behind a PCF8574.
struct Backpack {
    controller: Controller,
    pins: u8,
}

impl Part for Backpack {
    fn power_off(&mut self, _board: &mut dyn Board) {
        self.controller.reset();
        self.pins = 0xff;
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        if readout == "backlight" {
            return Some((self.pins & LIGHT != 0).into());
        }
        self.controller.readout(readout)
    }
}

/// The PCF8574: every byte written sets its pins, and every byte read has them.
#[derive(Default)]
struct Port;

impl Link<Backpack> for Port {
    fn start(&mut self, _part: &mut Backpack, _direction: Direction, _board: &mut dyn Board) -> Ack {
        Ack::Ack
    }

    fn write(&mut self, part: &mut Backpack, byte: u8, board: &mut dyn Board) -> Ack {
        let fell = part.pins & E != 0 && byte & E == 0;
        let (rs, reads) = (byte & RS != 0, byte & RW != 0);
        part.pins = byte;
        match (fell, reads) {
            (true, true) => part.controller.looked(rs),
            (true, false) => part.controller.clock(rs, byte & 0xf0, board.now_ns()),
            (false, _) => {}
        }
        Ack::Ack
    }

    fn read(&mut self, part: &mut Backpack, board: &mut dyn Board) -> u8 {
        if part.pins & (E | RW) != E | RW {
            return part.pins;
        }
        // A pin that was written 0 stays low.
        let seen = part.controller.look(part.pins & RS != 0, board.now_ns());
        part.pins & 0x0f | part.pins & seen & 0xf0
    }
}

#[cfg(test)]
mod tests {
    use super::{Backpack, Controller, Port};
    use crate::model::Value;
    use crate::part::Part as _;
    use crate::parts::link::OnI2c;
    use crate::parts::test_board::TestBoard;

    /// Page 42, table 12: four-bit operation, an eight-character line with two nibbles each, begun as page 46 says.
    #[test]
    fn a_display_behind_a_pcf8574_is_written_in_nibbles() {
        let mut part: OnI2c<_, Port> = OnI2c::new(0x27, Backpack { controller: Controller::new(16, 2), pins: 0xff });
        let mut board = TestBoard::with(&mut part);
        let nibble = |nibble: u8, rs: u8, board: &mut TestBoard, part: &mut OnI2c<Backpack, Port>| {
            let pins = nibble << 4 | 0x08 | rs;
            board.i2c_write(part, 0x27, &[pins, pins | 4, pins]).expect("acknowledged");
            board.advance(part, 2_000_000);
        };
        for first in [3, 3, 3, 2] {
            nibble(first, 0, &mut board, &mut part);
        }
        let byte = |byte: u8, rs: u8, board: &mut TestBoard, part: &mut OnI2c<Backpack, Port>| {
            nibble(byte >> 4, rs, board, part);
            nibble(byte & 0x0f, rs, board, part);
        };
        for instruction in [0x28, 0x0c, 0x01, 0x06, 0xc3] {
            byte(instruction, 0, &mut board, &mut part);
        }
        for character in b"Hi!" {
            byte(*character, 1, &mut board, &mut part);
        }
        assert_eq!(part.readout("line2", 0), Some(Value::Text("   Hi!".into())));
        assert_eq!(part.readout("backlight", 0), Some(Value::Switch(true)));
        // Read of the address, upper nibble first: 0x46, not busy.
        let mut nibbles = [0; 2];
        for nibble in &mut nibbles {
            board.i2c_write(&mut part, 0x27, &[0xfa, 0xfe]).expect("acknowledged");
            let [pins] = board.i2c_read(&mut part, 0x27).expect("it is there");
            board.i2c_write(&mut part, 0x27, &[0xfa]).expect("acknowledged");
            *nibble = pins >> 4;
        }
        assert_eq!(nibbles, [4, 6]);
    }
}
