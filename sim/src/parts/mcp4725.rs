//! Microchip MCP4725: an analogue output of 12 bits with an EEPROM.
//!
//! Section numbers are those of the data sheet: Microchip MCP4725 (DS22039D).

use alloc::boxed::Box;

use super::link::{Link, OnI2c};
use crate::i2c::{Ack, Direction};
use crate::model::{BuildError, Buses, Model, Pin, Preset, Readout, Role, Setting, Setup, Value, ValueKind};
use crate::net::Net;
use crate::part::{Board, Part};

/// The MCP4725 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Microchip MCP4725 (DS22039D)",
    omits: "The output settles at once. The general call's reset and wake-up are not simulated.",
    pins: &[Pin::optional("out", Role::Voltage, "the output VOUT")],
    settings: &[Setting::new(
        "supply-millivolts",
        ValueKind::Integer(2_700, 5_500, "mV"),
        Preset::Integer(3_300),
        "the supply, which is the reference too",
    )],
    readouts: &[Readout::new("code", ValueKind::Integer(0, 4_095, ""), "what the output register has")],
    ..Model::new("mcp4725", "an analogue output", BUSES, build)
};

const BUSES: Buses = Buses::i2c(0x60, 0x67);

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    let part = Mcp4725::new(setup.integer("supply-millivolts")?, setup.net("out"));
    OnI2c::<_, Bytes>::place("MCP4725", BUSES, setup, part)
}

// Section 6.1.1 to 6.1.3, table 6-2: the upper three bits of the first byte.
const WRITE_REGISTER: u8 = 0b010;
const WRITE_BOTH: u8 = 0b011;
/// Section 1.0, "electrical characteristics": the longest time of a write of the EEPROM.
const EEPROM_NS: u64 = 50_000_000;
// Section 6.2, figure 6-3: the first byte of an answer. POR is 1 once the supply is there.
const READY: u8 = 0x80;
const POWERED: u8 = 0x40;

/// A code of 12 bits and the two bits of power-down.
#[derive(Clone, Copy)]
struct Output {
    code: u16,
    power_down: u8,
}

/// Section 5.2: the factory has set the middle of the range.
const FACTORY: Output = Output { code: 0x800, power_down: 0 };

struct Mcp4725 {
    supply_millivolts: i32,
    out: Option<Net>,
    register: Output,
    eeprom: Output,
    busy_until_ns: u64,
}

/// The bytes of a write, and how many of an answer went.
#[derive(Default)]
struct Bytes {
    received: [u8; 3],
    count: usize,
}

impl Mcp4725 {
    fn new(supply_millivolts: i32, out: Option<Net>) -> Mcp4725 {
        Mcp4725 { supply_millivolts, out, register: FACTORY, eeprom: FACTORY, busy_until_ns: 0 }
    }

    /// Section 4.1, equation 4-1: VOUT = VDD * code / 4096; section 5.3: powered down it is pulled to ground.
    fn drive(&self, board: &mut dyn Board) {
        let code = if self.register.power_down == 0 { i64::from(self.register.code) } else { 0 };
        let microvolts = i64::from(self.supply_millivolts) * 1_000 * code / 4_096;
        if let Some(net) = self.out {
            board.set_voltage(net, Some(i32::try_from(microvolts).unwrap_or(i32::MAX)));
        }
    }
}

impl Part for Mcp4725 {
    // Section 5.1: the EEPROM is loaded.
    fn power_on(&mut self, board: &mut dyn Board) {
        self.register = self.eeprom;
        self.drive(board);
    }

    fn power_off(&mut self, board: &mut dyn Board) {
        self.busy_until_ns = 0;
        if let Some(net) = self.out {
            board.set_voltage(net, None);
        }
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        (readout == "code").then(|| i64::from(self.register.code).into())
    }
}

impl Link<Mcp4725> for Bytes {
    fn start(&mut self, _part: &mut Mcp4725, _direction: Direction, _board: &mut dyn Board) -> Ack {
        self.count = 0;
        Ack::Ack
    }

    fn write(&mut self, part: &mut Mcp4725, byte: u8, board: &mut dyn Board) -> Ack {
        if let Some(place) = self.received.get_mut(self.count) {
            *place = byte;
        }
        self.count += 1;
        let [first, second, third] = self.received;
        // Figure 6-1: the fast mode has two bytes, the others three; each can be repeated.
        if first >> 6 == 0 && self.count == 2 {
            part.register = Output { code: u16::from_be_bytes([first & 0x0f, second]), power_down: first >> 4 & 3 };
        } else if first >> 6 != 0 && self.count == 3 {
            let code = u16::from_be_bytes([second, third]) >> 4;
            let output = Output { code, power_down: first >> 1 & 3 };
            // Section 6.1.3: while the EEPROM is written another such command is ignored.
            match first >> 5 {
                WRITE_REGISTER => part.register = output,
                WRITE_BOTH if board.now_ns() >= part.busy_until_ns => {
                    (part.register, part.eeprom) = (output, output);
                    part.busy_until_ns = board.now_ns().saturating_add(EEPROM_NS);
                }
                _ => {}
            }
        } else {
            return Ack::Ack;
        }
        self.count = 0;
        part.drive(board);
        Ack::Ack
    }

    // Figure 6-3: the state, the register in two bytes, and the EEPROM in two.
    fn read(&mut self, part: &mut Mcp4725, board: &mut dyn Board) -> u8 {
        let ready = if board.now_ns() < part.busy_until_ns { 0 } else { READY };
        let [register_upper, register_lower] = (part.register.code << 4).to_be_bytes();
        let [eeprom_upper, eeprom_lower] = part.eeprom.code.to_be_bytes();
        let bytes = [
            ready | POWERED | part.register.power_down << 1,
            register_upper,
            register_lower,
            part.eeprom.power_down << 5 | eeprom_upper,
            eeprom_lower,
        ];
        let byte = bytes[self.count % bytes.len()];
        self.count += 1;
        byte
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, EEPROM_NS, Mcp4725};
    use crate::part::{Board as _, Part as _};
    use crate::parts::link::OnI2c;
    use crate::parts::test_board::TestBoard;

    #[test]
    fn each_command_sets_the_output_and_one_the_eeprom_too() {
        let out = TestBoard::net(1);
        let mut part: OnI2c<_, Bytes> = OnI2c::new(0x60, Mcp4725::new(5_000, Some(out)));
        let mut board = TestBoard::with(&mut part);
        assert_eq!(board.microvolts(out), Some(2_500_000), "the middle");
        // Fast mode, twice; then the register.
        board.i2c_write(&mut part, 0x60, &[0x01, 0x00, 0x0c, 0x00]).expect("acknowledged");
        assert_eq!(board.microvolts(out), Some(3_750_000));
        board.i2c_write(&mut part, 0x60, &[0x40, 0x40, 0x00]).expect("acknowledged");
        assert_eq!(board.microvolts(out), Some(1_250_000));
        assert_eq!(board.i2c_read(&mut part, 0x60), Ok([0xc0, 0x40, 0x00, 0x08, 0x00]));
        board.i2c_write(&mut part, 0x60, &[0x60, 0xff, 0xf0]).expect("acknowledged");
        board.i2c_write(&mut part, 0x60, &[0x62, 0x12, 0x30]).expect("acknowledged");
        assert_eq!(board.i2c_read(&mut part, 0x60), Ok([0x40, 0xff, 0xf0, 0x0f, 0xff]), "busy: the second is ignored");
        board.advance(&mut part, EEPROM_NS);
        assert_eq!(board.i2c_read(&mut part, 0x60), Ok([0xc0]));
        board.i2c_write(&mut part, 0x60, &[0x46, 0x40, 0x00]).expect("acknowledged");
        assert_eq!(board.microvolts(out), Some(0), "powered down");
        part.power_off(&mut board);
        part.power_on(&mut board);
        assert_eq!(board.microvolts(out), Some(4_998_779), "the EEPROM's, 4095 / 4096 of the supply");
    }
}
