//! Bosch BME280: temperature, humidity and pressure, over I2C or SPI.

mod compensation;
mod sensor;
#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use core::ops::RangeInclusive;

use embedded_hal::spi::{MODE_0, MODE_3, Mode};

use self::sensor::Sensor;
use super::AddressError;
use super::miso::UNDRIVEN;
use super::number::held;
use crate::i2c::{Ack, Address, Direction, I2cTarget};
use crate::model::{BuildError, Buses, Control, Model, Range, Setup, Value};
use crate::part::{Board, Part};
use crate::spi::SpiTarget;

/// The BME280 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Bosch BST-BME280-DS002, revision 1.6",
    omits: "Readings carry no noise. A write to `config` in normal mode, which \"may be ignored\", is ignored. Self-heating and 3-wire \
            SPI are not simulated.",
    // Section 1, tables 2 to 4, "operating range".
    controls: &[
        Control::number("temperature", Range::new(-40.0, 85.0, 0.01, "degC"), 25.0, "the temperature of the air"),
        Control::number("humidity", Range::new(0.0, 100.0, 0.1, "%"), 50.0, "the relative humidity of the air"),
        Control::number("pressure", Range::new(300.0, 1100.0, 0.1, "hPa"), 1013.25, "the pressure of the air"),
    ],
    ..Model::new("bme280", "a sensor of temperature, humidity and pressure", Buses::i2c(0x76, 0x77).or_spi(), build)
};

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    Ok(Box::new(setup.address().map_or_else(|| Ok(Bme280::new_spi()), Bme280::new)?))
}

/// How the part is wired: CSB at the supply selects I2C for good, otherwise it is the select line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wiring {
    I2c { address: u8 },
    Spi,
}

/// What the next byte on the bus means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Next {
    /// A register address; over SPI with the direction.
    Register,
    /// A value to write.
    Value,
    /// Values are read.
    Read,
}

/// A BME280 with the calibration of the data sheet's example.
///
/// A measurement takes the typical time that the data sheet gives, and a write to `config` in normal mode, which the data sheet
/// says "may be ignored", is ignored. Readings carry no noise. Self-heating and 3-wire SPI are not simulated.
#[derive(Debug)]
pub struct Bme280 {
    wiring: Wiring,
    sensor: Sensor,
    register: u8,
    next: Next,
}

impl Bme280 {
    /// Creates a BME280 for an I2C bus, in air of 25 degC, 50 % relative humidity and 1013.25 hPa.
    ///
    /// # Errors
    ///
    /// Fails if the address is neither 0x76 (SDO at ground) nor 0x77 (SDO at the supply).
    pub fn new(address: u8) -> Result<Bme280, AddressError> {
        // Bosch BST-BME280-DS002 rev. 1.6, section 6.2.
        match address {
            0x76 | 0x77 => Ok(Bme280::wired(Wiring::I2c { address })),
            _ => Err(AddressError::new("BME280", address, "0x76 or 0x77")),
        }
    }

    /// Creates a BME280 for an SPI bus, in air of 25 degC, 50 % relative humidity and 1013.25 hPa.
    #[must_use]
    pub fn new_spi() -> Bme280 {
        Bme280::wired(Wiring::Spi)
    }

    fn wired(wiring: Wiring) -> Bme280 {
        Bme280 { wiring, sensor: Sensor::new(), register: 0, next: Next::Register }
    }

    // The ranges of the three controls: Bosch BST-BME280-DS002 rev. 1.6, section 1, tables 2 to 4, "operating range".

    /// Sets the air temperature, held within -40 to 85 degC. The part sees it in its next measurement.
    pub fn set_temperature_c(&mut self, temperature_c: f64) {
        self.sensor.temperature_c = held(temperature_c, -40.0..=85.0);
    }

    /// Sets the relative humidity, held within 0 to 100 %. The part sees it in its next measurement.
    pub fn set_humidity_percent(&mut self, humidity_percent: f64) {
        self.sensor.humidity_percent = held(humidity_percent, 0.0..=100.0);
    }

    /// Sets the air pressure, held within 300 to 1100 hPa. The part sees it in its next measurement.
    pub fn set_pressure_hpa(&mut self, pressure_hpa: f64) {
        self.sensor.pressure_hpa = held(pressure_hpa, 300.0..=1100.0);
    }

    /// Returns the air temperature in degC.
    #[must_use]
    pub fn temperature_c(&self) -> f64 {
        self.sensor.temperature_c
    }

    /// Returns the relative humidity in percent.
    #[must_use]
    pub fn humidity_percent(&self) -> f64 {
        self.sensor.humidity_percent
    }

    /// Returns the air pressure in hPa.
    #[must_use]
    pub fn pressure_hpa(&self) -> f64 {
        self.sensor.pressure_hpa
    }
}

impl Part for Bme280 {
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        match self.wiring {
            Wiring::I2c { .. } => Some(self),
            Wiring::Spi => None,
        }
    }

    fn spi(&mut self) -> Option<&mut dyn SpiTarget> {
        match self.wiring {
            Wiring::I2c { .. } => None,
            Wiring::Spi => Some(self),
        }
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        self.register = 0;
        self.next = Next::Register;
    }

    fn power_on(&mut self, board: &mut dyn Board) {
        self.sensor.reset(board.now_ns());
    }

    fn wake(&mut self, board: &mut dyn Board) {
        self.sensor.wake(board);
    }

    fn set_control(&mut self, control: &str, value: &Value, _board: &mut dyn Board) -> bool {
        match (control, value) {
            ("temperature", Value::Number(temperature_c)) => self.set_temperature_c(*temperature_c),
            ("humidity", Value::Number(humidity_percent)) => self.set_humidity_percent(*humidity_percent),
            ("pressure", Value::Number(pressure_hpa)) => self.set_pressure_hpa(*pressure_hpa),
            _ => return false,
        }
        true
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        match readout {
            "temperature" => Some(self.temperature_c().into()),
            "humidity" => Some(self.humidity_percent().into()),
            "pressure" => Some(self.pressure_hpa().into()),
            _ => None,
        }
    }
}

// Bosch BST-BME280-DS002 rev. 1.6, section 6.2.1: a write is pairs of register and value; section 6.2.2: reads go on upwards.
impl I2cTarget for Bme280 {
    fn addresses(&self) -> Option<RangeInclusive<u8>> {
        match self.wiring {
            Wiring::I2c { address } => Some(address..=address),
            Wiring::Spi => None,
        }
    }

    fn start(&mut self, address: Address, direction: Direction, _board: &mut dyn Board) -> Ack {
        match (self.wiring, address) {
            (Wiring::I2c { address: own }, Address::SevenBit(address)) if address == own => {}
            _ => return Ack::Nack,
        }
        match direction {
            Direction::Write => self.next = Next::Register,
            Direction::Read => self.sensor.begin_burst(),
        }
        Ack::Ack
    }

    fn write(&mut self, byte: u8, board: &mut dyn Board) -> Ack {
        if self.next == Next::Value {
            self.sensor.write(self.register, byte, board);
            self.next = Next::Register;
        } else {
            self.register = byte;
            self.next = Next::Value;
        }
        Ack::Ack
    }

    fn read(&mut self, board: &mut dyn Board) -> u8 {
        let value = self.sensor.read(self.register, board.now_ns());
        self.register = self.register.wrapping_add(1);
        value
    }

    fn stop(&mut self, _board: &mut dyn Board) {}
}

// Bosch BST-BME280-DS002 rev. 1.6, section 6.3: bit 7 of the control byte is the direction, and bit 7 of the register is 1. A read
// value follows the control byte; SDO is not driven before.
impl SpiTarget for Bme280 {
    fn accepts(&self, mode: Mode) -> bool {
        mode == MODE_0 || mode == MODE_3
    }

    fn select(&mut self, _board: &mut dyn Board) {
        self.next = Next::Register;
        self.sensor.begin_burst();
    }

    fn transfer(&mut self, mosi: u8, board: &mut dyn Board) -> u8 {
        match self.next {
            Next::Register => {
                self.register = mosi | 0x80;
                self.next = if mosi & 0x80 == 0 { Next::Value } else { Next::Read };
                UNDRIVEN
            }
            Next::Value => {
                self.sensor.write(self.register, mosi, board);
                self.next = Next::Register;
                UNDRIVEN
            }
            Next::Read => {
                let value = self.sensor.read(self.register, board.now_ns());
                self.register = self.register.wrapping_add(1) | 0x80;
                if self.sensor.three_wire_spi() { UNDRIVEN } else { value }
            }
        }
    }

    fn deselect(&mut self, _board: &mut dyn Board) {}
}
