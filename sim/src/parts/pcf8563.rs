//! NXP PCF8563: a clock with an alarm and a timer.
//!
//! Section numbers are those of the data sheet: NXP PCF8563, revision 11 (October 2015).

use alloc::boxed::Box;

use super::ds3231::DateTime;
use super::ds3231::clock::Clock;
use super::link::{ByteRegisters, Bytes, OnI2c};
use crate::i2c::Direction;
use crate::model::{BuildError, Buses, Model, Pin, Preset, Role, Setting, Setup, Value, ValueKind};
use crate::net::{Drive, Net};
use crate::part::{Board, Part};

/// The PCF8563 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "NXP PCF8563, revision 11",
    omits: "CLKOUT has no pin, the timer does not count, and the test modes are kept and change nothing.",
    pins: &[Pin::optional("int", Role::OpenDrain, "the INT output: low while the alarm's flag is set and enabled")],
    settings: &[Setting::new(
        "time",
        ValueKind::Time,
        Preset::None,
        "the date and time at the start; without it the flag says that the supply was low",
    )],
    ..Model::new("pcf8563", "a clock with an alarm", BUSES, build)
};

const BUSES: Buses = Buses::i2c(0x51, 0x51);
const NS_PER_S: u64 = 1_000_000_000;

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    let part = Pcf8563::new(setup.settings().time("time"), setup.net("int"));
    OnI2c::<_, Bytes>::place("PCF8563", BUSES, setup, part)
}

// Section 8.2, table 4: the registers.
const CONTROL_1: u8 = 0x00;
const CONTROL_2: u8 = 0x01;
const SECONDS: u8 = 0x02;
const WEEKDAYS: u8 = 0x06;
const YEARS: u8 = 0x08;
const LAST: u8 = 0x0f;
// Section 8.3, tables 5 and 6.
const STOP: u8 = 0x20;
const ALARM_FLAG: u8 = 0x08;
const TIMER_FLAG: u8 = 0x04;
const ALARM_INTERRUPT: u8 = 0x02;
/// Section 8.4.1, table 7: the supply was low, and the date cannot be trusted.
const VOLTAGE_LOW: u8 = 0x80;
/// In a register of the alarm: it does not count.
const ALARM_OFF: u8 = 0x80;
/// Table 4, "after reset": control, alarm, CLKOUT and timer.
const AFTER_RESET: [u8; 16] = [0x08, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x03, 0];
/// The order in which the clock has the registers from the seconds on: days come before weekdays here.
const ORDER: [usize; 7] = [0, 1, 2, 4, 3, 5, 6];

struct Pcf8563 {
    clock: Clock,
    voltage_low: bool,
    interrupt: Option<Net>,
    /// Those of the clock are unused.
    registers: [u8; 16],
    tick_ns: u64,
    latched: [u8; 7],
}

impl Pcf8563 {
    fn new(time: Option<DateTime>, interrupt: Option<Net>) -> Pcf8563 {
        let clock = Clock::at(time.unwrap_or(DateTime::POWER_ON));
        Pcf8563 {
            clock,
            voltage_low: time.is_none(),
            interrupt,
            registers: AFTER_RESET,
            tick_ns: NS_PER_S,
            latched: clock.registers(),
        }
    }

    fn catch_up(&mut self, now_ns: u64) {
        let stopped = self.registers[usize::from(CONTROL_1)] & STOP != 0;
        while !stopped && self.tick_ns <= now_ns && self.tick_ns < u64::MAX {
            self.clock.tick();
            self.tick_ns = self.tick_ns.saturating_add(NS_PER_S);
            self.compare();
        }
    }

    /// Section 8.6: the flag is set when all that counts comes to be equal, which is when a minute begins.
    fn compare(&mut self) {
        let [seconds, minutes, hours, weekday, day, ..] = self.clock.registers();
        let now = [minutes, hours, day, weekday.saturating_sub(1)];
        let mut alarms = self.registers[0x09..0x0d].iter().zip(now).filter(|(alarm, _)| **alarm & ALARM_OFF == 0);
        let any = self.registers[0x09..0x0d].iter().any(|alarm| alarm & ALARM_OFF == 0);
        if seconds == 0 && any && alarms.all(|(alarm, now)| *alarm == now) {
            self.registers[usize::from(CONTROL_2)] |= ALARM_FLAG;
        }
    }

    fn drive(&self, board: &mut dyn Board) {
        let control = self.registers[usize::from(CONTROL_2)];
        let active = control & ALARM_FLAG != 0 && control & ALARM_INTERRUPT != 0;
        if let Some(net) = self.interrupt {
            board.drive(net, if active { Drive::Low } else { Drive::Released });
        }
    }

    /// Asks to be woken at the next second, which only the interrupt needs.
    fn ask(&self, board: &mut dyn Board) {
        if self.interrupt.is_some() && self.registers[usize::from(CONTROL_2)] & ALARM_INTERRUPT != 0 {
            board.wake_at(self.tick_ns);
        }
    }
}

impl Part for Pcf8563 {
    fn power_on(&mut self, board: &mut dyn Board) {
        self.drive(board);
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        *self = Pcf8563::new(None, self.interrupt);
    }

    fn wake(&mut self, board: &mut dyn Board) {
        if self.tick_ns <= board.now_ns() {
            self.catch_up(board.now_ns());
            self.drive(board);
            self.ask(board);
        }
    }

    fn readout(&mut self, _readout: &str, _now_ns: u64) -> Option<Value> {
        None
    }
}

impl ByteRegisters for Pcf8563 {
    // Section 8.5: the time is frozen for the transfer.
    fn hears(&mut self, _direction: Direction, board: &mut dyn Board) -> bool {
        self.catch_up(board.now_ns());
        self.latched = self.clock.registers();
        true
    }

    fn pointed(&mut self, byte: u8) -> u8 {
        byte & LAST
    }

    fn after(&self, register: u8) -> u8 {
        (register + 1) & LAST
    }

    fn read_register(&mut self, register: u8, _board: &mut dyn Board) -> u8 {
        let clock = |register: u8| self.latched[ORDER[usize::from(register - SECONDS)]];
        match register {
            SECONDS => clock(SECONDS) | if self.voltage_low { VOLTAGE_LOW } else { 0 },
            // Section 8.4.5: 0 is Sunday.
            WEEKDAYS => clock(WEEKDAYS).saturating_sub(1),
            0x03..=0x05 | 0x07..=YEARS => clock(register),
            _ => self.registers[usize::from(register & LAST)],
        }
    }

    fn write_register(&mut self, register: u8, value: u8, board: &mut dyn Board) {
        let index = usize::from(register & LAST);
        match register {
            CONTROL_1 => {
                // Section 8.3.1: with STOP the divider stands at 0.
                if self.registers[index] & STOP != 0 && value & STOP == 0 {
                    self.tick_ns = board.now_ns().saturating_add(NS_PER_S);
                }
                self.registers[index] = value & 0xa8;
            }
            CONTROL_2 => {
                // Section 8.3.2.1: a flag is cleared by a 0 and cannot be set.
                let flags = self.registers[index] & value & (ALARM_FLAG | TIMER_FLAG);
                self.registers[index] = value & 0x13 | flags;
                self.ask(board);
            }
            SECONDS => {
                self.voltage_low = value & VOLTAGE_LOW != 0;
                self.clock.write(0, value);
                self.tick_ns = board.now_ns().saturating_add(NS_PER_S);
            }
            WEEKDAYS => self.clock.write(ORDER[4], (value & 0x07) + 1),
            0x03..=0x05 | 0x07..=YEARS => self.clock.write(ORDER[usize::from(register - SECONDS)], value),
            _ => self.registers[index] = value,
        }
        self.drive(board);
    }
}

#[cfg(test)]
mod tests {
    use super::{NS_PER_S, Pcf8563};
    use crate::net::Drive;
    use crate::parts::link::{Bytes, OnI2c};
    use crate::parts::test_board::TestBoard;

    #[test]
    fn after_power_up_the_low_voltage_flag_is_set_until_the_seconds_are_written() {
        let mut part: OnI2c<_, Bytes> = OnI2c::new(0x51, Pcf8563::new(None, None));
        let mut board = TestBoard::with(&mut part);
        assert_eq!(board.i2c_write_read(&mut part, 0x51, &[0]), Ok([0x08, 0x00, 0x80]));
        assert_eq!(board.i2c_write_read(&mut part, 0x51, &[9]), Ok([0x80, 0x80, 0x80, 0x80, 0x80, 0x03, 0x00]));
        // 2028-02-28 23:59:58, a Monday: 1.
        board.i2c_write(&mut part, 0x51, &[2, 0x58, 0x59, 0x23, 0x28, 1, 0x02, 0x28]).expect("acknowledged");
        board.advance(&mut part, 2 * NS_PER_S);
        assert_eq!(board.i2c_write_read(&mut part, 0x51, &[2]), Ok([0, 0, 0, 0x29, 2, 0x02, 0x28]));
    }

    #[test]
    fn the_alarm_strikes_when_its_minute_begins_and_pulls_int_low() {
        let mut part: OnI2c<_, Bytes> = OnI2c::new(0x51, Pcf8563::new(None, Some(TestBoard::net(1))));
        let mut board = TestBoard::with(&mut part);
        board.i2c_write(&mut part, 0x51, &[2, 0x58, 0x29, 0x07]).expect("acknowledged");
        board.i2c_write(&mut part, 0x51, &[9, 0x30, 0x07]).expect("acknowledged");
        board.i2c_write(&mut part, 0x51, &[1, 0x02]).expect("acknowledged");
        board.advance(&mut part, NS_PER_S);
        assert_eq!(board.driven(TestBoard::net(1)), Drive::Released);
        board.advance(&mut part, NS_PER_S);
        assert_eq!(board.driven(TestBoard::net(1)), Drive::Low);
        assert_eq!(board.i2c_write_read(&mut part, 0x51, &[1]), Ok([0x0a]));
        board.i2c_write(&mut part, 0x51, &[1, 0x02]).expect("acknowledged");
        assert_eq!(board.driven(TestBoard::net(1)), Drive::Released);
    }
}
