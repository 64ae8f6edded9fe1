//! Maxim DS1307: a clock with 56 bytes of memory.
//!
//! It follows the data sheet: Maxim DS1307 (100101, 3/15), tables 2 and 3 and "clock and calendar".

use alloc::boxed::Box;

use super::ds3231::DateTime;
use super::ds3231::clock::Clock;
use super::link::{ByteRegisters, Bytes, OnI2c};
use crate::i2c::Direction;
use crate::model::{BuildError, Buses, Model, Preset, Setting, Setup, Value, ValueKind};
use crate::part::{Board, Part};

/// The DS1307 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Maxim DS1307 (100101, 3/15)",
    omits: "The square wave has no pin. The date and the memory outlive the supply, as with a battery.",
    settings: &[Setting::new(
        "time",
        ValueKind::Time,
        Preset::None,
        "the date and time at the start; without it the oscillator stands, as in a new part",
    )],
    ..Model::new("ds1307", "a clock", BUSES, build)
};

const BUSES: Buses = Buses::i2c(0x68, 0x68);
const NS_PER_S: u64 = 1_000_000_000;

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    OnI2c::<_, Bytes>::place("DS1307", BUSES, setup, Ds1307::new(setup.settings().time("time")))
}

// Table 2: the registers.
const SECONDS: u8 = 0;
const MONTH: u8 = 5;
const YEAR: u8 = 6;
const CONTROL: u8 = 7;
const LAST: u8 = 0x3f;
/// Bit 7 of the seconds: the clock is halted.
const HALT: u8 = 0x80;
/// The bits of the month: there is no century.
const MONTHS: u8 = 0x1f;
/// OUT, SQWE, RS1 and RS0, and what they are after the first power-up.
const CONTROL_BITS: u8 = 0x93;
const CONTROL_AT_FIRST: u8 = 0x03;

struct Ds1307 {
    clock: Clock,
    halted: bool,
    control: u8,
    memory: [u8; 56],
    /// When the next second is over.
    tick_ns: u64,
    /// The date and time as the transfer sees them: they are latched at its START.
    latched: [u8; 7],
}

impl Ds1307 {
    fn new(time: Option<DateTime>) -> Ds1307 {
        let clock = Clock::at(time.unwrap_or(DateTime::POWER_ON));
        let latched = clock.registers();
        let halted = time.is_none();
        Ds1307 { clock, halted, control: CONTROL_AT_FIRST, memory: [0; 56], tick_ns: NS_PER_S, latched }
    }

    /// Counts the seconds that are over by now.
    fn catch_up(&mut self, now_ns: u64) {
        while !self.halted && self.tick_ns <= now_ns {
            self.clock.tick();
            self.tick_ns = self.tick_ns.saturating_add(NS_PER_S);
            if self.tick_ns == u64::MAX {
                return;
            }
        }
    }

    fn restart_second(&mut self, now_ns: u64) {
        self.tick_ns = now_ns.saturating_add(NS_PER_S);
    }
}

impl Part for Ds1307 {
    fn readout(&mut self, _readout: &str, _now_ns: u64) -> Option<Value> {
        None
    }
}

impl ByteRegisters for Ds1307 {
    fn hears(&mut self, _direction: Direction, board: &mut dyn Board) -> bool {
        self.catch_up(board.now_ns());
        self.latched = self.clock.registers();
        true
    }

    fn pointed(&mut self, byte: u8) -> u8 {
        byte & LAST
    }

    fn after(&self, register: u8) -> u8 {
        if register >= LAST { 0 } else { register + 1 }
    }

    fn read_register(&mut self, register: u8, _board: &mut dyn Board) -> u8 {
        match register {
            SECONDS => self.latched[0] | if self.halted { HALT } else { 0 },
            MONTH => self.latched[usize::from(MONTH)] & MONTHS,
            1..=YEAR => self.latched[usize::from(register)],
            CONTROL => self.control,
            _ => self.memory.get(usize::from(register - CONTROL - 1)).copied().unwrap_or(0),
        }
    }

    fn write_register(&mut self, register: u8, value: u8, board: &mut dyn Board) {
        match register {
            SECONDS => {
                // "Clock and calendar": writing the seconds resets the divider.
                self.halted = value & HALT != 0;
                self.clock.write(0, value);
                self.restart_second(board.now_ns());
            }
            MONTH => self.clock.write(usize::from(MONTH), value & MONTHS),
            1..=YEAR => self.clock.write(usize::from(register), value),
            CONTROL => self.control = value & CONTROL_BITS,
            _ => {
                if let Some(byte) = self.memory.get_mut(usize::from(register - CONTROL - 1)) {
                    *byte = value;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ds1307, NS_PER_S};
    use crate::parts::link::{Bytes, OnI2c};
    use crate::parts::test_board::TestBoard;

    #[test]
    fn it_stands_until_its_seconds_are_written_and_then_counts() {
        let mut part: OnI2c<_, Bytes> = OnI2c::new(0x68, Ds1307::new(None));
        let mut board = TestBoard::with(&mut part);
        board.advance(&mut part, 5 * NS_PER_S);
        assert_eq!(board.i2c_write_read(&mut part, 0x68, &[0]), Ok([0x80, 0, 0, 7, 1, 1, 0, 0x03]));
        // 2028-02-28 23:59:58, a Monday.
        board.i2c_write(&mut part, 0x68, &[0, 0x58, 0x59, 0x23, 2, 0x28, 0x02, 0x28]).expect("acknowledged");
        board.advance(&mut part, 2 * NS_PER_S);
        assert_eq!(board.i2c_write_read(&mut part, 0x68, &[0]), Ok([0, 0, 0, 3, 0x29, 0x02, 0x28]));
    }

    #[test]
    fn after_the_last_byte_of_the_memory_comes_the_clock() {
        let mut part: OnI2c<_, Bytes> = OnI2c::new(0x68, Ds1307::new(None));
        let mut board = TestBoard::with(&mut part);
        board.i2c_write(&mut part, 0x68, &[0x3f, 0xa5, 0x12]).expect("acknowledged");
        assert_eq!(board.i2c_write_read(&mut part, 0x68, &[0x3f]), Ok([0xa5, 0x12]));
    }
}
