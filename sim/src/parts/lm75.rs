//! LM75 and its relatives LM75B and TMP105: temperature, with a thermostat output.

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use core::ops::RangeInclusive;

use super::AddressError;
use super::number::{held, steps};
use crate::i2c::{Ack, Address, Direction, I2cTarget};
use crate::model::{self, BuildError, Buses, Control, Pin, Preset, Range, Role, Setting, Setup, Value, ValueKind};
use crate::net::{Drive, Net};
use crate::part::{Board, Part};

/// The LM75 as a policy has it.
pub const MODEL: model::Model = model::Model {
    data_sheet: "National Semiconductor LM75 (DS012658), NXP LM75A (rev. 04), TI TMP105 (SLLS648D)",
    pins: &[Pin::optional("output", Role::OpenDrain, "the O.S. output, active when it is hot")],
    settings: &[Setting::new(
        "variant",
        ValueKind::Choice(&["lm75", "lm75b", "tmp105"]),
        Preset::Text("lm75"),
        "the member of the family",
    )
    .once("model")],
    // DS012658, "temperature-to-digital converter characteristics".
    controls: &[Control::number("temperature", Range::new(-55.0, 125.0, 0.05, "degC"), 25.0, "the temperature")],
    ..model::Model::new("lm75", "a thermometer with a thermostat output", Buses::i2c(0x48, 0x4f), build)
};

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    let model = match setup.text("variant")? {
        "lm75b" => Model::Lm75b,
        "tmp105" => Model::Tmp105,
        _ => Model::Lm75,
    };
    Ok(Box::new(setup.connect(Lm75::new(model, setup.i2c_address()?)?, "output", Lm75::with_output)))
}

// National Semiconductor LM75 (DS012658), section 1.13, except for the last two: TI TMP105 (SLLS648D), "configuration register".
const SHUTDOWN: u8 = 0x01;
const INTERRUPT_MODE: u8 = 0x02;
const ACTIVE_HIGH: u8 = 0x04;
const RESOLUTION: u8 = 0x60;
const ONE_SHOT: u8 = 0x80;

/// The members of the family.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Model {
    /// National Semiconductor LM75 and those like it: 9 bits, 0.5 degC.
    Lm75,
    /// NXP LM75A and LM75B: 11 bits, 0.125 degC; the limits stay at 9 bits.
    Lm75b,
    /// TI TMP105 and TMP75: 9 to 12 bits (0.5 to 0.0625 degC) by the configuration register, and one-shot conversions.
    Tmp105,
}

/// What a register address selects.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Register {
    Temperature,
    Configuration,
    Hysteresis,
    Limit,
}

impl From<u8> for Register {
    // DS012658, section 1.11. The upper bits "must be kept zero"; here they do nothing.
    fn from(pointer: u8) -> Register {
        match pointer & 0x03 {
            0 => Register::Temperature,
            1 => Register::Configuration,
            2 => Register::Hysteresis,
            _ => Register::Limit,
        }
    }
}

/// An LM75 or one of its relatives.
///
/// The first conversion is over when the part is put on the board: its supply was there before the program started. After that
/// the temperature register follows the temperature at the end of each conversion.
#[derive(Debug)]
pub struct Lm75 {
    model: Model,
    address: u8,
    output: Option<Net>,
    temperature_c: f64,
    pointer: Register,
    configuration: u8,
    /// The three temperatures are left-justified in 16 bits, as on the bus.
    temperature: i16,
    hysteresis: i16,
    limit: i16,
    /// Conversions in a row that call for a change of the output.
    faults: u8,
    /// The limit was passed and the hysteresis temperature not yet.
    hot: bool,
    /// The output is active.
    active: bool,
    /// When the running conversion ends.
    converted_at_ns: Option<u64>,
    /// How many bytes of this transfer went to or came from the register; for a write the pointer counts too.
    position: usize,
    /// The first byte of a limit that is being written.
    upper: u8,
}

impl Lm75 {
    /// Creates a part at 25 degC, without a net at its O.S. output.
    ///
    /// # Errors
    ///
    /// Fails if the address is not one of 0x48 to 0x4f, which pins A0 to A2 select.
    pub fn new(model: Model, address: u8) -> Result<Lm75, AddressError> {
        // DS012658, "pin description".
        if !(0x48..=0x4f).contains(&address) {
            return Err(AddressError::new("LM75", address, "0x48 to 0x4f"));
        }
        Ok(Lm75::at_power_on(model, address))
    }

    fn at_power_on(model: Model, address: u8) -> Lm75 {
        Lm75 {
            model,
            address,
            output: None,
            temperature_c: 25.0,
            pointer: Register::Temperature,
            configuration: 0,
            temperature: 0,
            // DS012658, section 1.14: 75 and 80 degC.
            hysteresis: 75 << 8,
            limit: 80 << 8,
            faults: 0,
            hot: false,
            active: false,
            converted_at_ns: None,
            position: 0,
            upper: 0,
        }
    }

    /// Puts a net at the O.S. output, which is open-drain: the net needs a pull-up.
    #[must_use]
    pub fn with_output(mut self, net: Net) -> Lm75 {
        self.output = Some(net);
        self
    }

    /// Sets the temperature, held within -55 to 125 degC. The part sees it at the end of its next conversion.
    pub fn set_temperature_c(&mut self, temperature_c: f64) {
        // DS012658, "temperature-to-digital converter characteristics".
        self.temperature_c = held(temperature_c, -55.0..=125.0);
    }

    /// Returns the temperature in degC.
    #[must_use]
    pub fn temperature_c(&self) -> f64 {
        self.temperature_c
    }

    /// Returns the bits behind the binary point that a conversion has, and the time it takes.
    fn resolution(&self) -> (u8, u64) {
        match self.model {
            // DS012658, section 1.13: about 100 ms; NXP LM75A rev. 04, "conversion time": 100 ms too.
            Model::Lm75 => (1, 100_000_000),
            Model::Lm75b => (3, 100_000_000),
            // SLLS648D, "converter resolution".
            Model::Tmp105 => {
                let more = (self.configuration & RESOLUTION) >> 5;
                (1 + more, 27_500_000 << more)
            }
        }
    }

    fn writable_configuration(&self) -> u8 {
        match self.model {
            Model::Lm75 | Model::Lm75b => 0x1f,
            Model::Tmp105 => 0x7f,
        }
    }

    fn limit_mask(&self) -> i16 {
        match self.model {
            Model::Lm75 | Model::Lm75b => -0x80,
            Model::Tmp105 => -0x10,
        }
    }

    /// Returns how many conversions in a row change the output.
    // DS012658, section 1.13, D4 and D3.
    fn fault_queue(&self) -> u8 {
        [1, 2, 4, 6][usize::from(self.configuration >> 3 & 0x03)]
    }

    fn start_conversion(&mut self, board: &mut dyn Board) {
        let end_ns = board.now_ns() + self.resolution().1;
        self.converted_at_ns = Some(end_ns);
        board.wake_at(end_ns);
    }

    fn finish_conversion(&mut self, board: &mut dyn Board) {
        let fraction = self.resolution().0;
        let step = 1.0 / f64::from(1_u8 << fraction);
        let [_, _, high, low] = (steps(self.temperature_c, step, -2048..=2047) << (8 - fraction)).to_be_bytes();
        self.temperature = i16::from_be_bytes([high, low]);
        self.watch_temperature();
        self.drive_output(board);
    }

    /// Compares the temperature with the limits.
    // DS012658, sections 1.6 and 1.7.
    fn watch_temperature(&mut self) {
        let passed = if self.hot {
            self.temperature < self.hysteresis
        } else {
            // SLLS648D, "high and low limit registers": "equals or exceeds"; the LM75 only when it is exceeded.
            self.temperature > self.limit || (self.model == Model::Tmp105 && self.temperature == self.limit)
        };
        self.faults = if passed { self.faults + 1 } else { 0 };
        if self.faults >= self.fault_queue() {
            self.faults = 0;
            self.hot = !self.hot;
            self.active = self.hot || self.configuration & INTERRUPT_MODE != 0;
        }
    }

    fn drive_output(&self, board: &mut dyn Board) {
        if let Some(net) = self.output {
            let released = self.active == (self.configuration & ACTIVE_HIGH != 0);
            board.drive(net, if released { Drive::Released } else { Drive::Low });
        }
    }

    fn set_configuration(&mut self, value: u8, board: &mut dyn Board) {
        let shut_down_before = self.configuration & SHUTDOWN != 0;
        self.configuration = value & self.writable_configuration();
        let shut_down = self.configuration & SHUTDOWN != 0;
        if self.configuration & INTERRUPT_MODE == 0 {
            self.active = self.hot;
        } else if shut_down {
            // DS012658, section 1.5: shutdown resets the output in interrupt mode.
            self.active = false;
        }
        if shut_down {
            // SLLS648D, "one-shot": one conversion, then shutdown again.
            if self.model == Model::Tmp105 && value & ONE_SHOT != 0 {
                self.start_conversion(board);
            } else if !shut_down_before {
                self.converted_at_ns = None;
            }
        } else if shut_down_before {
            self.start_conversion(board);
        }
        self.drive_output(board);
    }
}

impl Part for Lm75 {
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        Some(self)
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        let fresh = Lm75::at_power_on(self.model, self.address);
        *self = Lm75 { output: self.output, temperature_c: self.temperature_c, ..fresh };
    }

    fn power_on(&mut self, board: &mut dyn Board) {
        self.finish_conversion(board);
        self.start_conversion(board);
    }

    fn wake(&mut self, board: &mut dyn Board) {
        if self.converted_at_ns.is_none_or(|end_ns| board.now_ns() < end_ns) {
            return;
        }
        self.converted_at_ns = None;
        self.finish_conversion(board);
        if self.configuration & SHUTDOWN == 0 {
            self.start_conversion(board);
        }
    }

    fn set_control(&mut self, control: &str, value: &Value, _board: &mut dyn Board) -> bool {
        match (control, value) {
            ("temperature", Value::Number(temperature_c)) => self.set_temperature_c(*temperature_c),
            _ => return false,
        }
        true
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        (readout == "temperature").then(|| self.temperature_c().into())
    }
}

impl I2cTarget for Lm75 {
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

    fn write(&mut self, byte: u8, board: &mut dyn Board) -> Ack {
        match (self.position, self.pointer) {
            (0, _) => self.pointer = Register::from(byte),
            (1, Register::Configuration) => self.set_configuration(byte, board),
            (1, _) => self.upper = byte,
            (2, Register::Hysteresis) => self.hysteresis = i16::from_be_bytes([self.upper, byte]) & self.limit_mask(),
            (2, Register::Limit) => self.limit = i16::from_be_bytes([self.upper, byte]) & self.limit_mask(),
            _ => {}
        }
        self.position += 1;
        Ack::Ack
    }

    fn read(&mut self, board: &mut dyn Board) -> u8 {
        if self.configuration & INTERRUPT_MODE != 0 && self.active {
            // DS012658, section 1.7: a read of any register resets the output in interrupt mode.
            self.active = false;
            self.drive_output(board);
        }
        let word = match self.pointer {
            Register::Temperature => self.temperature.to_be_bytes(),
            Register::Configuration => [self.configuration; 2],
            Register::Hysteresis => self.hysteresis.to_be_bytes(),
            Register::Limit => self.limit.to_be_bytes(),
        };
        let byte = word[self.position % 2];
        self.position += 1;
        byte
    }

    fn stop(&mut self, _board: &mut dyn Board) {}
}
