//! Microchip MCP23017 (I2C) and MCP23S17 (SPI): sixteen pins in two ports.
//!
//! Section numbers are those of the data sheet: Microchip MCP23017/MCP23S17 (DS20001952C).

#[cfg(test)]
mod tests;

use alloc::boxed::Box;

use embedded_hal::spi::{MODE_0, MODE_3, Mode};

use super::link::{ByteRegisters, Bytes, OnI2c};
use super::miso::UNDRIVEN;
use super::ports::Port;
use crate::model::{BuildError, Buses, Model, Pin, Preset, Readout, Role, Setting, Setup, Value, ValueKind};
use crate::net::{Drive, Level, Net};
use crate::part::{Board, Part};
use crate::spi::SpiTarget;

/// The MCP23017 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: DATA_SHEET,
    omits: OMITS,
    pins: PINS,
    readouts: READOUTS,
    ..Model::new("mcp23017", "an expander with sixteen pins", BUSES, build)
};

/// The MCP23S17 as a policy has it.
pub const MODEL_SPI: Model = Model {
    data_sheet: DATA_SHEET,
    omits: OMITS,
    pins: PINS,
    settings: &[Setting::new(
        "hardware-address",
        ValueKind::Integer(0, 7, ""),
        Preset::Integer(0),
        "what the pins A0 to A2 select, which counts once HAEN is set",
    )],
    readouts: READOUTS,
    ..Model::new("mcp23s17", "an expander with sixteen pins", Buses::SPI, build_spi)
};

const DATA_SHEET: &str = "Microchip MCP23017/MCP23S17 (DS20001952C)";
const OMITS: &str = "The pull-ups of its inputs do not act on nets: a net at an input needs one of its own, and an open input reads as \
                     its pull-up says. Pins change when the byte begins on the wires. The RESET pin and the slew rate are not simulated.";
const BUSES: Buses = Buses::i2c(0x20, 0x27);
const READOUTS: &[Readout] = &[
    Readout::new("outputs", ValueKind::Integer(0, 0xffff, ""), "the levels that it drives: port A in the lower byte"),
    Readout::new("directions", ValueKind::Integer(0, 0xffff, ""), "which pins are inputs: port A in the lower byte"),
];
const KEYS: [&str; 16] = [
    "gpa0", "gpa1", "gpa2", "gpa3", "gpa4", "gpa5", "gpa6", "gpa7", "gpb0", "gpb1", "gpb2", "gpb3", "gpb4", "gpb5",
    "gpb6", "gpb7",
];
const PINS: &[Pin] = &{
    let mut pins = [Pin::optional("inta", Role::Output, "the interrupt output of port A"); 18];
    pins[1] = Pin::optional("intb", Role::Output, "the interrupt output of port B");
    let mut index = 0;
    while index < 16 {
        pins[index + 2] = Pin::optional(KEYS[index], Role::Both, "a pin");
        index += 1;
    }
    pins
};

fn expander(setup: &Setup<'_>) -> Mcp23x17 {
    Mcp23x17::new(KEYS.map(|key| setup.net(key)), ["inta", "intb"].map(|key| setup.net(key)))
}

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    OnI2c::<_, Bytes>::place("MCP23017", BUSES, setup, expander(setup))
}

fn build_spi(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    Ok(Box::new(OnSpi::new(expander(setup), setup.integer("hardware-address")?)))
}

// Section 3.5, table 3-1: the registers of a port, as they are numbered with BANK = 1.
const IODIR: usize = 0;
const IPOL: usize = 1;
const GPINTEN: usize = 2;
const DEFVAL: usize = 3;
const INTCON: usize = 4;
const IOCON: usize = 5;
const INTF: usize = 7;
const INTCAP: usize = 8;
const GPIO: usize = 9;
const OLAT: usize = 10;
const COUNT: u8 = 11;

// Section 3.5.6, register 3-6: IOCON.
const BANK: u8 = 0x80;
const MIRROR: u8 = 0x40;
const SEQOP_OFF: u8 = 0x20;
const HAEN: u8 = 0x08;
const ODR: u8 = 0x04;
const INTPOL: u8 = 0x02;

/// The registers and pins, whichever the bus.
struct Mcp23x17 {
    pins: Port<16>,
    interrupts: [Option<Net>; 2],
    iocon: u8,
    /// By port.
    registers: [[u8; COUNT as usize]; 2],
    /// The levels that the inputs had last.
    seen: [u8; 2],
}

impl Mcp23x17 {
    fn new(pins: [Option<Net>; 16], interrupts: [Option<Net>; 2]) -> Mcp23x17 {
        let mut port = [0; COUNT as usize];
        // Table 3-1: all pins are inputs after power-up, and all else is 0.
        port[IODIR] = 0xff;
        Mcp23x17 { pins: Port::new(pins), interrupts, iocon: 0, registers: [port; 2], seen: [0; 2] }
    }

    fn both(&self, register: usize) -> u32 {
        u32::from(self.registers[0][register]) | u32::from(self.registers[1][register]) << 8
    }

    /// Returns the port and the register of an address, if there is one.
    fn locate(&self, address: u8) -> Option<(usize, usize)> {
        let (port, register) =
            if self.iocon & BANK == 0 { (address & 1, address >> 1) } else { (address >> 4, address & 0x0f) };
        (port < 2 && register < COUNT).then_some((port.into(), register.into()))
    }

    /// Section 3.2.1: after the last register comes the first. With SEQOP off the address stays, or with BANK = 0 goes to and fro
    /// between the two ports.
    fn next(&self, address: u8) -> u8 {
        match (self.iocon & SEQOP_OFF != 0, self.iocon & BANK != 0) {
            (true, true) => address,
            (true, false) => address ^ 1,
            (false, true) if address >= 0x1a => 0,
            (false, true) if address == 0x0a => 0x10,
            (false, false) if address >= 0x15 => 0,
            (false, _) => address + 1,
        }
    }

    /// Looks at the pins; a driven one reads as it is driven, and an open one as its pull-up says.
    fn levels(&self, board: &dyn Board) -> [u8; 2] {
        let inputs = self.both(IODIR);
        let open = inputs & self.both(6) | !inputs & self.both(OLAT);
        let [.., b, a] = self.pins.levels(open, board).to_be_bytes();
        [a, b]
    }

    fn read(&mut self, address: u8, board: &mut dyn Board) -> u8 {
        let Some((port, register)) = self.locate(address) else { return 0 };
        match register {
            IOCON => self.iocon,
            GPIO => {
                let value = self.levels(board)[port] ^ (self.registers[port][IPOL] & self.registers[port][IODIR]);
                self.clear_interrupt(port, board);
                value
            }
            INTCAP => {
                let value = self.registers[port][INTCAP];
                self.clear_interrupt(port, board);
                value
            }
            _ => self.registers[port][register],
        }
    }

    fn write(&mut self, address: u8, value: u8, board: &mut dyn Board) {
        let Some((port, register)) = self.locate(address) else { return };
        match register {
            // Bit 0 is not there.
            IOCON => self.iocon = value & 0xfe,
            // Section 3.5.10: writing the port writes its latch.
            GPIO | OLAT => self.registers[port][OLAT] = value,
            // Sections 3.5.8 and 3.5.9: they can only be read.
            INTF | INTCAP => {}
            _ => self.registers[port][register] = value,
        }
        self.pins.drive(!self.both(IODIR), self.both(OLAT), board);
        self.compare(board);
    }

    /// Section 3.6: pins that are watched and differ from what they were, or from DEFVAL, make an interrupt, which holds until the
    /// port or what was captured is read.
    fn compare(&mut self, board: &mut dyn Board) {
        let levels = self.levels(board);
        for (port, level) in levels.into_iter().enumerate() {
            let registers = &mut self.registers[port];
            let against = registers[INTCON] & registers[DEFVAL] | !registers[INTCON] & self.seen[port];
            let causes = registers[GPINTEN] & registers[IODIR] & (level ^ against);
            if registers[INTF] == 0 && causes != 0 {
                registers[INTF] = causes;
                registers[INTCAP] = level ^ (registers[IPOL] & registers[IODIR]);
            }
        }
        self.seen = levels;
        self.signal(board);
    }

    fn clear_interrupt(&mut self, port: usize, board: &mut dyn Board) {
        self.registers[port][INTF] = 0;
        self.compare(board);
    }

    fn signal(&self, board: &mut dyn Board) {
        let flags = self.registers.map(|registers| registers[INTF] != 0);
        for (net, own) in self.interrupts.into_iter().zip(flags) {
            let active = own || self.iocon & MIRROR != 0 && flags.contains(&true);
            let drive = match (self.iocon & ODR != 0, active) {
                (true, false) => Drive::Released,
                (true, true) => Drive::Low,
                (false, active) => Drive::from(Level::from(active == (self.iocon & INTPOL != 0))),
            };
            if let Some(net) = net {
                board.drive(net, drive);
            }
        }
    }
}

impl Part for Mcp23x17 {
    fn power_on(&mut self, board: &mut dyn Board) {
        self.pins.watch(board);
        self.seen = self.levels(board);
        self.signal(board);
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        let fresh = Mcp23x17::new([None; 16], self.interrupts);
        (self.iocon, self.registers, self.seen) = (fresh.iocon, fresh.registers, fresh.seen);
    }

    fn net_changed(&mut self, _net: Net, _level: Level, board: &mut dyn Board) {
        self.compare(board);
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        match readout {
            "outputs" => Some(i64::from(self.both(OLAT) & !self.both(IODIR)).into()),
            "directions" => Some(i64::from(self.both(IODIR)).into()),
            _ => None,
        }
    }
}

impl ByteRegisters for Mcp23x17 {
    fn read_register(&mut self, register: u8, board: &mut dyn Board) -> u8 {
        self.read(register, board)
    }

    fn write_register(&mut self, register: u8, value: u8, board: &mut dyn Board) {
        self.write(register, value, board);
    }

    fn after(&self, register: u8) -> u8 {
        self.next(register)
    }
}

/// An MCP23S17.
struct OnSpi {
    expander: Mcp23x17,
    address: u8,
    /// How many bytes came since it was selected.
    count: usize,
    reads: bool,
    register: u8,
}

impl OnSpi {
    fn new(expander: Mcp23x17, address: u8) -> OnSpi {
        OnSpi { expander, address, count: 0, reads: false, register: 0 }
    }
}

impl Part for OnSpi {
    fn spi(&mut self) -> Option<&mut dyn SpiTarget> {
        Some(self)
    }

    fn power_on(&mut self, board: &mut dyn Board) {
        self.expander.power_on(board);
    }

    fn power_off(&mut self, board: &mut dyn Board) {
        self.expander.power_off(board);
    }

    fn net_changed(&mut self, net: Net, level: Level, board: &mut dyn Board) {
        self.expander.net_changed(net, level, board);
    }

    fn readout(&mut self, readout: &str, now_ns: u64) -> Option<Value> {
        self.expander.readout(readout, now_ns)
    }
}

impl SpiTarget for OnSpi {
    fn accepts(&self, mode: Mode) -> bool {
        mode == MODE_0 || mode == MODE_3
    }

    fn select(&mut self, _board: &mut dyn Board) {
        self.count = 0;
    }

    // Section 3.3.2, figure 3-7: 0100 and the address with R/W, the register, and data.
    fn transfer(&mut self, mosi: u8, board: &mut dyn Board) -> u8 {
        let count = self.count;
        self.count = count.saturating_add(1);
        match count {
            0 => {
                let address = if self.expander.iocon & HAEN == 0 { 0 } else { self.address };
                self.reads = mosi & 1 != 0;
                if mosi >> 1 != 0x20 | address {
                    // Another one on the same select line is meant: this one is silent until it is selected anew.
                    self.count = usize::MAX;
                }
            }
            1 => self.register = mosi,
            usize::MAX => {}
            _ => {
                let register = self.register;
                self.register = self.expander.next(register);
                if self.reads {
                    return self.expander.read(register, board);
                }
                self.expander.write(register, mosi, board);
            }
        }
        UNDRIVEN
    }

    fn deselect(&mut self, _board: &mut dyn Board) {}
}
