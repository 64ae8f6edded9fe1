//! TI TMP102: a thermometer of 0.0625 degC with an alert.
//!
//! Section numbers are those of the data sheet: Texas Instruments TMP102 (SBOS397H).

use alloc::boxed::Box;

use super::dials::Dials;
use super::link::{OnI2c, WordRegisters, Words};
use super::number::steps;
use super::sampler::Sampler;
use crate::model::{BuildError, Buses, Control, Model, Pin, Range, Role, Setup, Value};
use crate::net::{Drive, Net};
use crate::part::{Board, Part};

/// The TMP102 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Texas Instruments TMP102 (SBOS397H)",
    omits: "The alert acts on one conversion, whatever the fault queue says. The general call and the SMBus alert address are not \
            simulated. Readings carry no noise.",
    pins: &[Pin::optional("alert", Role::OpenDrain, "the ALERT output")],
    controls: CONTROLS,
    ..Model::new("tmp102", "a thermometer with an alert", BUSES, build)
};

// Section 6.5.2, "serial bus address": ADD0.
const BUSES: Buses = Buses::i2c(0x48, 0x4b);
const CONTROLS: &[Control; 1] =
    &[Control::number("temperature", Range::new(-55.0, 150.0, 0.0625, "degC"), 25.0, "the temperature")];

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    OnI2c::<_, Words>::place("TMP102", BUSES, setup, Tmp102::new(setup.net("alert")))
}

// "Register map": the pointer.
const TEMPERATURE: u8 = 0;
const CONFIGURATION: u8 = 1;
const LOW: u8 = 2;
const HIGH: u8 = 3;
// "Configuration register": after power-up, and its bits.
const POWER_ON: u16 = 0x60a0;
const ONE_SHOT: u16 = 0x8000;
const POLARITY: u16 = 0x0400;
const INTERRUPT: u16 = 0x0200;
const SHUTDOWN: u16 = 0x0100;
const ALERT: u16 = 0x0020;
const EXTENDED: u16 = 0x0010;
/// R1 and R0 can only be read.
const RESOLUTION: u16 = 0x6000;
// "Electrical characteristics": the typical time of a conversion; and the four rates.
const CONVERSION_NS: u64 = 26_000_000;
const PERIODS_NS: [u64; 4] = [4_000_000_000, 1_000_000_000, 250_000_000, 125_000_000];

struct Tmp102 {
    dials: Dials<1>,
    alert: Option<Net>,
    configuration: u16,
    /// T_LOW and T_HIGH.
    limits: [u16; 2],
    /// In sixteenths of a degree.
    result: i32,
    alerting: bool,
    sampler: Sampler,
}

impl Tmp102 {
    fn new(alert: Option<Net>) -> Tmp102 {
        Tmp102 {
            dials: Dials::new(CONTROLS),
            alert,
            configuration: POWER_ON,
            // 75 and 80 degC.
            limits: [0x4b00, 0x5000],
            result: 0,
            alerting: false,
            sampler: Sampler::default(),
        }
    }

    fn start(&mut self, board: &mut dyn Board) {
        let now_ns = board.now_ns();
        self.sampler = if self.configuration & SHUTDOWN == 0 {
            Sampler::after(now_ns, CONVERSION_NS, PERIODS_NS[usize::from(self.configuration >> 6 & 3)])
        } else if self.configuration & ONE_SHOT != 0 {
            Sampler::once(now_ns, CONVERSION_NS)
        } else {
            Sampler::default()
        };
        self.ask(board);
    }

    /// Asks to be woken for the next conversion, which only the alert output needs.
    fn ask(&self, board: &mut dyn Board) {
        if let (Some(_), Some(at_ns)) = (self.alert, self.sampler.ends_ns()) {
            board.wake_at(at_ns);
        }
    }

    /// Returns a limit in sixteenths.
    fn limit(&self, index: usize) -> i32 {
        let [upper, lower] = self.limits[index].to_be_bytes();
        let shift = if self.configuration & EXTENDED == 0 { 4 } else { 3 };
        (i16::from_be_bytes([upper, lower]) >> shift).into()
    }

    fn update(&mut self, board: &mut dyn Board) {
        if self.sampler.ended(board.now_ns()) {
            // In 12 bits 127.9375 degC is the most.
            let most = if self.configuration & EXTENDED == 0 { 2_047 } else { 4_095 };
            self.result = steps(self.dials.number(0), 0.0625, -most - 1..=most);
            let [low, high] = [0, 1].map(|index| self.limit(index));
            self.alerting = if self.configuration & INTERRUPT == 0 {
                self.result >= high || self.alerting && self.result >= low
            } else {
                self.alerting || self.result >= high || self.result < low
            };
            self.drive(board);
        }
    }

    fn drive(&self, board: &mut dyn Board) {
        if let Some(net) = self.alert {
            let low = self.alerting != (self.configuration & POLARITY != 0);
            board.drive(net, if low { Drive::Low } else { Drive::Released });
        }
    }
}

impl Part for Tmp102 {
    fn power_on(&mut self, board: &mut dyn Board) {
        self.start(board);
        self.drive(board);
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        let dials = self.dials.clone();
        *self = Tmp102 { dials, ..Tmp102::new(self.alert) };
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

impl WordRegisters for Tmp102 {
    fn pointed(&mut self, byte: u8) -> u8 {
        byte & 3
    }

    fn read_register(&mut self, register: u8, board: &mut dyn Board) -> u16 {
        self.update(board);
        // "Thermostat mode": in interrupt mode any read ends the alert.
        self.alerting &= self.configuration & INTERRUPT == 0;
        self.drive(board);
        match register {
            TEMPERATURE => {
                // Bit 0 says that it has 13 bits.
                let extended = self.configuration & EXTENDED != 0;
                let count = if extended { self.result << 3 | 1 } else { self.result << 4 };
                let [.., upper, lower] = count.to_be_bytes();
                u16::from_be_bytes([upper, lower])
            }
            CONFIGURATION => {
                let alert = self.alerting != (self.configuration & POLARITY == 0);
                // "One-shot": 0 while it converts, 1 after it.
                let done = self.configuration & SHUTDOWN != 0 && !self.sampler.is_running();
                let kept = self.configuration & !(ALERT | ONE_SHOT);
                kept | if alert { ALERT } else { 0 } | if done { ONE_SHOT } else { 0 }
            }
            _ => self.limits[usize::from(register - LOW)],
        }
    }

    fn write_register(&mut self, register: u8, value: u16, board: &mut dyn Board) {
        self.update(board);
        match register {
            CONFIGURATION => {
                self.configuration = value & !RESOLUTION | RESOLUTION;
                self.start(board);
            }
            LOW | HIGH => self.limits[usize::from(register - LOW)] = value,
            _ => {}
        }
        self.drive(board);
    }
}

#[cfg(test)]
mod tests {
    use super::{CONVERSION_NS, Tmp102};
    use crate::model::Value;
    use crate::net::Drive;
    use crate::part::Part as _;
    use crate::parts::link::{OnI2c, Words};
    use crate::parts::test_board::TestBoard;

    fn part(temperature_c: f64) -> (OnI2c<Tmp102, Words>, TestBoard) {
        let mut part = OnI2c::new(0x48, Tmp102::new(Some(TestBoard::net(1))));
        let mut board = TestBoard::with(&mut part);
        part.set_control("temperature", &Value::Number(temperature_c), &mut board);
        (part, board)
    }

    fn read(board: &mut TestBoard, part: &mut OnI2c<Tmp102, Words>, register: u8) -> u16 {
        u16::from_be_bytes(board.i2c_write_read(part, 0x48, &[register]).expect("it is there"))
    }

    /// The tables of 12 and 13 bits.
    #[test]
    fn temperatures_have_the_data_sheets_bits() {
        for (temperature_c, normal, extended) in [
            (127.9375, 0x7ff, 0x07ff),
            (80.0, 0x500, 0x0500),
            (-0.25, 0xffc, 0x1ffc),
            (-55.0, 0xc90, 0x1c90),
            (150.0, 0x7ff, 0x0960),
        ] {
            let (mut part, mut board) = part(temperature_c);
            assert_eq!(read(&mut board, &mut part, 0), 0, "nothing is converted");
            board.advance(&mut part, CONVERSION_NS);
            assert_eq!(read(&mut board, &mut part, 0), normal << 4, "{temperature_c}");
            board.i2c_write(&mut part, 0x48, &[1, 0x60, 0xb0]).expect("acknowledged");
            board.advance(&mut part, CONVERSION_NS);
            assert_eq!(read(&mut board, &mut part, 0), extended << 3 | 1, "{temperature_c}");
        }
    }

    #[test]
    fn one_shot_and_the_alert_of_the_comparator() {
        let (mut part, mut board) = part(81.0);
        assert_eq!([1, 2, 3].map(|register| read(&mut board, &mut part, register)), [0x60a0, 0x4b00, 0x5000]);
        board.advance(&mut part, CONVERSION_NS);
        assert_eq!(board.driven(TestBoard::net(1)), Drive::Low);
        assert_eq!(read(&mut board, &mut part, 1), 0x6080, "AL is 0 while it is active");
        for (temperature_c, drive) in [(77.0, Drive::Low), (74.9, Drive::Released)] {
            part.set_control("temperature", &Value::Number(temperature_c), &mut board);
            board.i2c_write(&mut part, 0x48, &[1, 0xe1, 0xa0]).expect("acknowledged");
            assert_eq!(read(&mut board, &mut part, 1) & 0x8000, 0, "it converts");
            board.advance(&mut part, CONVERSION_NS);
            assert_eq!(read(&mut board, &mut part, 1) & 0x8000, 0x8000);
            assert_eq!(board.driven(TestBoard::net(1)), drive, "{temperature_c}");
        }
    }
}
