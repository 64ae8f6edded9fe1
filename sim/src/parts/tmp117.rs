//! TI TMP117: a thermometer of 0.0078125 degC with alerts, an offset, and an EEPROM for its settings.
//!
//! Section numbers are those of the data sheet: Texas Instruments TMP117 (SNOSD82D).

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use core::ops::RangeInclusive;

use super::AddressError;
use super::number::{held, steps};
use crate::i2c::{Ack, Address, Direction, I2cTarget};
use crate::model::{BuildError, Buses, Control, Model, Pin, Range, Role, Setup, Value};
use crate::net::{Drive, Net};
use crate::part::{Board, Part};

/// The TMP117 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Texas Instruments TMP117 (SNOSD82D)",
    omits: "Readings carry no noise. The general-call reset and the SMBus alert address are not simulated.",
    pins: &[Pin::optional("alert", Role::OpenDrain, "the ALERT output")],
    controls: &[Control::number("temperature", TEMPERATURE, 25.0, "the temperature")],
    ..Model::new("tmp117", "a precise thermometer with alerts", Buses::i2c(0x48, 0x4b), build)
};

// Section 6.3, "recommended operating conditions".
const TEMPERATURE: Range = Range::new(-55.0, 150.0, STEP_C, "degC");
// Section 7.3.3.
const STEP_C: f64 = 0.007_812_5;

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    Ok(Box::new(setup.connect(Tmp117::new(setup.i2c_address()?)?, "alert", Tmp117::with_alert)))
}

// Section 7.6: the registers.
const RESULT: u8 = 0x0;
const CONFIGURATION: u8 = 0x1;
const HIGH_LIMIT: u8 = 0x2;
const LOW_LIMIT: u8 = 0x3;
const UNLOCK: u8 = 0x4;
const USER_1: u8 = 0x5;
const USER_2: u8 = 0x6;
const OFFSET: u8 = 0x7;
const USER_3: u8 = 0x8;
const DEVICE_ID: u8 = 0xf;

const THE_DEVICE_ID: u16 = 0x0117;
/// What the result register has before the first conversion (section 7.6, register 00h): -256 degC.
const NO_RESULT: i16 = i16::MIN;

// Section 7.6, register 01h: the configuration.
const HIGH_ALERT: u16 = 0x8000;
const LOW_ALERT: u16 = 0x4000;
const DATA_READY: u16 = 0x2000;
const EEPROM_BUSY: u16 = 0x1000;
const WRITABLE: u16 = 0x0ffc;
const SHUTDOWN: u16 = 1;
const ONE_SHOT: u16 = 3;
const THERM: u16 = 0x0010;
const ACTIVE_HIGH: u16 = 0x0008;
const DATA_READY_PIN: u16 = 0x0004;
const SOFT_RESET: u16 = 0x0002;
// Section 7.6, register 04h: the EEPROM unlock register.
const EUN: u16 = 0x8000;
const BUSY: u16 = 0x4000;

// Section 6.5, "electrical characteristics": one conversion, power-up and soft reset, and programming of the EEPROM.
const CONVERSION_NS: u64 = 15_500_000;
const POWER_UP_NS: u64 = 1_500_000;
const RESET_NS: u64 = 2_000_000;
const PROGRAM_NS: u64 = 7_000_000;
// Section 7.6, register 01h, bits CONV: the time of a cycle, as far as the average leaves it.
const CYCLE_NS: [u64; 8] =
    [15_500_000, 125_000_000, 250_000_000, 500_000_000, 1_000_000_000, 4_000_000_000, 8_000_000_000, 16_000_000_000];

// Section 7.6, register 01h, bits AVG: how many conversions make a result, and the shortest cycle of them.
const AVERAGES: [(u64, u64); 4] = [(1, CONVERSION_NS), (8, 125_000_000), (32, 500_000_000), (64, 1_000_000_000)];

/// What the EEPROM keeps, and what the registers have after power-up.
#[derive(Clone, Copy, Debug)]
struct Kept {
    configuration: u16,
    high: i16,
    low: i16,
    offset: i16,
    user: [u16; 3],
}

// Section 7.6, column "reset": what the factory has programmed.
const FACTORY: Kept = Kept { configuration: 0x0220, high: 0x6000, low: i16::MIN, offset: 0, user: [0; 3] };

/// A TMP117.
#[derive(Debug)]
pub struct Tmp117 {
    address: u8,
    alert: Option<Net>,
    temperature_c: f64,
    eeprom: Kept,
    registers: Kept,
    unlocked: bool,
    result: i16,
    high_alert: bool,
    low_alert: bool,
    data_ready: bool,
    /// When the conversion under way ends, and when the next one begins.
    ready_at_ns: Option<u64>,
    next_at_ns: Option<u64>,
    busy_until_ns: u64,
    deaf_until_ns: u64,
    pointer: u8,
    /// How many bytes of this transfer went or came.
    position: usize,
    upper: u8,
}

impl Tmp117 {
    /// Creates a part at 25 degC with the settings of the factory, and without a net at its ALERT output.
    ///
    /// # Errors
    /// Fails if the address is not one of 0x48 to 0x4b, which pin ADD0 selects.
    pub fn new(address: u8) -> Result<Tmp117, AddressError> {
        // Section 7.5.3.1.2.
        if !(0x48..=0x4b).contains(&address) {
            return Err(AddressError::new("TMP117", address, "0x48 to 0x4b"));
        }
        Ok(Tmp117 {
            address,
            alert: None,
            temperature_c: 25.0,
            eeprom: FACTORY,
            registers: FACTORY,
            unlocked: false,
            result: NO_RESULT,
            high_alert: false,
            low_alert: false,
            data_ready: false,
            ready_at_ns: None,
            next_at_ns: None,
            busy_until_ns: 0,
            deaf_until_ns: 0,
            pointer: RESULT,
            position: 0,
            upper: 0,
        })
    }

    /// Puts a net at the ALERT output, which is open-drain: the net needs a pull-up.
    #[must_use]
    pub fn with_alert(mut self, net: Net) -> Tmp117 {
        self.alert = Some(net);
        self
    }

    /// Sets the temperature, held within -55 to 150 degC. The part sees it at the end of its next conversion.
    pub fn set_temperature_c(&mut self, temperature_c: f64) {
        self.temperature_c = held(temperature_c, TEMPERATURE.min..=TEMPERATURE.max);
    }

    /// Loads what the EEPROM keeps, and begins as after power-up.
    // Section 7.3.1, and 7.6, register 01h, "soft reset": both load the EEPROM.
    fn begin(&mut self, after_ns: u64, board: &mut dyn Board) {
        self.registers = self.eeprom;
        (self.unlocked, self.result) = (false, NO_RESULT);
        (self.high_alert, self.low_alert, self.data_ready) = (false, false, false);
        self.busy_until_ns = 0;
        self.deaf_until_ns = board.now_ns().saturating_add(after_ns);
        self.start(self.deaf_until_ns, board);
        self.drive(board);
    }

    fn mode(&self) -> u16 {
        self.registers.configuration >> 10 & 0x03
    }

    /// Begins to convert at a time, unless the part is shut down.
    fn start(&mut self, at_ns: u64, board: &mut dyn Board) {
        (self.ready_at_ns, self.next_at_ns) = (None, None);
        if self.mode() == SHUTDOWN {
            return;
        }
        // Section 7.3.2: an average takes as many conversions one after the other; the cycle is at least the next time of the table.
        let (conversions, shortest) = AVERAGES[usize::from(self.registers.configuration >> 5 & 0x03)];
        let cycle = CYCLE_NS[usize::from(self.registers.configuration >> 7 & 0x07)].max(shortest);
        let ready_at_ns = at_ns.saturating_add(conversions * CONVERSION_NS);
        self.ready_at_ns = Some(ready_at_ns);
        self.next_at_ns = (self.mode() != ONE_SHOT).then(|| at_ns.saturating_add(cycle));
        board.wake_at(ready_at_ns);
    }

    fn finish(&mut self) {
        let temperature = steps(self.temperature_c, STEP_C, -32_768..=32_767) + i32::from(self.registers.offset);
        self.result = i16::try_from(temperature.clamp(-32_768, 32_767)).unwrap_or(NO_RESULT);
        self.data_ready = true;
        if self.mode() == ONE_SHOT {
            // Section 7.4.3: after it the part is shut down.
            self.registers.configuration = self.registers.configuration & !0x0c00 | SHUTDOWN << 10;
        }
        let (above, below) = (self.result > self.registers.high, self.result < self.registers.low);
        if self.registers.configuration & THERM == 0 {
            // Section 7.4.4.1: the flags stay until they are read.
            self.high_alert |= above;
            self.low_alert |= below;
        } else {
            // Section 7.4.4.2: hot above the high limit, until it is below the low one.
            self.high_alert = above || self.high_alert && !below;
            self.low_alert = false;
        }
    }

    fn drive(&self, board: &mut dyn Board) {
        let Some(net) = self.alert else { return };
        let active = if self.registers.configuration & DATA_READY_PIN == 0 {
            self.high_alert || self.low_alert
        } else {
            self.data_ready
        };
        let low = active != (self.registers.configuration & ACTIVE_HIGH != 0);
        board.drive(net, if low { Drive::Low } else { Drive::Released });
    }

    fn flags(&self, now_ns: u64) -> u16 {
        let flag = |on: bool, flag: u16| if on { flag } else { 0 };
        flag(self.high_alert, HIGH_ALERT)
            | flag(self.low_alert, LOW_ALERT)
            | flag(self.data_ready, DATA_READY)
            | flag(now_ns < self.busy_until_ns, EEPROM_BUSY)
    }

    fn register(&self, now_ns: u64) -> u16 {
        let word = |value: i16| u16::from_be_bytes(value.to_be_bytes());
        match self.pointer {
            RESULT => word(self.result),
            CONFIGURATION => self.registers.configuration | self.flags(now_ns),
            HIGH_LIMIT => word(self.registers.high),
            LOW_LIMIT => word(self.registers.low),
            UNLOCK => {
                let busy = if now_ns < self.busy_until_ns { BUSY } else { 0 };
                if self.unlocked { EUN | busy } else { busy }
            }
            OFFSET => word(self.registers.offset),
            USER_1 => self.registers.user[0],
            USER_2 => self.registers.user[1],
            USER_3 => self.registers.user[2],
            DEVICE_ID => THE_DEVICE_ID,
            _ => 0,
        }
    }

    fn write_register(&mut self, value: u16, board: &mut dyn Board) {
        let signed = i16::from_be_bytes(value.to_be_bytes());
        let set = |kept: &mut Kept, register| match register {
            CONFIGURATION => kept.configuration = value & WRITABLE,
            HIGH_LIMIT => kept.high = signed,
            LOW_LIMIT => kept.low = signed,
            OFFSET => kept.offset = signed,
            USER_1 => kept.user[0] = value,
            USER_2 => kept.user[1] = value,
            USER_3 => kept.user[2] = value,
            _ => {}
        };
        let register = self.pointer;
        match register {
            CONFIGURATION if value & SOFT_RESET != 0 => return self.begin(RESET_NS, board),
            UNLOCK => self.unlocked = value & EUN != 0,
            _ => set(&mut self.registers, register),
        }
        // Section 7.5.1: unlocked, a write programs the EEPROM too; the user's words are in it only.
        let is_user = matches!(register, USER_1 | USER_2 | USER_3);
        let is_kept = is_user || matches!(register, CONFIGURATION | HIGH_LIMIT | LOW_LIMIT | OFFSET);
        if self.unlocked && is_kept {
            set(&mut self.eeprom, register);
            self.busy_until_ns = board.now_ns().saturating_add(PROGRAM_NS);
        }
        if register == CONFIGURATION {
            self.start(board.now_ns(), board);
        }
        self.drive(board);
    }

    /// What a read of a register clears.
    // Section 7.6, register 01h: both clear data-ready, and the configuration the alerts of the alert mode.
    fn clear_flags(&mut self, board: &mut dyn Board) {
        match self.pointer {
            RESULT => self.data_ready = false,
            CONFIGURATION => {
                self.data_ready = false;
                if self.registers.configuration & THERM == 0 {
                    (self.high_alert, self.low_alert) = (false, false);
                }
            }
            _ => return,
        }
        self.drive(board);
    }
}

impl Part for Tmp117 {
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        Some(self)
    }

    fn power_on(&mut self, board: &mut dyn Board) {
        self.begin(POWER_UP_NS, board);
    }

    fn wake(&mut self, board: &mut dyn Board) {
        let now_ns = board.now_ns();
        if self.ready_at_ns.is_some_and(|at_ns| at_ns <= now_ns) {
            self.ready_at_ns = None;
            self.finish();
            self.drive(board);
            if let Some(at_ns) = self.next_at_ns {
                board.wake_at(at_ns);
            }
        }
        if self.ready_at_ns.is_none()
            && let Some(at_ns) = self.next_at_ns.filter(|at_ns| *at_ns <= now_ns)
        {
            self.start(at_ns, board);
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
        (readout == "temperature").then(|| self.temperature_c.into())
    }
}

impl I2cTarget for Tmp117 {
    fn addresses(&self) -> Option<RangeInclusive<u8>> {
        Some(self.address..=self.address)
    }

    fn start(&mut self, address: Address, _direction: Direction, board: &mut dyn Board) -> Ack {
        if address != Address::SevenBit(self.address) || board.now_ns() < self.deaf_until_ns {
            return Ack::Nack;
        }
        self.position = 0;
        Ack::Ack
    }

    // Section 7.5.3.1.3: the pointer, and two bytes, the upper first.
    fn write(&mut self, byte: u8, board: &mut dyn Board) -> Ack {
        match self.position {
            0 => self.pointer = byte & 0x0f,
            1 => self.upper = byte,
            2 => self.write_register(u16::from_be_bytes([self.upper, byte]), board),
            _ => {}
        }
        self.position += 1;
        Ack::Ack
    }

    fn read(&mut self, board: &mut dyn Board) -> u8 {
        let byte = self.register(board.now_ns()).to_be_bytes()[self.position % 2];
        if self.position % 2 == 1 {
            self.clear_flags(board);
        }
        self.position += 1;
        byte
    }

    fn stop(&mut self, _board: &mut dyn Board) {}
}
