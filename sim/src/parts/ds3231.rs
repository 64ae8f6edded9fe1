//! Maxim DS3231: a real-time clock with two alarms and a thermometer.

pub(super) mod clock;
mod date_time;
#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use core::ops::RangeInclusive;

use self::clock::Clock;
pub use self::date_time::{DateTime, DateTimeError};
use super::number::{held, steps};
use crate::i2c::{Ack, Address, Direction, I2cTarget};
use crate::model::{BuildError, Buses, Control, Model, Pin, Preset, Range, Role, Setting, Setup, Value, ValueKind};
use crate::net::{Drive, Net};
use crate::part::{Board, Part};

/// The DS3231 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Maxim DS3231 (19-5170, rev. 10)",
    omits: "Its time runs with the virtual clock and does not deviate from it: the aging offset is kept and does nothing. The 32kHz \
            and RST pins are not simulated.",
    pins: &[Pin::optional("output", Role::OpenDrain, "the INT/SQW output")],
    settings: &[Setting::new(
        "time",
        ValueKind::Time,
        Preset::None,
        "what a battery kept; without it the battery was empty",
    )],
    controls: &[Control::number("temperature", Range::new(-40.0, 85.0, 0.25, "degC"), 25.0, "the temperature")],
    ..Model::new("ds3231", "a clock with two alarms and a thermometer", Buses::i2c(ADDRESS, ADDRESS), build)
};

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    let part = setup.settings().time("time").map_or_else(Ds3231::new, Ds3231::with_battery);
    Ok(Box::new(setup.connect(part, "output", Ds3231::with_output)))
}

// Register addresses, bits and their state after power-on: Maxim DS3231 (19-5170, rev. 10), figure 1 and the sections on the
// control, status, aging offset and temperature registers.
const ADDRESS: u8 = 0x68;
const ALARM_1: u8 = 0x07;
const ALARM_2: u8 = 0x0b;
const CONTROL: u8 = 0x0e;
const STATUS: u8 = 0x0f;
const AGING_OFFSET: u8 = 0x10;
const TEMPERATURE: u8 = 0x11;
const LAST: u8 = 0x12;

const CONV: u8 = 0x20;
const INTCN: u8 = 0x04;
const POWER_ON_CONTROL: u8 = 0x1c;

const OSF: u8 = 0x80;
const EN32KHZ: u8 = 0x08;
const BSY: u8 = 0x04;
const A2F: u8 = 0x02;
const A1F: u8 = 0x01;
/// The alarm flags of the status register, and the bits of the control register that let them through to the output.
const ALARMS: u8 = A1F | A2F;

const SECOND_NS: u64 = 1_000_000_000;
// The same, section "temperature registers" and table "AC electrical characteristics", the maximum of tCONV.
const CONVERSION_PERIOD_NS: u64 = 64 * SECOND_NS;
const CONVERSION_NS: u64 = 200_000_000;

/// A DS3231 at address 0x68.
///
/// Its time runs with the virtual clock and does not deviate from it: the aging offset is kept and does nothing. The first
/// temperature conversion is over when the part is put on the board. The 32kHz and RST pins are not simulated.
#[derive(Debug)]
pub struct Ds3231 {
    clock: Clock,
    /// The time registers as reads see them.
    buffer: [u8; 7],
    alarm_1: [u8; 4],
    alarm_2: [u8; 3],
    control: u8,
    status: u8,
    aging_offset: u8,
    temperature: [u8; 2],
    temperature_c: f64,
    output: Option<Net>,
    pointer: u8,
    /// A battery keeps it running without the supply.
    battery: bool,
    /// The next byte written is a register address.
    address_next: bool,
    next_second_ns: u64,
    next_conversion_ns: u64,
    converted_at_ns: Option<u64>,
    /// The time of the next edge of the square wave, if a wake-up was asked for.
    next_edge_ns: Option<u64>,
}

impl Ds3231 {
    /// Creates a part that had no supply before: it starts at 2000-01-01 00:00:00 with the oscillator stop flag set.
    #[must_use]
    pub fn new() -> Ds3231 {
        let mut part = Ds3231::running(DateTime::POWER_ON, OSF);
        // Table "timekeeping registers" after power-on: day of the week 1.
        part.clock.write(3, 1);
        part
    }

    /// Creates a part that a battery kept running: it goes on from this time, and the oscillator stop flag is clear.
    ///
    /// The day of the week counts from 1 for Sunday.
    #[must_use]
    pub fn with_battery(time: DateTime) -> Ds3231 {
        Ds3231 { battery: true, ..Ds3231::running(time, 0) }
    }

    fn running(time: DateTime, osf: u8) -> Ds3231 {
        Ds3231 {
            clock: Clock::at(time),
            buffer: [0; 7],
            alarm_1: [0; 4],
            alarm_2: [0; 3],
            control: POWER_ON_CONTROL,
            status: osf | EN32KHZ,
            aging_offset: 0,
            temperature: [0; 2],
            temperature_c: 25.0,
            output: None,
            pointer: 0,
            battery: false,
            address_next: false,
            next_second_ns: 0,
            next_conversion_ns: 0,
            converted_at_ns: None,
            next_edge_ns: None,
        }
    }

    /// Puts a net at the INT/SQW output, which is open-drain: the net needs a pull-up.
    #[must_use]
    pub fn with_output(mut self, net: Net) -> Ds3231 {
        self.output = Some(net);
        self
    }

    /// Sets the temperature, held within -40 to 85 degC. The part sees it at the end of its next conversion, every 64 s or when
    /// the driver asks for one.
    pub fn set_temperature_c(&mut self, temperature_c: f64) {
        self.temperature_c = held(temperature_c, -40.0..=85.0);
    }

    /// Returns the temperature in degC.
    #[must_use]
    pub fn temperature_c(&self) -> f64 {
        self.temperature_c
    }

    fn read_register(&self, register: u8) -> u8 {
        let at = |start: u8, bytes: &[u8]| bytes.get(usize::from(register - start)).copied().unwrap_or(0);
        match register {
            ..ALARM_1 => at(0, &self.buffer),
            ALARM_1..ALARM_2 => at(ALARM_1, &self.alarm_1),
            ALARM_2..CONTROL => at(ALARM_2, &self.alarm_2),
            CONTROL => self.control,
            STATUS => self.status,
            AGING_OFFSET => self.aging_offset,
            _ => at(TEMPERATURE, &self.temperature),
        }
    }

    fn write_register(&mut self, register: u8, value: u8, board: &mut dyn Board) {
        let index = |start: u8| usize::from(register - start);
        match register {
            ..ALARM_1 => {
                self.clock.write(index(0), value);
                if register == 0 {
                    // "The countdown chain is reset whenever the seconds register is written."
                    self.begin_second(board.now_ns(), board);
                }
            }
            ALARM_1..ALARM_2 => self.alarm_1[index(ALARM_1)] = value,
            ALARM_2..CONTROL => self.alarm_2[index(ALARM_2)] = value,
            CONTROL => {
                // CONV stays until the conversion that it asked for is over, and asks for nothing during one.
                self.control = value & !CONV | self.control & CONV;
                if value & CONV != 0 && self.converted_at_ns.is_none() {
                    self.control |= CONV;
                    self.start_conversion(board);
                }
            }
            STATUS => {
                // The flags can only be cleared, and BSY not written at all.
                let flags = self.status & value & (OSF | ALARMS);
                self.status = flags | value & EN32KHZ | self.status & BSY;
            }
            AGING_OFFSET => self.aging_offset = value,
            _ => {}
        }
        self.drive_output(board);
    }

    /// Goes on to the next register; from the last one, and from addresses without a register, to the first.
    fn advance_pointer(&mut self) {
        if self.pointer < LAST {
            self.pointer += 1;
        } else {
            self.pointer = 0;
            self.buffer = self.clock.registers();
        }
    }

    fn begin_second(&mut self, at_ns: u64, board: &mut dyn Board) {
        self.next_second_ns = at_ns + SECOND_NS;
        self.next_edge_ns = None;
        board.wake_at(self.next_second_ns);
    }

    fn count_second(&mut self, board: &mut dyn Board) {
        self.clock.tick();
        if self.clock.matches_alarm_1(self.alarm_1) {
            self.status |= A1F;
        }
        if self.clock.matches_alarm_2(self.alarm_2) {
            self.status |= A2F;
        }
        self.begin_second(self.next_second_ns, board);
    }

    fn start_conversion(&mut self, board: &mut dyn Board) {
        let end_ns = board.now_ns() + CONVERSION_NS;
        self.converted_at_ns = Some(end_ns);
        self.status |= BSY;
        board.wake_at(end_ns);
    }

    fn finish_conversion(&mut self) {
        // 10 bits of 0.25 degC, left-justified.
        let [_, _, high, low] = (steps(self.temperature_c, 0.25, -512..=511) << 6).to_be_bytes();
        self.temperature = [high, low];
        self.converted_at_ns = None;
        self.status &= !BSY;
        self.control &= !CONV;
    }

    /// Sets the INT/SQW output, and asks to be woken for the next edge of the square wave.
    fn drive_output(&mut self, board: &mut dyn Board) {
        let Some(net) = self.output else { return };
        let low = if self.control & INTCN != 0 {
            self.next_edge_ns = None;
            self.status & self.control & ALARMS != 0
        } else {
            // The wave falls when a second begins: it "transitions high 500 ms after the seconds data transfer".
            let half_periods = [2, 2048, 8192, 16_384][usize::from(self.control >> 3 & 0x03)];
            let second_ns = self.next_second_ns - SECOND_NS;
            let half_period = (board.now_ns() - second_ns) * half_periods / SECOND_NS;
            let edge_ns = second_ns + ((half_period + 1) * SECOND_NS).div_ceil(half_periods);
            if self.next_edge_ns != Some(edge_ns) {
                self.next_edge_ns = Some(edge_ns);
                board.wake_at(edge_ns);
            }
            half_period.is_multiple_of(2)
        };
        board.drive(net, if low { Drive::Low } else { Drive::Released });
    }
}

impl Default for Ds3231 {
    fn default() -> Ds3231 {
        Ds3231::new()
    }
}

impl Part for Ds3231 {
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        Some(self)
    }

    // The registers are kept by the battery, and only the bus is reset: section "I2C serial data bus".
    fn power_off(&mut self, _board: &mut dyn Board) {
        if self.battery {
            self.address_next = false;
        } else {
            *self = Ds3231 { output: self.output, temperature_c: self.temperature_c, ..Ds3231::new() };
        }
    }

    fn power_on(&mut self, board: &mut dyn Board) {
        self.finish_conversion();
        self.next_conversion_ns = board.now_ns() + CONVERSION_PERIOD_NS;
        board.wake_at(self.next_conversion_ns);
        self.begin_second(board.now_ns(), board);
        self.drive_output(board);
    }

    fn wake(&mut self, board: &mut dyn Board) {
        let now_ns = board.now_ns();
        if now_ns >= self.next_second_ns {
            self.count_second(board);
        }
        if self.converted_at_ns.is_some_and(|end_ns| now_ns >= end_ns) {
            self.finish_conversion();
        }
        if now_ns >= self.next_conversion_ns {
            self.next_conversion_ns += CONVERSION_PERIOD_NS;
            board.wake_at(self.next_conversion_ns);
            if self.converted_at_ns.is_none() {
                self.start_conversion(board);
            }
        }
        self.drive_output(board);
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

// The same, sections "address map" and "I2C serial data bus".
impl I2cTarget for Ds3231 {
    fn addresses(&self) -> Option<RangeInclusive<u8>> {
        Some(ADDRESS..=ADDRESS)
    }

    fn start(&mut self, address: Address, direction: Direction, _board: &mut dyn Board) -> Ack {
        if address != Address::SevenBit(ADDRESS) {
            return Ack::Nack;
        }
        self.buffer = self.clock.registers();
        self.address_next = direction == Direction::Write;
        Ack::Ack
    }

    fn write(&mut self, byte: u8, board: &mut dyn Board) -> Ack {
        if self.address_next {
            self.pointer = byte;
            self.address_next = false;
        } else {
            self.write_register(self.pointer, byte, board);
            self.advance_pointer();
        }
        Ack::Ack
    }

    fn read(&mut self, _board: &mut dyn Board) -> u8 {
        let byte = self.read_register(self.pointer);
        self.advance_pointer();
        byte
    }

    fn stop(&mut self, _board: &mut dyn Board) {}
}
