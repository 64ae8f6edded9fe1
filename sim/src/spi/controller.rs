//! The controllers of a bus, as drivers see them.

use embedded_hal::spi::{ErrorType, Operation, SpiBus, SpiDevice};

use super::bus::Clocking;
use super::owned::start;
use super::transaction::Place;
use super::{OwnedTransaction, SpiBusId, SpiError, SpiSelectId, SpiSettings};
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

    /// Begins a transaction, after all that were begun before on the bus, for a task that waits for it together with other things.
    pub fn start(&self, transaction: OwnedTransaction) -> SimTransaction<SpiError> {
        start(&self.sim, Place::Select(self.select), transaction)
    }
}

impl ErrorType for SimSpiDevice {
    type Error = SpiError;
}

impl SpiDevice for SimSpiDevice {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), SpiError> {
        run(&self.sim, Place::Select(self.select), operations)
    }
}

impl SimSpiBus {
    pub(crate) fn new(sim: &Sim, bus: SpiBusId, settings: SpiSettings) -> SimSpiBus {
        SimSpiBus { sim: sim.clone(), bus, clocking: Clocking::new(settings) }
    }

    /// Begins to clock words, after all that was begun before on the bus, for a task that waits for them together with other things. A
    /// transaction without operations ends when it has its turn, as a flush.
    pub fn start(&self, transaction: OwnedTransaction) -> SimTransaction<SpiError> {
        start(&self.sim, Place::Bus(self.bus, self.clocking), transaction)
    }

    fn run(&mut self, operation: Operation<'_, u8>) -> Result<(), SpiError> {
        run(&self.sim, Place::Bus(self.bus, self.clocking), &mut [operation])
    }
}

impl ErrorType for SimSpiBus {
    type Error = SpiError;
}

impl SpiBus for SimSpiBus {
    fn read(&mut self, words: &mut [u8]) -> Result<(), SpiError> {
        self.run(Operation::Read(words))
    }

    fn write(&mut self, words: &[u8]) -> Result<(), SpiError> {
        self.run(Operation::Write(words))
    }

    fn transfer(&mut self, read: &mut [u8], write: &[u8]) -> Result<(), SpiError> {
        self.run(Operation::Transfer(read, write))
    }

    fn transfer_in_place(&mut self, words: &mut [u8]) -> Result<(), SpiError> {
        self.run(Operation::TransferInPlace(words))
    }

    /// Does nothing: every call returns when its last word has left.
    fn flush(&mut self) -> Result<(), SpiError> {
        Ok(())
    }
}

/// Runs a transaction for a caller that waits for it.
fn run(sim: &Sim, place: Place, operations: &mut [Operation<'_, u8>]) -> Result<(), SpiError> {
    let mut board_state = sim.lock();
    let result = board_state.spi_transaction(place, operations);
    board_state.circuit.call_hook();
    result
}
