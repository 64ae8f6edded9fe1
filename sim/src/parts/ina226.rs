//! TI INA226: bus voltage, current over a shunt, and power, 16 bits.
//!
//! Section numbers are those of the data sheet: Texas Instruments INA226 (SBOS547A).

use alloc::boxed::Box;

use super::dials::Dials;
use super::link::{OnI2c, WordRegisters, Words};
use super::number::steps;
use super::sampler::Sampler;
use crate::model::{BuildError, Buses, Control, Model, Preset, Range, Setting, Setup, Value, ValueKind};
use crate::part::{Board, Part};

/// The INA226 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Texas Instruments INA226 (SBOS547A)",
    omits: "The alert limits are kept and the Alert pin is not simulated. Readings carry no noise and no offset.",
    settings: &[Setting::new(
        "shunt-milliohms",
        ValueKind::Integer(1, 10_000, "mOhm"),
        Preset::Integer(100),
        "the resistance of the shunt; most modules have 100",
    )],
    controls: CONTROLS,
    ..Model::new("ina226", "a precise meter of voltage, current and power", BUSES, build)
};

// Section 6.5.5.1, table 6-2.
const BUSES: Buses = Buses::i2c(0x40, 0x4f);
const CONTROLS: &[Control; 2] = &[
    Control::number("voltage", Range::new(0.0, 36.0, 0.001_25, "V"), 5.0, "the voltage of the bus"),
    Control::number("current", Range::new(-100.0, 100.0, 0.001, "A"), 0.1, "the current through the shunt"),
];

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    OnI2c::<_, Words>::place("INA226", BUSES, setup, Ina226::new(setup.integer("shunt-milliohms")?))
}

// "Register maps": the registers.
const CONFIGURATION: u8 = 0x00;
const SHUNT: u8 = 0x01;
const BUS: u8 = 0x02;
const POWER: u8 = 0x03;
const CURRENT: u8 = 0x04;
const CALIBRATION: u8 = 0x05;
const MASK: u8 = 0x06;
const LIMIT: u8 = 0x07;
const MANUFACTURER: u8 = 0xfe;
const DIE: u8 = 0xff;

const POWER_ON: u16 = 0x4127;
const RESET: u16 = 0x8000;
/// In the mask register: a conversion has ended, and the arithmetic overflowed.
const CONVERTED: u16 = 0x0008;
const OVERFLOW: u16 = 0x0004;
/// CT and AVG of the configuration: the times of a conversion in ns, and how many are averaged.
const TIMES_NS: [u64; 8] = [140_000, 204_000, 332_000, 588_000, 1_100_000, 2_116_000, 4_156_000, 8_244_000];
const AVERAGES: [u64; 8] = [1, 4, 16, 64, 128, 256, 512, 1_024];

struct Ina226 {
    dials: Dials<2>,
    shunt_milliohms: u16,
    configuration: u16,
    calibration: u16,
    mask: u16,
    limit: u16,
    shunt: i16,
    bus: u16,
    converted: bool,
    sampler: Sampler,
}

impl Ina226 {
    fn new(shunt_milliohms: u16) -> Ina226 {
        Ina226 {
            dials: Dials::new(CONTROLS),
            shunt_milliohms,
            configuration: POWER_ON,
            calibration: 0,
            mask: 0,
            limit: 0,
            shunt: 0,
            bus: 0,
            converted: false,
            sampler: Sampler::default(),
        }
    }

    fn field(&self, shift: u32) -> usize {
        usize::from(self.configuration >> shift & 7)
    }

    /// The mode: bit 0 is the shunt, bit 1 the bus, and bit 2 goes on after it.
    fn start(&mut self, now_ns: u64) {
        let mode = self.field(0);
        let one_ns = [(1, 3), (2, 6)].map(|(bit, shift)| if mode & bit == 0 { 0 } else { TIMES_NS[self.field(shift)] });
        let ns = one_ns.iter().sum::<u64>() * AVERAGES[self.field(9)];
        self.sampler = match (ns, mode & 4 != 0) {
            (0, _) => Sampler::default(),
            (_, false) => Sampler::once(now_ns, ns),
            (_, true) => Sampler::every(now_ns, ns),
        };
    }

    // 2.5 uV and 1.25 mV a bit.
    fn update(&mut self, now_ns: u64) {
        if self.sampler.ended(now_ns) {
            let mode = self.field(0);
            if mode & 1 != 0 {
                let microvolts = self.dials.number(1) * f64::from(self.shunt_milliohms) * 1_000.0;
                self.shunt = i16::try_from(steps(microvolts, 2.5, -32_768..=32_767)).unwrap_or(0);
            }
            if mode & 2 != 0 {
                self.bus = u16::try_from(steps(self.dials.number(0), 0.001_25, 0..=0x7fff)).unwrap_or(0);
            }
            self.converted = true;
        }
    }

    // Section 6.5.1, equations 3 and 4.
    fn current(&self) -> Option<i16> {
        i16::try_from(i32::from(self.shunt) * i32::from(self.calibration) / 2_048).ok()
    }

    fn power(&self) -> Option<u16> {
        let current = u32::from(self.current()?.unsigned_abs());
        u16::try_from(current * u32::from(self.bus) / 20_000).ok()
    }
}

impl Part for Ina226 {
    fn power_on(&mut self, board: &mut dyn Board) {
        self.start(board.now_ns());
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        let dials = self.dials.clone();
        *self = Ina226 { dials, ..Ina226::new(self.shunt_milliohms) };
    }

    fn set_control(&mut self, control: &str, value: &Value, board: &mut dyn Board) -> bool {
        self.update(board.now_ns());
        self.dials.set(control, value)
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        self.dials.read(readout)
    }
}

impl WordRegisters for Ina226 {
    fn read_register(&mut self, register: u8, board: &mut dyn Board) -> u16 {
        self.update(board.now_ns());
        let word = |value: i16| u16::from_be_bytes(value.to_be_bytes());
        match register {
            CONFIGURATION => self.configuration,
            SHUNT => word(self.shunt),
            BUS => self.bus,
            POWER => self.power().unwrap_or(u16::MAX),
            CURRENT => word(self.current().unwrap_or(i16::MAX)),
            CALIBRATION => self.calibration,
            MASK => {
                // A read of it clears the flag.
                let converted = if core::mem::take(&mut self.converted) { CONVERTED } else { 0 };
                self.mask | converted | if self.power().is_none() { OVERFLOW } else { 0 }
            }
            LIMIT => self.limit,
            MANUFACTURER => 0x5449,
            DIE => 0x2260,
            _ => 0,
        }
    }

    fn write_register(&mut self, register: u8, value: u16, board: &mut dyn Board) {
        self.update(board.now_ns());
        match register {
            CONFIGURATION if value & RESET != 0 => {
                self.power_off(board);
                self.start(board.now_ns());
            }
            CONFIGURATION => {
                self.configuration = value & 0x4fff;
                self.converted = false;
                self.start(board.now_ns());
            }
            CALIBRATION => self.calibration = value & 0x7fff,
            MASK => self.mask = value & 0xfc03,
            LIMIT => self.limit = value,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Ina226;
    use crate::model::Value;
    use crate::part::Part as _;
    use crate::parts::link::{OnI2c, Words};
    use crate::parts::test_board::TestBoard;

    fn read(board: &mut TestBoard, part: &mut OnI2c<Ina226, Words>, register: u8) -> u16 {
        u16::from_be_bytes(board.i2c_write_read(part, 0x40, &[register]).expect("it is there"))
    }

    /// "Programming the calibration register", the example: 2 mOhm, 10 A, 11.98 V, a calibration of 2560.
    #[test]
    fn the_data_sheets_example_gives_the_data_sheets_registers() {
        let mut part: OnI2c<_, Words> = OnI2c::new(0x40, Ina226::new(2));
        let mut board = TestBoard::with(&mut part);
        part.set_control("voltage", &Value::Number(11.98), &mut board);
        part.set_control("current", &Value::Number(10.0), &mut board);
        board.i2c_write(&mut part, 0x40, &[5, 0x0a, 0x00]).expect("acknowledged");
        board.advance(&mut part, 2_200_000);
        let registers = [0, 1, 2, 3, 4].map(|register| read(&mut board, &mut part, register));
        assert_eq!(registers, [0x4127, 8_000, 9_584, 4_792, 10_000]);
        assert_eq!([6, 6].map(|register| read(&mut board, &mut part, register) & 8), [8, 0], "read");
        assert_eq!([0xfe, 0xff].map(|register| read(&mut board, &mut part, register)), [0x5449, 0x2260]);
    }

    #[test]
    fn a_triggered_conversion_is_one() {
        let mut part: OnI2c<_, Words> = OnI2c::new(0x40, Ina226::new(100));
        let mut board = TestBoard::with(&mut part);
        part.set_control("current", &Value::Number(-0.5), &mut board);
        board.i2c_write(&mut part, 0x40, &[0, 0x42, 0xc1]).expect("acknowledged");
        board.advance(&mut part, 4 * 140_000);
        assert_eq!(read(&mut board, &mut part, 1), 0xb1e0, "-50 mV");
        part.set_control("current", &Value::Number(0.5), &mut board);
        board.advance(&mut part, 1_000_000_000);
        assert_eq!(read(&mut board, &mut part, 1), 0xb1e0);
    }
}
