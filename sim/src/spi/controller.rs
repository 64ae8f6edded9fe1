//! The controllers of a bus, as drivers see them.

use alloc::vec::Vec;
use core::cell::Cell;

use embedded_hal::spi::{ErrorType, Operation, SpiBus, SpiDevice};

use super::bus::Clocking;
use super::job::{Place, SpiStep};
use super::{SpiBusId, SpiError, SpiSelectId, SpiSettings};
use crate::future::SimTransaction;
use crate::sim::Sim;

/// The controller of the device on a select line. Made by [`Sim::spi_device`].
///
/// A transaction makes the select line active, runs the operations, and makes it inactive, also with no operations at
/// all. A line that nothing holds longer is active for half a clock. Past the end of what is written the controller sends 0x00;
/// what nobody drives reads 0xff.
#[derive(Clone, Debug)]
pub struct SimSpiDevice {
    sim: Sim,
    select: SpiSelectId,
}

/// The controller of a bus without select lines: for LED strips, and for drivers that drive the select line by a pin. Made by
/// [`Sim::spi`].
#[derive(Debug)]
pub struct SimSpiBus {
    sim: Sim,
    bus: SpiBusId,
    clocking: Clocking,
}

impl SimSpiDevice {
    pub(crate) fn new(sim: &Sim, select: SpiSelectId) -> SimSpiDevice {
        SimSpiDevice { sim: sim.clone(), select }
    }

    /// Begins a transaction for a task that waits for it together with other things. `bytes` are those of all writes.
    pub fn start(&self, steps: Vec<SpiStep>, bytes: Vec<u8>) -> SimTransaction<SpiError> {
        self.sim.start_spi(Place::Select(self.select), steps, bytes)
    }
}

impl ErrorType for SimSpiDevice {
    type Error = SpiError;
}

impl SpiDevice for SimSpiDevice {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), SpiError> {
        let mut world = self.sim.lock();
        let result = world.spi_transaction(self.select, operations);
        world.env.call_hook();
        result
    }
}

impl SimSpiBus {
    pub(crate) fn new(sim: &Sim, bus: SpiBusId, settings: SpiSettings) -> SimSpiBus {
        SimSpiBus { sim: sim.clone(), bus, clocking: Clocking::new(settings) }
    }

    /// Begins to clock words for a task that waits for them together with other things. `bytes` are those of all writes.
    pub fn start(&self, steps: Vec<SpiStep>, bytes: Vec<u8>) -> SimTransaction<SpiError> {
        self.sim.start_spi(Place::Bus(self.bus, self.clocking), steps, bytes)
    }

    fn exchange(
        &mut self,
        len: usize,
        mosi: impl Fn(usize) -> u8,
        miso: impl FnMut(usize, u8),
    ) -> Result<(), SpiError> {
        let mut world = self.sim.lock();
        let result = world.spi_exchange(self.bus, self.clocking, len, mosi, miso);
        world.env.call_hook();
        result
    }
}

impl ErrorType for SimSpiBus {
    type Error = SpiError;
}

impl SpiBus for SimSpiBus {
    fn read(&mut self, words: &mut [u8]) -> Result<(), SpiError> {
        self.exchange(words.len(), |_| FILLER, store(words))
    }

    fn write(&mut self, words: &[u8]) -> Result<(), SpiError> {
        self.exchange(words.len(), load(words), |_, _| {})
    }

    fn transfer(&mut self, read: &mut [u8], write: &[u8]) -> Result<(), SpiError> {
        self.exchange(read.len().max(write.len()), load(write), store(read))
    }

    fn transfer_in_place(&mut self, words: &mut [u8]) -> Result<(), SpiError> {
        let cells = Cell::from_mut(words).as_slice_of_cells();
        self.exchange(cells.len(), load_cell(cells), store_cell(cells))
    }

    /// Does nothing: every call returns when its last word has left.
    fn flush(&mut self) -> Result<(), SpiError> {
        Ok(())
    }
}

/// What is sent where nothing is written.
pub(super) const FILLER: u8 = 0x00;

/// Sends a buffer, then the filler.
pub(super) fn load(words: &[u8]) -> impl Fn(usize) -> u8 {
    |index| words.get(index).copied().unwrap_or(FILLER)
}

/// Fills a buffer, then discards.
pub(super) fn store(words: &mut [u8]) -> impl FnMut(usize, u8) {
    |index, miso| {
        if let Some(word) = words.get_mut(index) {
            *word = miso;
        }
    }
}

/// Sends the old contents of a buffer.
pub(super) fn load_cell(words: &[Cell<u8>]) -> impl Fn(usize) -> u8 {
    |index| words.get(index).map_or(FILLER, Cell::get)
}

/// Replaces the contents of a buffer.
pub(super) fn store_cell(words: &[Cell<u8>]) -> impl FnMut(usize, u8) {
    |index, miso| {
        if let Some(word) = words.get(index) {
            word.set(miso);
        }
    }
}
