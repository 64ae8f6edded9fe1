//! What answers the calls: devices that cost next to nothing, and parts of the simulation.

use core::convert::Infallible;

use embedded_hal::digital::{self, OutputPin, StatefulOutputPin};
use embedded_hal::i2c::{self, I2c};
use embedded_hal::spi::{self, Mode, Operation, SpiDevice};
use wasm_embedded_sim::{Ack, Address, Board as Wires, Direction, I2cTarget, Part, SpiTarget};

/// An SPI device that gives back what it hears; a read gives ones.
#[derive(Debug)]
pub(crate) struct SpiLoopback;

impl spi::ErrorType for SpiLoopback {
    type Error = Infallible;
}

impl SpiDevice for SpiLoopback {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Infallible> {
        for operation in operations {
            match operation {
                Operation::Read(buffer) => buffer.fill(1),
                Operation::Transfer(buffer, bytes) => {
                    let len = buffer.len().min(bytes.len());
                    if let (Some(buffer), Some(bytes)) = (buffer.get_mut(..len), bytes.get(..len)) {
                        buffer.copy_from_slice(bytes);
                    }
                }
                Operation::Write(_) | Operation::TransferInPlace(_) | Operation::DelayNs(_) => {}
            }
        }
        Ok(())
    }
}

/// An I2C bus whose reads give the byte that began the last write of the transaction.
#[derive(Debug)]
pub(crate) struct I2cLoopback;

impl i2c::ErrorType for I2cLoopback {
    type Error = Infallible;
}

impl I2c for I2cLoopback {
    fn transaction(&mut self, _address: u8, operations: &mut [i2c::Operation<'_>]) -> Result<(), Infallible> {
        let mut heard = 0;
        for operation in operations {
            match operation {
                i2c::Operation::Read(buffer) => buffer.fill(heard),
                i2c::Operation::Write(bytes) => heard = bytes.first().copied().unwrap_or_default(),
            }
        }
        Ok(())
    }
}

/// An output that only remembers its level.
#[derive(Debug, Default)]
pub(crate) struct PinLoopback(bool);

impl digital::ErrorType for PinLoopback {
    type Error = Infallible;
}

impl OutputPin for PinLoopback {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.0 = false;
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.0 = true;
        Ok(())
    }
}

impl StatefulOutputPin for PinLoopback {
    fn is_set_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.0)
    }

    fn is_set_low(&mut self) -> Result<bool, Infallible> {
        Ok(!self.0)
    }
}

/// Answers every byte with its complement.
#[derive(Debug)]
pub(crate) struct Inverter;

impl Part for Inverter {
    fn spi(&mut self) -> Option<&mut dyn SpiTarget> {
        Some(self)
    }
}

impl SpiTarget for Inverter {
    fn accepts(&self, _mode: Mode) -> bool {
        true
    }

    fn select(&mut self, _board: &mut dyn Wires) {}

    fn transfer(&mut self, mosi: u8, _board: &mut dyn Wires) -> u8 {
        !mosi
    }

    fn deselect(&mut self, _board: &mut dyn Wires) {}
}

/// A pointer that counts up; each register holds its own number.
#[derive(Debug)]
pub(crate) struct Registers {
    address: u8,
    pointer: u8,
    pointed: bool,
}

impl Registers {
    /// Makes a part at an address.
    pub(crate) fn at(address: u8) -> Registers {
        Registers { address, pointer: 0, pointed: false }
    }
}

impl Part for Registers {
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        Some(self)
    }
}

impl I2cTarget for Registers {
    fn addresses(&self) -> Option<std::ops::RangeInclusive<u8>> {
        Some(self.address..=self.address)
    }

    fn start(&mut self, address: Address, _direction: Direction, _board: &mut dyn Wires) -> Ack {
        self.pointed = false;
        if address == Address::SevenBit(self.address) { Ack::Ack } else { Ack::Nack }
    }

    fn write(&mut self, byte: u8, _board: &mut dyn Wires) -> Ack {
        if !self.pointed {
            self.pointer = byte;
            self.pointed = true;
        }
        Ack::Ack
    }

    fn read(&mut self, _board: &mut dyn Wires) -> u8 {
        self.pointer = self.pointer.wrapping_add(1);
        self.pointer
    }

    fn stop(&mut self, _board: &mut dyn Wires) {}
}
