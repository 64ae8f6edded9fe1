//! The controller of a bus, as drivers see it.

use embedded_hal::i2c::{ErrorType, I2c, Operation, SevenBitAddress, TenBitAddress};

use super::bus::bit_ns;
use super::owned::start;
use super::{Address, I2cBusId, I2cError, OwnedTransaction};
use crate::future::SimTransaction;
use crate::sim::Sim;

/// A controller of a simulated I2C bus. Made by [`Sim::i2c`]; several may be on one bus, and take turns by whole transactions.
///
/// A transaction is a START, the operations with a repeated START wherever the direction changes, and a STOP, also after an
/// error. Adjacent operations of one direction are sent as one; the last byte of every run of reads is not acknowledged. No
/// operations at all succeed without any traffic. A write of no bytes only addresses the target. A read of no bytes, unless it
/// is part of a run that has bytes, is [`I2cError::Unsupported`].
#[derive(Clone, Debug)]
pub struct SimI2c {
    sim: Sim,
    bus: I2cBusId,
    frequency_hz: Option<u32>,
}

impl SimI2c {
    pub(crate) fn new(sim: &Sim, bus: I2cBusId) -> SimI2c {
        SimI2c { sim: sim.clone(), bus, frequency_hz: None }
    }

    /// Returns the controller with a frequency of its own instead of that of the bus; 0 counts as 1.
    #[must_use]
    pub fn at_frequency(self, frequency_hz: u32) -> SimI2c {
        SimI2c { frequency_hz: Some(frequency_hz), ..self }
    }

    /// Begins a transaction, after all that were begun before on the bus, for a task that waits for it together with other things.
    /// Its wire time passes beside that of other buses.
    pub fn start(&self, transaction: OwnedTransaction) -> SimTransaction<I2cError> {
        start(&self.sim, self.bus, self.frequency_hz.map(bit_ns), transaction)
    }

    fn run(&mut self, address: Address, operations: &mut [Operation<'_>]) -> Result<(), I2cError> {
        let mut board_state = self.sim.lock();
        let result = board_state.i2c_transaction(self.bus, self.frequency_hz.map(bit_ns), address, operations);
        board_state.circuit.call_hook();
        result
    }
}

impl ErrorType for SimI2c {
    type Error = I2cError;
}

impl I2c<SevenBitAddress> for SimI2c {
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), I2cError> {
        self.run(Address::SevenBit(address), operations)
    }
}

impl I2c<TenBitAddress> for SimI2c {
    fn transaction(&mut self, address: u16, operations: &mut [Operation<'_>]) -> Result<(), I2cError> {
        self.run(Address::TenBit(address), operations)
    }
}
