//! TI INA219: bus voltage, current over a shunt, and power.
//!
//! Section numbers are those of the data sheet: Texas Instruments INA219 (SBOS448G).

use alloc::boxed::Box;
use core::ops::RangeInclusive;

use super::AddressError;
use super::number::{held, steps};
use crate::i2c::{Ack, Address, Direction, I2cTarget};
use crate::model::{BuildError, Buses, Control, Model, Preset, Range, Setting, Setup, Value, ValueKind};
use crate::part::{Board, Part};

/// The INA219 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Texas Instruments INA219 (SBOS448G)",
    omits: "Readings carry no noise and no offset. The high-speed mode of I2C is not simulated.",
    settings: &[Setting::new(
        "shunt-milliohms",
        ValueKind::Integer(1, 10_000, "mOhm"),
        Preset::Integer(100),
        "the resistance of the shunt; most modules have 100",
    )],
    controls: &[
        Control::number("voltage", VOLTS, 5.0, "the voltage of the bus"),
        Control::number("current", AMPERES, 0.1, "the current through the shunt"),
    ],
    ..Model::new("ina219", "a meter of voltage, current and power", Buses::i2c(0x40, 0x4f), build)
};

// Section 7.3, "recommended operating conditions": the bus has 0 to 26 V.
const VOLTS: Range = Range::new(0.0, 26.0, 0.004, "V");
const AMPERES: Range = Range::new(-100.0, 100.0, 0.001, "A");

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    Ok(Box::new(Ina219::new(setup.i2c_address()?, setup.integer("shunt-milliohms")?)?))
}

// Section 8.6.1, table 2: the registers.
const CONFIGURATION: u8 = 0;
const SHUNT_VOLTAGE: u8 = 1;
const BUS_VOLTAGE: u8 = 2;
const POWER: u8 = 3;
const CURRENT: u8 = 4;
const CALIBRATION: u8 = 5;

// Section 8.6.2.1, figure 19: the configuration.
const POWER_ON: u16 = 0x399f;
const RESET: u16 = 0x8000;
const RANGE_32_V: u16 = 0x2000;
const MODE: u16 = 0x0007;
// Section 8.6.3.2, figure 24: the flags of the bus voltage register.
const CONVERTED: u16 = 0x0002;
const OVERFLOW: u16 = 0x0001;

/// An INA219.
///
/// In a mode that converts all the time each result appears when its conversions are over. The part does not wake for that: who looks at
/// it, or changes what it measures, finds it as the last conversion before left it.
#[derive(Debug)]
pub struct Ina219 {
    address: u8,
    shunt_milliohms: u16,
    volts: f64,
    amperes: f64,
    pointer: u8,
    configuration: u16,
    calibration: u16,
    shunt: i16,
    bus: u16,
    power: u16,
    current: i16,
    converted: bool,
    overflow: bool,
    /// When the conversions under way end.
    ready_at_ns: Option<u64>,
    /// How many bytes of this transfer went or came.
    position: usize,
    upper: u8,
}

impl Ina219 {
    /// Creates a part with 5 V on its bus and 0.1 A through its shunt.
    ///
    /// # Errors
    /// Fails if the address is not one of 0x40 to 0x4f, which pins A0 and A1 select.
    pub fn new(address: u8, shunt_milliohms: u16) -> Result<Ina219, AddressError> {
        // Section 8.5.5.1, table 1.
        if !(0x40..=0x4f).contains(&address) {
            return Err(AddressError::new("INA219", address, "0x40 to 0x4f"));
        }
        Ok(Ina219 {
            address,
            shunt_milliohms,
            volts: 5.0,
            amperes: 0.1,
            pointer: 0,
            configuration: POWER_ON,
            calibration: 0,
            shunt: 0,
            bus: 0,
            power: 0,
            current: 0,
            converted: false,
            overflow: false,
            ready_at_ns: None,
            position: 0,
            upper: 0,
        })
    }

    /// Sets the voltage of the bus, held within 0 to 26 V. Conversions have it that end after the part was looked at last;
    /// [`Sim::set`](crate::Sim::set) looks at it first.
    pub fn set_volts(&mut self, volts: f64) {
        self.volts = held(volts, VOLTS.min..=VOLTS.max);
    }

    /// Sets the current through the shunt, held within -100 to 100 A, as of [`Ina219::set_volts`].
    pub fn set_amperes(&mut self, amperes: f64) {
        self.amperes = held(amperes, AMPERES.min..=AMPERES.max);
    }

    /// Forgets all but what is measured and the wiring.
    fn reset(&mut self) {
        let (address, shunt_milliohms) = (self.address, self.shunt_milliohms);
        if let Ok(fresh) = Ina219::new(address, shunt_milliohms) {
            *self = Ina219 { volts: self.volts, amperes: self.amperes, position: self.position, ..fresh };
        }
    }

    fn converts(&self, kind: u16) -> bool {
        // Section 8.6.2.1, table 6: bit 0 is the shunt, bit 1 the bus; 4 alone switches the converter off.
        self.configuration & kind != 0
    }

    /// Returns how long the conversions take that the mode asks for; no time if it asks for none.
    fn cycle_ns(&self) -> u64 {
        let time = |shift: u32| conversion_ns(self.configuration >> shift & 0x0f);
        let shunt_ns = if self.converts(1) { time(3) } else { 0 };
        let bus_ns = if self.converts(2) { time(7) } else { 0 };
        shunt_ns + bus_ns
    }

    /// Begins the conversions that the mode asks for.
    fn start(&mut self, board: &mut dyn Board) {
        let cycle_ns = self.cycle_ns();
        self.ready_at_ns = (cycle_ns > 0).then(|| board.now_ns().saturating_add(cycle_ns));
        if let Some(at_ns) = self.ready_at_ns.filter(|_| !self.goes_on()) {
            board.wake_at(at_ns);
        }
    }

    /// Returns whether conversions follow each other without end.
    fn goes_on(&self) -> bool {
        // Section 8.6.2.1, table 6: modes 5 to 7.
        self.configuration & MODE > 4
    }

    /// Does what conversions did that ended meanwhile: all of them had the same to measure.
    fn catch_up(&mut self, now_ns: u64) {
        let Some(ready_at_ns) = self.ready_at_ns.filter(|at_ns| *at_ns <= now_ns) else { return };
        self.finish();
        let cycle_ns = self.cycle_ns();
        let into_ns = (now_ns - ready_at_ns).checked_rem(cycle_ns).filter(|_| self.goes_on());
        self.ready_at_ns = into_ns.map(|into_ns| now_ns.saturating_add(cycle_ns - into_ns));
    }

    fn finish(&mut self) {
        if self.converts(1) {
            // Section 8.6.3.1: 10 uV a bit; the gain sets where it is clipped, at 40 mV and its doubles.
            let limit = 4_000 << (self.configuration >> 11 & 0x03);
            let microvolts = self.amperes * f64::from(self.shunt_milliohms) * 1_000.0;
            self.shunt = i16::try_from(steps(microvolts, 10.0, -limit..=limit)).unwrap_or(i16::MAX);
        }
        if self.converts(2) {
            // Section 8.6.3.2: 4 mV a bit; the range is 16 or 32 V.
            let most = if self.configuration & RANGE_32_V == 0 { 4_000 } else { 8_000 };
            self.bus = u16::try_from(steps(self.volts, 0.004, 0..=most)).unwrap_or(0);
        }
        self.calculate();
        self.converted = true;
    }

    // Section 8.5.1, equations 4 and 5.
    fn calculate(&mut self) {
        let current = i32::from(self.shunt) * i32::from(self.calibration) / 4_096;
        let power = current.unsigned_abs() * u32::from(self.bus) / 5_000;
        let (current, power) = (i16::try_from(current), u16::try_from(power));
        self.overflow = current.is_err() || power.is_err();
        self.current = current.unwrap_or(i16::MAX);
        self.power = power.unwrap_or(u16::MAX);
    }

    fn register(&self) -> u16 {
        let word = |value: i16| u16::from_be_bytes(value.to_be_bytes());
        match self.pointer {
            CONFIGURATION => self.configuration,
            SHUNT_VOLTAGE => word(self.shunt),
            BUS_VOLTAGE => {
                let flag = |on: bool, flag: u16| if on { flag } else { 0 };
                self.bus << 3 | flag(self.converted, CONVERTED) | flag(self.overflow, OVERFLOW)
            }
            POWER => self.power,
            CURRENT => word(self.current),
            CALIBRATION => self.calibration,
            _ => 0,
        }
    }

    fn write_register(&mut self, value: u16, board: &mut dyn Board) {
        match self.pointer {
            CONFIGURATION if value & RESET != 0 => {
                self.reset();
                self.start(board);
            }
            CONFIGURATION => {
                self.configuration = value;
                // Section 8.6.3.2: a new mode clears the flag, but for power-down and off.
                if !matches!(value & MODE, 0 | 4) {
                    self.converted = false;
                }
                self.start(board);
            }
            CALIBRATION => {
                // Section 8.6.4.1, figure 27: bit 0 is not there.
                self.calibration = value & 0xfffe;
                self.calculate();
            }
            _ => {}
        }
    }
}

/// Returns how long a conversion takes with a setting of SADC or BADC.
// Section 8.6.2.1, table 5, and section 7.5, "ADC conversion time": the typical times.
fn conversion_ns(setting: u16) -> u64 {
    match setting {
        0 | 4 => 84_000,
        1 | 5 => 148_000,
        2 | 6 => 276_000,
        3 | 7 | 8 => 532_000,
        9 => 1_060_000,
        10 => 2_130_000,
        11 => 4_260_000,
        12 => 8_510_000,
        13 => 17_020_000,
        14 => 34_050_000,
        _ => 68_100_000,
    }
}

impl Part for Ina219 {
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        Some(self)
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        self.reset();
    }

    fn power_on(&mut self, board: &mut dyn Board) {
        self.start(board);
    }

    fn wake(&mut self, board: &mut dyn Board) {
        self.catch_up(board.now_ns());
    }

    fn set_control(&mut self, control: &str, value: &Value, board: &mut dyn Board) -> bool {
        self.catch_up(board.now_ns());
        match (control, value) {
            ("voltage", Value::Number(volts)) => self.set_volts(*volts),
            ("current", Value::Number(amperes)) => self.set_amperes(*amperes),
            _ => return false,
        }
        true
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        match readout {
            "voltage" => Some(self.volts.into()),
            "current" => Some(self.amperes.into()),
            _ => None,
        }
    }
}

impl I2cTarget for Ina219 {
    fn addresses(&self) -> Option<RangeInclusive<u8>> {
        Some(self.address..=self.address)
    }

    fn start(&mut self, address: Address, _direction: Direction, _board: &mut dyn Board) -> Ack {
        if address != Address::SevenBit(self.address) {
            return Ack::Nack;
        }
        self.position = 0;
        Ack::Ack
    }

    // Section 8.5.6: the pointer, and two bytes, the upper first.
    fn write(&mut self, byte: u8, board: &mut dyn Board) -> Ack {
        self.catch_up(board.now_ns());
        match self.position {
            0 => self.pointer = byte,
            1 => self.upper = byte,
            2 => self.write_register(u16::from_be_bytes([self.upper, byte]), board),
            _ => {}
        }
        self.position += 1;
        Ack::Ack
    }

    fn read(&mut self, board: &mut dyn Board) -> u8 {
        self.catch_up(board.now_ns());
        let byte = self.register().to_be_bytes()[self.position % 2];
        // Section 8.6.3.2: a read of the power clears the flag.
        if self.pointer == POWER && self.position == 1 {
            self.converted = false;
        }
        self.position += 1;
        byte
    }

    fn stop(&mut self, _board: &mut dyn Board) {}
}

#[cfg(test)]
mod tests {
    use super::Ina219;
    use crate::parts::test_board::TestBoard;

    fn read(board: &mut TestBoard, part: &mut Ina219, register: u8) -> u16 {
        u16::from_be_bytes(board.i2c_write_read(part, 0x40, &[register]).expect("it is there"))
    }

    /// Section 9.2.2.1, "register results for the example circuit": 12 V, 20 A through 2 mOhm, a current LSB of 1 mA.
    #[test]
    fn the_data_sheets_example_gives_the_data_sheets_registers() {
        let mut part = Ina219::new(0x40, 2).expect("an address");
        part.set_volts(11.98);
        part.set_amperes(10.0);
        let mut board = TestBoard::with(&mut part);
        assert_eq!(read(&mut board, &mut part, 0), 0x399f, "after power-on");
        board.i2c_write(&mut part, 0x40, &[0x05, 0x50, 0x00]).expect("acknowledged");
        assert_eq!(read(&mut board, &mut part, 2) & 2, 0, "not converted yet");
        board.advance(&mut part, 2 * 532_000);
        // The table there: 2000, 2995, 5000 by the rounded calibration, and 20 mW a bit.
        assert_eq!(read(&mut board, &mut part, 1), 2_000);
        assert_eq!(read(&mut board, &mut part, 2), 2_995 << 3 | 2);
        assert_eq!(read(&mut board, &mut part, 4), 10_000);
        assert_eq!(read(&mut board, &mut part, 3), 5_990);
        assert_eq!(read(&mut board, &mut part, 2) & 2, 0, "reading the power clears the flag");
    }

    #[test]
    fn the_gain_clips_and_a_reset_forgets() {
        let mut part = Ina219::new(0x40, 100).expect("an address");
        part.set_amperes(-3.3);
        let mut board = TestBoard::with(&mut part);
        for (configuration, expected) in [(0x399f_u16, -32_000_i16), (0x219f, -4_000), (0x299f, -8_000)] {
            let [high, low] = configuration.to_be_bytes();
            board.i2c_write(&mut part, 0x40, &[0, high, low]).expect("acknowledged");
            board.advance(&mut part, 2_000_000);
            assert_eq!(read(&mut board, &mut part, 1).to_be_bytes(), expected.to_be_bytes(), "{configuration:#x}");
        }
        board.i2c_write(&mut part, 0x40, &[0, 0x80, 0]).expect("acknowledged");
        assert_eq!((read(&mut board, &mut part, 0), read(&mut board, &mut part, 1)), (0x399f, 0));
    }
}
