//! Microchip MCP9808: a thermometer of up to 0.0625 degC with limits.
//!
//! Section numbers are those of the data sheet: Microchip MCP9808 (DS25095A).

use alloc::boxed::Box;

use super::dials::Dials;
use super::link::{OnI2c, WordRegisters, Words};
use super::number::steps;
use super::sampler::Sampler;
use crate::model::{BuildError, Buses, Control, Model, Pin, Range, Role, Setup, Value};
use crate::net::{Drive, Net};
use crate::part::{Board, Part};

/// The MCP9808 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Microchip MCP9808 (DS25095A)",
    omits: "The alert output works as a comparator; its interrupt mode and the SMBus alert address are not simulated. The hysteresis \
            is kept and changes nothing. Readings carry no noise.",
    pins: &[Pin::optional("alert", Role::OpenDrain, "the Alert output")],
    controls: CONTROLS,
    ..Model::new("mcp9808", "a thermometer with limits", BUSES, build)
};

const BUSES: Buses = Buses::i2c(0x18, 0x1f);
// Section 1, "temperature characteristics".
const CONTROLS: &[Control; 1] =
    &[Control::number("temperature", Range::new(-40.0, 125.0, 0.0625, "degC"), 25.0, "the temperature")];

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    OnI2c::<_, Words>::place("MCP9808", BUSES, setup, Mcp9808::new(setup.net("alert")))
}

// Section 5.1, register 5-1: the registers.
const CONFIGURATION: u8 = 1;
const UPPER: u8 = 2;
const LOWER: u8 = 3;
const CRITICAL: u8 = 4;
const AMBIENT: u8 = 5;
const MANUFACTURER: u8 = 6;
const DEVICE: u8 = 7;
const RESOLUTION: u8 = 8;
const THE_MANUFACTURER: u16 = 0x0054;
/// The device's number, and its revision.
const THE_DEVICE: u16 = 0x0400;

// Section 5.1.1, register 5-2: the configuration.
const SHUTDOWN: u16 = 0x0100;
const CRITICAL_LOCK: u16 = 0x0080;
const WINDOW_LOCK: u16 = 0x0040;
const ALERT_STATUS: u16 = 0x0010;
const ALERT_ENABLED: u16 = 0x0008;
const ALERT_CRITICAL_ONLY: u16 = 0x0004;
const ALERT_HIGH: u16 = 0x0002;
// Section 5.1.3, register 5-4: the flags before the temperature, of which bit 12 is the sign.
const AT_CRITICAL: u16 = 0x8000;
const ABOVE_UPPER: u16 = 0x4000;
const BELOW_LOWER: u16 = 0x2000;
const TEMPERATURE: u16 = 0x1fff;
/// Limits have a quarter of a degree: bits 0 and 1 read 0 (section 5.1.2).
const LIMIT: u16 = 0x1ffc;

// Section 5.2.4, table 5-5: the typical times of a conversion by the resolution.
const CONVERSION_NS: [u64; 4] = [30_000_000, 65_000_000, 130_000_000, 250_000_000];

struct Mcp9808 {
    dials: Dials<1>,
    alert: Option<Net>,
    configuration: u16,
    limits: [u16; 3],
    resolution: u8,
    ambient: u16,
    sampler: Sampler,
}

impl Mcp9808 {
    fn new(alert: Option<Net>) -> Mcp9808 {
        Mcp9808 {
            dials: Dials::new(CONTROLS),
            alert,
            configuration: 0,
            limits: [0; 3],
            // Section 5.2.4: 0.0625 degC after power-up.
            resolution: 3,
            ambient: 0,
            sampler: Sampler::default(),
        }
    }

    fn start(&mut self, board: &mut dyn Board) {
        let ns = CONVERSION_NS[usize::from(self.resolution & 3)];
        let shut_down = self.configuration & SHUTDOWN != 0;
        self.sampler = if shut_down { Sampler::default() } else { Sampler::every(board.now_ns(), ns) };
        self.ask(board);
    }

    /// Asks to be woken for the next conversion, which only the alert output needs.
    fn ask(&self, board: &mut dyn Board) {
        if let (Some(_), Some(at_ns)) = (self.alert, self.sampler.ends_ns()) {
            board.wake_at(at_ns);
        }
    }

    /// Takes the result of a conversion that has ended by now.
    fn update(&mut self, board: &mut dyn Board) {
        if self.sampler.ended(board.now_ns()) {
            // A resolution of 0.5 degC is eight sixteenths, and so on.
            let sixteenths = 8 >> (self.resolution & 3);
            let count = steps(self.dials.number(0), f64::from(sixteenths) / 16.0, -4_096..=4_095) * sixteenths;
            let [.., upper, lower] = count.to_be_bytes();
            self.ambient = u16::from_be_bytes([upper, lower]) & TEMPERATURE;
            self.drive(board);
        }
    }

    fn flags(&self) -> u16 {
        let [upper, lower, critical] = self.limits.map(signed);
        let ambient = signed(self.ambient);
        let flag = |on: bool, flag: u16| if on { flag } else { 0 };
        flag(ambient >= critical, AT_CRITICAL) | flag(ambient > upper, ABOVE_UPPER) | flag(ambient < lower, BELOW_LOWER)
    }

    fn is_alerting(&self) -> bool {
        let only_critical = self.configuration & ALERT_CRITICAL_ONLY != 0;
        let flags = self.flags() & if only_critical { AT_CRITICAL } else { AT_CRITICAL | ABOVE_UPPER | BELOW_LOWER };
        self.configuration & ALERT_ENABLED != 0 && flags != 0
    }

    fn drive(&self, board: &mut dyn Board) {
        if let Some(net) = self.alert {
            let low = self.is_alerting() != (self.configuration & ALERT_HIGH != 0);
            board.drive(net, if low { Drive::Low } else { Drive::Released });
        }
    }
}

/// Returns a temperature of 13 bits in two's complement, in sixteenths of a degree.
fn signed(word: u16) -> i16 {
    let [upper, lower] = (word << 3).to_be_bytes();
    i16::from_be_bytes([upper, lower]) >> 3
}

impl Part for Mcp9808 {
    fn power_off(&mut self, _board: &mut dyn Board) {
        let dials = self.dials.clone();
        *self = Mcp9808 { dials, ..Mcp9808::new(self.alert) };
    }

    fn power_on(&mut self, board: &mut dyn Board) {
        self.start(board);
        self.drive(board);
    }

    fn wake(&mut self, board: &mut dyn Board) {
        self.update(board);
        self.ask(board);
    }

    fn set_control(&mut self, control: &str, value: &Value, board: &mut dyn Board) -> bool {
        self.update(board);
        self.dials.set(control, value)
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        self.dials.read(readout)
    }
}

impl WordRegisters for Mcp9808 {
    // Register 5-1: only the lower four bits point.
    fn pointed(&mut self, byte: u8) -> u8 {
        byte & 0x0f
    }

    fn is_byte(&self, register: u8) -> bool {
        register == RESOLUTION
    }

    fn read_register(&mut self, register: u8, board: &mut dyn Board) -> u16 {
        self.update(board);
        match register {
            CONFIGURATION => self.configuration | if self.is_alerting() { ALERT_STATUS } else { 0 },
            UPPER | LOWER | CRITICAL => self.limits[usize::from(register - UPPER)],
            AMBIENT => self.ambient | self.flags(),
            MANUFACTURER => THE_MANUFACTURER,
            DEVICE => THE_DEVICE,
            RESOLUTION => self.resolution.into(),
            _ => 0,
        }
    }

    fn write_register(&mut self, register: u8, value: u16, board: &mut dyn Board) {
        self.update(board);
        let locked = self.configuration & (CRITICAL_LOCK | WINDOW_LOCK);
        match register {
            // Section 5.1.1: locked, the hysteresis and the alert's bits stay as they are, and so does shutdown off.
            CONFIGURATION if locked != 0 => {}
            CONFIGURATION => {
                self.configuration = value & 0x07ff & !ALERT_STATUS & !0x0020;
                self.start(board);
            }
            UPPER | LOWER if locked & WINDOW_LOCK == 0 => self.limits[usize::from(register - UPPER)] = value & LIMIT,
            CRITICAL if locked & CRITICAL_LOCK == 0 => self.limits[2] = value & LIMIT,
            RESOLUTION => {
                self.resolution = u8::try_from(value & 3).unwrap_or(3);
                self.start(board);
            }
            _ => {}
        }
        self.drive(board);
    }
}

#[cfg(test)]
mod tests {
    use super::Mcp9808;
    use crate::model::Value;
    use crate::net::Drive;
    use crate::part::Part as _;
    use crate::parts::link::{OnI2c, Words};
    use crate::parts::test_board::TestBoard;

    const MS: u64 = 1_000_000;

    fn part() -> (OnI2c<Mcp9808, Words>, TestBoard) {
        let mut part = OnI2c::new(0x18, Mcp9808::new(Some(TestBoard::net(1))));
        let board = TestBoard::with(&mut part);
        (part, board)
    }

    fn read(board: &mut TestBoard, part: &mut OnI2c<Mcp9808, Words>, register: u8) -> u16 {
        u16::from_be_bytes(board.i2c_write_read(part, 0x18, &[register]).expect("it is there"))
    }

    /// Section 5.1.3.1, equation 5-1: the sign is bit 12, and below 0 the value is in two's complement.
    #[test]
    fn temperatures_have_the_data_sheets_bits() {
        for (temperature_c, bits) in [(25.25, 0x0194), (-10.0, 0x1f60), (-0.0625, 0x1fff), (125.0, 0x07d0)] {
            let (mut part, mut board) = part();
            assert_eq!(read(&mut board, &mut part, 5) & 0x1fff, 0, "nothing is converted yet");
            part.set_control("temperature", &Value::Number(temperature_c), &mut board);
            board.advance(&mut part, 250 * MS);
            assert_eq!(read(&mut board, &mut part, 5) & 0x1fff, bits, "{temperature_c}");
        }
    }

    #[test]
    fn the_resolution_is_a_register_of_a_byte_and_sets_the_time() {
        let (mut part, mut board) = part();
        assert_eq!(board.i2c_write_read(&mut part, 0x18, &[8]), Ok([3]));
        assert_eq!([6, 7].map(|register| read(&mut board, &mut part, register)), [0x0054, 0x0400]);
        board.i2c_write(&mut part, 0x18, &[8, 0]).expect("acknowledged");
        part.set_control("temperature", &Value::Number(21.3), &mut board);
        board.advance(&mut part, 29 * MS);
        assert_eq!(read(&mut board, &mut part, 5) & 0x1fff, 0);
        board.advance(&mut part, MS);
        assert_eq!(read(&mut board, &mut part, 5) & 0x1fff, 0x0158, "21.5 degC");
    }

    #[test]
    fn past_a_limit_the_flags_are_set_and_the_output_is_low() {
        let (mut part, mut board) = part();
        for (register, sixteenths) in [(2, 30_u16 * 16), (3, 10 * 16), (4, 80 * 16), (1, 0x0008)] {
            let [upper, lower] = sixteenths.to_be_bytes();
            board.i2c_write(&mut part, 0x18, &[register, upper, lower]).expect("acknowledged");
        }
        for (temperature_c, flags, drive) in [
            (20.0, 0, Drive::Released),
            (31.0, 0x4000, Drive::Low),
            (80.0, 0xc000, Drive::Low),
            (9.0, 0x2000, Drive::Low),
        ] {
            part.set_control("temperature", &Value::Number(temperature_c), &mut board);
            board.advance(&mut part, 250 * MS);
            assert_eq!(read(&mut board, &mut part, 5) & 0xe000, flags, "{temperature_c}");
            assert_eq!(board.driven(TestBoard::net(1)), drive, "{temperature_c}");
        }
    }
}
