//! Sensirion SHT40, SHT41 and SHT45: temperature and relative humidity.

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use core::ops::RangeInclusive;

use super::AddressError;
use super::number::{held, steps};
use crate::i2c::{Ack, Address, Direction, I2cTarget};
use crate::model::{BuildError, Buses, Control, Model, Range, Setup, Value};
use crate::part::{Board, Part};

/// The SHT4x as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Sensirion SHT4x, version 6.5",
    omits: "Heating takes its time and warms nothing. Readings carry no noise.",
    // Section 2, tables 3 and 4, "specified range".
    controls: &[
        Control::number("temperature", Range::new(-40.0, 125.0, 0.01, "degC"), 25.0, "the temperature of the air"),
        Control::number("humidity", Range::new(0.0, 100.0, 0.1, "%"), 50.0, "the relative humidity of the air"),
    ],
    ..Model::new("sht4x", "a sensor of temperature and humidity", Buses::i2c(0x44, 0x46), build)
};

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    Ok(Box::new(Sht4x::new(setup.i2c_address()?)?))
}

// Sensirion SHT4x data sheet, version 6.5 (April 2024), section 4.5, table 8: commands.
const MEASURE_HIGH: u8 = 0xfd;
const MEASURE_MEDIUM: u8 = 0xf6;
const MEASURE_LOW: u8 = 0xe0;
const READ_SERIAL_NUMBER: u8 = 0x89;
const SOFT_RESET: u8 = 0x94;
const HEAT: [u8; 6] = [0x39, 0x32, 0x2f, 0x24, 0x1e, 0x15];

// The same, section 3.2, table 5: the maximum times of a measurement, of a soft reset and of power-up.
const HIGH_NS: u64 = 8_300_000;
const MEDIUM_NS: u64 = 4_500_000;
const LOW_NS: u64 = 1_600_000;
const RESET_NS: u64 = 1_000_000;
const POWER_UP_NS: u64 = 1_000_000;

// The same, section 4.9: heating lasts one second or a tenth, at most 1.1 s and 0.11 s, a measurement at its end included.
const LONG_HEAT_NS: u64 = 1_100_000_000;
const SHORT_HEAT_NS: u64 = 110_000_000;

/// How long the answer to the serial number command takes. The data sheet gives no time; a read at once is not acknowledged by
/// real ones, and drivers wait for a millisecond.
const SERIAL_NUMBER_NS: u64 = 500_000;

/// An SHT4x.
///
/// A measurement shows the air as it is when the measurement ends, and takes the longest time that the data sheet gives; until
/// then a read is not acknowledged. Heating takes its time and warms nothing. Readings carry no noise.
#[derive(Debug)]
pub struct Sht4x {
    address: u8,
    serial_number: u32,
    temperature_c: f64,
    humidity_percent: f64,
    /// What a read gives, if there is something to be read.
    answer: Answer,
    /// Until when the part acknowledges no read, or after power-up and reset nothing at all.
    ready_at_ns: u64,
    deaf: bool,
    /// How many bytes of this transfer went or came.
    position: usize,
}

/// What a command has prepared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Answer {
    /// Nothing.
    None,
    /// The measurement that ends when the part is ready, not yet taken.
    Measuring,
    /// Two words, each with its checksum.
    Words([u8; 6]),
}

impl Sht4x {
    /// Creates a part in air of 25 degC and 50 % relative humidity.
    ///
    /// # Errors
    ///
    /// Fails if the address is not 0x44, 0x45 or 0x46, which the part number says.
    pub fn new(address: u8) -> Result<Sht4x, AddressError> {
        // Section 1, table 1, and section 8.2: the letter after the dash is A, B or C.
        if !(0x44..=0x46).contains(&address) {
            return Err(AddressError::new("SHT4x", address, "0x44 to 0x46"));
        }
        Ok(Sht4x {
            address,
            serial_number: 0x0f1e_2d3c,
            temperature_c: 25.0,
            humidity_percent: 50.0,
            answer: Answer::None,
            ready_at_ns: 0,
            deaf: false,
            position: 0,
        })
    }

    /// Gives the part another serial number.
    #[must_use]
    pub fn with_serial_number(self, serial_number: u32) -> Sht4x {
        Sht4x { serial_number, ..self }
    }

    // The ranges of the two controls: section 2, tables 3 and 4, "specified range".

    /// Sets the air temperature, held within -40 to 125 degC. The part sees it at the end of its next measurement.
    pub fn set_temperature_c(&mut self, temperature_c: f64) {
        self.temperature_c = held(temperature_c, -40.0..=125.0);
    }

    /// Sets the relative humidity, held within 0 to 100 %. The part sees it at the end of its next measurement.
    pub fn set_humidity_percent(&mut self, humidity_percent: f64) {
        self.humidity_percent = held(humidity_percent, 0.0..=100.0);
    }

    /// Returns the air temperature in degC.
    #[must_use]
    pub fn temperature_c(&self) -> f64 {
        self.temperature_c
    }

    /// Returns the relative humidity in percent.
    #[must_use]
    pub fn humidity_percent(&self) -> f64 {
        self.humidity_percent
    }

    fn is_busy(&self, board: &dyn Board) -> bool {
        board.now_ns() < self.ready_at_ns
    }

    fn command(&mut self, command: u8, board: &mut dyn Board) -> Ack {
        let (answer, ns) = match command {
            MEASURE_HIGH => (Answer::Measuring, HIGH_NS),
            MEASURE_MEDIUM => (Answer::Measuring, MEDIUM_NS),
            MEASURE_LOW => (Answer::Measuring, LOW_NS),
            // In the table every other one lasts a second.
            _ if HEAT.iter().step_by(2).any(|heat| *heat == command) => (Answer::Measuring, LONG_HEAT_NS),
            _ if HEAT.contains(&command) => (Answer::Measuring, SHORT_HEAT_NS),
            READ_SERIAL_NUMBER => {
                let [a, b, c, d] = self.serial_number.to_be_bytes();
                (Answer::Words(words([a, b], [c, d])), SERIAL_NUMBER_NS)
            }
            SOFT_RESET => (Answer::None, RESET_NS),
            _ => return Ack::Nack,
        };
        self.deaf = command == SOFT_RESET;
        self.answer = answer;
        self.ready_at_ns = board.now_ns().saturating_add(ns);
        if answer == Answer::Measuring {
            board.wake_at(self.ready_at_ns);
        }
        Ack::Ack
    }

    /// Ends a measurement.
    fn measure(&mut self) {
        // Section 4.6: T = -45 + 175 * S / 65535, RH = -6 + 125 * S / 65535.
        let word = |value: f64, offset: f64, span: f64| {
            let [_, _, high, low] = steps(value - offset, span / 65_535.0, 0..=65_535).to_be_bytes();
            [high, low]
        };
        let temperature = word(self.temperature_c, -45.0, 175.0);
        self.answer = Answer::Words(words(temperature, word(self.humidity_percent, -6.0, 125.0)));
    }
}

/// Returns two words as they go over the bus.
fn words(first: [u8; 2], second: [u8; 2]) -> [u8; 6] {
    let ([a, b], [c, d]) = (first, second);
    [a, b, crc(first), c, d, crc(second)]
}

/// Section 4.4, table 7: polynomial 0x31, initial value 0xff, nothing reflected or inverted.
fn crc(word: [u8; 2]) -> u8 {
    word.iter().fold(0xff, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 == 0 { crc << 1 } else { (crc << 1) ^ 0x31 })
    })
}

impl Part for Sht4x {
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        Some(self)
    }

    fn power_on(&mut self, board: &mut dyn Board) {
        // The supply of a board that starts was there before its program.
        let began_ns = board.now_ns();
        self.ready_at_ns = if began_ns == 0 { 0 } else { began_ns.saturating_add(POWER_UP_NS) };
        self.deaf = true;
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        self.answer = Answer::None;
        self.position = 0;
    }

    fn wake(&mut self, board: &mut dyn Board) {
        if self.answer == Answer::Measuring && !self.is_busy(board) {
            self.measure();
        }
    }

    fn set_control(&mut self, control: &str, value: &Value, _board: &mut dyn Board) -> bool {
        match (control, value) {
            ("temperature", Value::Number(temperature_c)) => self.set_temperature_c(*temperature_c),
            ("humidity", Value::Number(humidity_percent)) => self.set_humidity_percent(*humidity_percent),
            _ => return false,
        }
        true
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        match readout {
            "temperature" => Some(self.temperature_c().into()),
            "humidity" => Some(self.humidity_percent().into()),
            _ => None,
        }
    }
}

impl I2cTarget for Sht4x {
    fn addresses(&self) -> Option<RangeInclusive<u8>> {
        Some(self.address..=self.address)
    }

    // Section 4.2: a read is not acknowledged while a command runs, or when there is nothing to be read.
    fn start(&mut self, address: Address, direction: Direction, board: &mut dyn Board) -> Ack {
        let busy = self.is_busy(board);
        let hears = match direction {
            Direction::Read => !busy && matches!(self.answer, Answer::Words(_)),
            // A command may be sent while a measurement runs, and takes its place.
            Direction::Write => !(busy && self.deaf),
        };
        if address != Address::SevenBit(self.address) || !hears {
            return Ack::Nack;
        }
        self.position = 0;
        Ack::Ack
    }

    fn write(&mut self, byte: u8, board: &mut dyn Board) -> Ack {
        let first = self.position == 0;
        self.position = self.position.saturating_add(1);
        if first { self.command(byte, board) } else { Ack::Nack }
    }

    fn read(&mut self, _board: &mut dyn Board) -> u8 {
        let index = self.position;
        self.position = index.saturating_add(1);
        match self.answer {
            Answer::Words(bytes) => bytes.get(index).copied().unwrap_or(0xff),
            Answer::None | Answer::Measuring => 0xff,
        }
    }

    /// An answer is read once.
    fn stop(&mut self, board: &mut dyn Board) {
        if self.position > 0 && !self.is_busy(board) && matches!(self.answer, Answer::Words(_)) {
            self.answer = Answer::None;
        }
        self.position = 0;
    }
}
