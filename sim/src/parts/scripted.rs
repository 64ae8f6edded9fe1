//! Parts without a model: a list of expected exchanges, or a map of registers.

mod i2c;
mod log;
mod model;
mod registers;
mod spi;
mod uart;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use embedded_hal::spi::Mode;

pub use i2c::I2cStep;
pub use log::Mismatch;
pub use model::MODEL;
pub use registers::RegisterMap;
pub use spi::SpiStep;
pub use uart::{UartEnding, UartStep};

use self::i2c::I2cScript;
use self::spi::SpiScript;
use self::uart::UartScript;
use crate::i2c::I2cTarget;
use crate::part::{Board, Part};
use crate::parts::AddressError;
use crate::spi::SpiTarget;
use crate::uart::UartPeer;

/// A part that answers from a list of expected exchanges, or from a map of registers.
///
/// An exchange that differs from the expected one is not acknowledged (I2C) or answered with 0xff (SPI), and is recorded. The
/// same exchange is expected again after it, so that a driver that tries again can go on.
#[derive(Clone, Debug)]
pub struct Scripted {
    behaviour: Behaviour,
}

#[derive(Clone, Debug)]
enum Behaviour {
    I2c(I2cScript),
    Spi(SpiScript),
    Registers(RegisterMap),
    Uart(UartScript),
}

impl Scripted {
    /// Makes an I2C part with a 7-bit address that expects these exchanges in this order. An exchange begins with a START or
    /// repeated START, so `write_read` makes two.
    ///
    /// # Errors
    /// An address above 0x7f.
    pub fn i2c(address: u8, steps: Vec<I2cStep>) -> Result<Scripted, AddressError> {
        let address = seven_bit(address)?;
        Ok(Scripted { behaviour: Behaviour::I2c(I2cScript::new(address, steps)) })
    }

    /// Makes an SPI part for one mode that expects these exchanges in this order, each from select to deselect.
    #[must_use]
    pub fn spi(mode: Mode, steps: Vec<SpiStep>) -> Scripted {
        Scripted { behaviour: Behaviour::Spi(SpiScript::new(mode, steps)) }
    }

    /// Makes an I2C part with a 7-bit address and registers, as most sensors have them: see [`RegisterMap`].
    ///
    /// # Errors
    /// An address above 0x7f.
    pub fn registers(
        address: u8,
        registers: impl IntoIterator<Item = (u8, Vec<u8>)>,
    ) -> Result<Scripted, AddressError> {
        let address = seven_bit(address)?;
        Ok(Scripted { behaviour: Behaviour::Registers(RegisterMap::new(address, registers)) })
    }

    /// Makes a serial part that goes through these steps in this order. A byte that is not the expected one is recorded, and the
    /// step waits for its first byte again.
    #[must_use]
    pub fn uart(steps: Vec<UartStep>, ending: UartEnding) -> Scripted {
        Scripted { behaviour: Behaviour::Uart(UartScript::new(steps, ending)) }
    }

    /// Returns how many of the expected exchanges, or steps of a serial port, took place as expected, and how many there are.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        match &self.behaviour {
            Behaviour::I2c(script) => script.progress(),
            Behaviour::Spi(script) => script.progress(),
            Behaviour::Uart(script) => script.progress(),
            Behaviour::Registers(_) => (0, 0),
        }
    }

    /// Returns whether all expected exchanges took place: a serial script that has all it expects may still have to answer. A map of
    /// registers expects none.
    #[must_use]
    pub fn finished(&self) -> bool {
        match &self.behaviour {
            Behaviour::I2c(script) => script.finished(),
            Behaviour::Spi(script) => script.finished(),
            Behaviour::Uart(script) => script.finished(),
            Behaviour::Registers(_) => true,
        }
    }

    /// Returns the exchanges that were not as expected, up to the 64th.
    #[must_use]
    pub fn mismatches(&self) -> &[Mismatch] {
        match &self.behaviour {
            Behaviour::I2c(script) => script.mismatches(),
            Behaviour::Spi(script) => script.mismatches(),
            Behaviour::Uart(script) => script.mismatches(),
            Behaviour::Registers(_) => &[],
        }
    }

    /// Returns the registers, if the part has them, for looking at and changing them.
    pub fn register_map(&mut self) -> Option<&mut RegisterMap> {
        match &mut self.behaviour {
            Behaviour::Registers(registers) => Some(registers),
            Behaviour::I2c(_) | Behaviour::Spi(_) | Behaviour::Uart(_) => None,
        }
    }
}

impl Part for Scripted {
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        match &mut self.behaviour {
            Behaviour::I2c(script) => Some(script),
            Behaviour::Registers(registers) => Some(registers),
            Behaviour::Spi(_) | Behaviour::Uart(_) => None,
        }
    }

    fn spi(&mut self) -> Option<&mut dyn SpiTarget> {
        match &mut self.behaviour {
            Behaviour::Spi(script) => Some(script),
            Behaviour::I2c(_) | Behaviour::Registers(_) | Behaviour::Uart(_) => None,
        }
    }

    fn uart(&mut self) -> Option<&mut dyn UartPeer> {
        match &mut self.behaviour {
            Behaviour::Uart(script) => Some(script),
            Behaviour::I2c(_) | Behaviour::Registers(_) | Behaviour::Spi(_) => None,
        }
    }

    fn power_on(&mut self, board: &mut dyn Board) {
        self.wake(board);
    }

    fn wake(&mut self, board: &mut dyn Board) {
        if let Behaviour::Uart(script) = &mut self.behaviour {
            script.run(board);
        }
    }

    fn complaints(&self) -> Vec<String> {
        let mut complaints: Vec<String> = self.mismatches().iter().map(ToString::to_string).collect();
        if !self.finished() {
            let (done, all) = self.progress();
            complaints.push(format!("the script is unfinished: {done} of {all} exchanges took place"));
        }
        complaints
    }
}

fn seven_bit(address: u8) -> Result<u8, AddressError> {
    if address > 0x7f {
        return Err(AddressError::new("scripted part", address, "0x00 to 0x7f"));
    }
    Ok(address)
}
