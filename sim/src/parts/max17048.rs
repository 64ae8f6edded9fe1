//! Maxim MAX17048: how full a lithium cell is.
//!
//! It follows the data sheet: Maxim MAX17048/MAX17049 (19-6171, revision 7), "register summary" and the sections on each register.

use alloc::boxed::Box;

use super::dials::Dials;
use super::link::{OnI2c, WordRegisters, Words};
use super::number::steps;
use crate::model::{BuildError, Buses, Control, Model, Pin, Range, Role, Setup, Value};
use crate::net::{Drive, Net};
use crate::part::{Board, Part};

/// The MAX17048 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Maxim MAX17048 (19-6171, revision 7)",
    omits: "The charge, the voltage and the rate are what is set: nothing is worked out from one of them, and the registers follow at \
            once. The table of the model, the voltage alerts, hibernation and sleep are kept and change nothing.",
    pins: &[Pin::optional("alert", Role::OpenDrain, "the ALRT output: low while the charge is below the threshold")],
    controls: CONTROLS,
    ..Model::new("max17048", "a fuel gauge for a lithium cell", BUSES, build)
};

const BUSES: Buses = Buses::i2c(0x36, 0x36);
const CONTROLS: &[Control; 3] = &[
    Control::number("voltage", Range::new(2.5, 5.0, 0.000_078_125, "V"), 3.8, "the voltage of the cell"),
    Control::number("charge", Range::new(0.0, 100.0, 0.1, "%"), 60.0, "how full the cell is"),
    Control::number("rate", Range::new(-100.0, 100.0, 0.208, "%/h"), 0.0, "how fast it is charged"),
];

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    OnI2c::<_, Words>::place("MAX17048", BUSES, setup, Max17048::new(setup.net("alert")))
}

// "Register summary": each register has an even address and two bytes.
const VCELL: u8 = 0x02;
const SOC: u8 = 0x04;
const VERSION: u8 = 0x08;
const HIBRT: u8 = 0x0a;
const CONFIG: u8 = 0x0c;
const VALRT: u8 = 0x14;
const CRATE: u8 = 0x16;
const VRESET: u8 = 0x18;
const STATUS: u8 = 0x1a;
const COMMAND: u8 = 0xfe;
const THE_VERSION: u16 = 0x0012;
const POWER_ON_RESET: u16 = 0x5400;
/// CONFIG: the alert's flag, and the threshold, 32 less its five bits, in percent.
const ALERT: u16 = 0x0020;
const THRESHOLD: u16 = 0x001f;
/// STATUS: the reset indicator, and the charge below its threshold.
const RESET_INDICATOR: u16 = 0x0100;
const CHARGE_LOW: u16 = 0x1000;

struct Max17048 {
    dials: Dials<3>,
    alert: Option<Net>,
    hibrt: u16,
    config: u16,
    valrt: u16,
    vreset: u16,
    status: u16,
}

impl Max17048 {
    fn new(alert: Option<Net>) -> Max17048 {
        // "Register summary", "default".
        Max17048 {
            dials: Dials::new(CONTROLS),
            alert,
            hibrt: 0x8030,
            config: 0x971c,
            valrt: 0x00ff,
            vreset: 0x9600,
            status: RESET_INDICATOR,
        }
    }

    fn reset(&mut self) {
        let dials = self.dials.clone();
        *self = Max17048 { dials, ..Max17048::new(self.alert) };
    }

    /// Sets the flags when the charge falls below the threshold.
    fn watch(&mut self, board: &mut dyn Board) {
        let threshold = 32.0 - f64::from(self.config & THRESHOLD);
        if self.dials.number(1) < threshold {
            self.config |= ALERT;
            self.status |= CHARGE_LOW;
        }
        if let Some(net) = self.alert {
            board.drive(net, if self.config & ALERT != 0 { Drive::Low } else { Drive::Released });
        }
    }
}

impl Part for Max17048 {
    fn power_on(&mut self, board: &mut dyn Board) {
        self.watch(board);
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        self.reset();
    }

    fn set_control(&mut self, control: &str, value: &Value, board: &mut dyn Board) -> bool {
        let taken = self.dials.set(control, value);
        self.watch(board);
        taken
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        self.dials.read(readout)
    }
}

impl WordRegisters for Max17048 {
    fn after(&self, register: u8) -> u8 {
        register.wrapping_add(2)
    }

    fn read_register(&mut self, register: u8, _board: &mut dyn Board) -> u16 {
        let word = |value: f64, step: f64, last| u16::try_from(steps(value, step, 0..=last)).unwrap_or(u16::MAX);
        match register & 0xfe {
            // 78.125 uV a bit; 1/256 % a bit; 0.208 % an hour a bit.
            VCELL => word(self.dials.number(0), 0.000_078_125, 65_535),
            SOC => word(self.dials.number(1), 1.0 / 256.0, 65_535),
            CRATE => {
                let [.., upper, lower] = steps(self.dials.number(2), 0.208, -32_768..=32_767).to_be_bytes();
                u16::from_be_bytes([upper, lower])
            }
            VERSION => THE_VERSION,
            HIBRT => self.hibrt,
            CONFIG => self.config,
            VALRT => self.valrt,
            VRESET => self.vreset,
            STATUS => self.status,
            _ => 0xffff,
        }
    }

    fn write_register(&mut self, register: u8, value: u16, board: &mut dyn Board) {
        match register & 0xfe {
            HIBRT => self.hibrt = value,
            CONFIG => self.config = value,
            VALRT => self.valrt = value,
            VRESET => self.vreset = value,
            // The flags are cleared by a 0.
            STATUS => self.status &= value,
            COMMAND if value == POWER_ON_RESET => self.reset(),
            _ => {}
        }
        self.watch(board);
    }
}

#[cfg(test)]
mod tests {
    use super::Max17048;
    use crate::model::Value;
    use crate::net::Drive;
    use crate::part::Part as _;
    use crate::parts::link::{OnI2c, Words};
    use crate::parts::test_board::TestBoard;

    #[test]
    fn the_registers_have_the_data_sheets_units() {
        let mut part: OnI2c<_, Words> = OnI2c::new(0x36, Max17048::new(None));
        let mut board = TestBoard::with(&mut part);
        part.set_control("voltage", &Value::Number(4.0), &mut board);
        part.set_control("charge", &Value::Number(50.5), &mut board);
        part.set_control("rate", &Value::Number(-10.4), &mut board);
        // 51,200 bits of 78.125 uV; 50 and a half.
        assert_eq!(board.i2c_write_read(&mut part, 0x36, &[0x02]), Ok([0xc8, 0x00, 0x32, 0x80]));
        assert_eq!(board.i2c_write_read(&mut part, 0x36, &[0x16]), Ok([0xff, 0xce]));
        assert_eq!(board.i2c_write_read(&mut part, 0x36, &[0x0c]), Ok([0x97, 0x1c]));
        board.i2c_write(&mut part, 0x36, &[0x0c, 0x97, 0x00]).expect("acknowledged");
        board.i2c_write(&mut part, 0x36, &[0xfe, 0x54, 0x00]).expect("acknowledged");
        assert_eq!(board.i2c_write_read(&mut part, 0x36, &[0x0c]), Ok([0x97, 0x1c]), "reset");
    }

    #[test]
    fn below_the_threshold_the_alert_is_low_until_it_is_cleared() {
        let mut part: OnI2c<_, Words> = OnI2c::new(0x36, Max17048::new(Some(TestBoard::net(1))));
        let mut board = TestBoard::with(&mut part);
        // 32 - 28: 4 %.
        part.set_control("charge", &Value::Number(3.9), &mut board);
        assert_eq!(board.driven(TestBoard::net(1)), Drive::Low);
        assert_eq!(board.i2c_write_read(&mut part, 0x36, &[0x1a]), Ok([0x11, 0x00]));
        part.set_control("charge", &Value::Number(30.0), &mut board);
        assert_eq!(board.driven(TestBoard::net(1)), Drive::Low);
        board.i2c_write(&mut part, 0x36, &[0x0c, 0x97, 0x1c]).expect("acknowledged");
        assert_eq!(board.driven(TestBoard::net(1)), Drive::Released);
    }
}
