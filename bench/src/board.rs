//! The simulated board: an SPI part that answers with what it hears, inverted, and an I2C part with registers.

use embedded_hal::spi::Mode;
use wasm_embedded_sim::{
    Ack, Address, Board as Wires, Direction, I2cTarget, Part, Sim, SimI2c, SimSpiDevice, SpiSettings, SpiTarget,
};

/// The bus and the device of one board.
#[derive(Debug)]
pub(crate) struct Board {
    pub(crate) device: SimSpiDevice,
    pub(crate) bus: SimI2c,
}

impl Board {
    /// Builds a board.
    pub(crate) fn new() -> Board {
        let sim = Sim::new();
        let spi = sim.spi_bus("spi");
        let select = sim.spi_select(spi, "device", SpiSettings { frequency_hz: 8_000_000, ..SpiSettings::default() });
        sim.add_spi(select, Inverter);
        let i2c = sim.i2c_bus("i2c", 400_000);
        sim.add_i2c(i2c, Registers::default());
        Board { device: sim.spi_device(select), bus: sim.i2c(i2c) }
    }

    /// Runs a job natively.
    pub(crate) fn run(&mut self, job: u32, rounds: u32) -> wasmtime::Result<u64> {
        match job {
            0..bench_guest::FLOORS => Ok(1),
            bench_guest::FLOORS..bench_guest::FIRST_I2C => Ok(bench_guest::spi(job, rounds, &mut self.device)?),
            _ => Ok(bench_guest::i2c(job, rounds, &mut self.bus)?),
        }
    }
}

/// Answers every byte with its complement.
struct Inverter;

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
#[derive(Default)]
struct Registers {
    pointer: u8,
    pointed: bool,
}

impl Part for Registers {
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        Some(self)
    }
}

impl I2cTarget for Registers {
    fn start(&mut self, address: Address, _direction: Direction, _board: &mut dyn Wires) -> Ack {
        self.pointed = false;
        if address == Address::SevenBit(bench_guest::ADDRESS) { Ack::Ack } else { Ack::Nack }
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
