//! Transactions that own their bytes, for tasks that wait for them.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Range;

use embedded_hal::i2c::Operation;

use super::transaction::{Operations, Transaction, check};
use super::{Address, Direction, I2cBusId, I2cError};
use crate::board_state::BoardState;
use crate::future::SimTransaction;
use crate::signal::Signal;
use crate::sim::Sim;
use crate::turns::Queued;

/// An I2C transaction that owns its bytes. [`SimI2c::start`](super::SimI2c::start) begins it.
///
/// ```
/// use wasm_embedded_sim::i2c::OwnedTransaction;
/// use wasm_embedded_sim::parts::Lm75;
/// use wasm_embedded_sim::parts::lm75::Model;
/// use wasm_embedded_sim::{Address, Sim};
///
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// let sim = Sim::new();
/// let bus = sim.i2c_bus("i2c", 400_000);
/// sim.add_i2c(bus, Lm75::new(Model::Lm75, 0x48)?);
/// let transaction = OwnedTransaction::new(Address::SevenBit(0x48)).write(&[0x03]).read(2);
/// let over_temperature = sim.block_on(sim.i2c(bus).start(transaction));
/// assert_eq!(over_temperature, Some(Ok(vec![80, 0])));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnedTransaction {
    address: Address,
    /// The operations: where the bytes of each are.
    operations: Vec<(Direction, Range<usize>)>,
    bytes: Vec<u8>,
}

impl OwnedTransaction {
    /// Returns a transaction with the target at an address, without any operation yet.
    #[must_use]
    pub fn new(address: Address) -> OwnedTransaction {
        OwnedTransaction { address, operations: Vec::new(), bytes: Vec::new() }
    }

    /// Adds a write.
    #[must_use]
    pub fn write(mut self, bytes: &[u8]) -> OwnedTransaction {
        self.bytes.extend_from_slice(bytes);
        self.push(Direction::Write, bytes.len())
    }

    /// Adds a read of `len` bytes.
    #[must_use]
    pub fn read(mut self, len: usize) -> OwnedTransaction {
        self.bytes.resize(self.bytes.len().saturating_add(len), 0);
        self.push(Direction::Read, len)
    }

    /// Adds an operation whose bytes are the last.
    fn push(mut self, direction: Direction, len: usize) -> OwnedTransaction {
        let end = self.bytes.len();
        self.operations.push((direction, end.saturating_sub(len)..end));
        self
    }

    /// Returns what was read, end to end.
    fn into_read(self) -> Vec<u8> {
        let reads = self.operations.iter().filter(|(direction, _)| *direction == Direction::Read);
        reads.filter_map(|(_, place)| self.bytes.get(place.clone())).flatten().copied().collect()
    }
}

impl Operations for OwnedTransaction {
    fn shape(&self, index: usize) -> Option<(Direction, usize)> {
        self.operations.get(index).map(|(direction, place)| (*direction, place.len()))
    }

    fn operation(&mut self, index: usize) -> Option<Operation<'_>> {
        let (direction, place) = self.operations.get(index)?;
        let bytes = self.bytes.get_mut(place.clone())?;
        Some(match direction {
            Direction::Read => Operation::Read(bytes),
            Direction::Write => Operation::Write(bytes),
        })
    }
}

/// A transaction that a task waits for.
struct Waited {
    transaction: Transaction,
    operations: OwnedTransaction,
    signal: Signal<Result<Vec<u8>, I2cError>>,
}

impl Queued for Waited {
    fn act(&mut self, board_state: &mut BoardState) -> Option<u64> {
        self.transaction.act::<false>(board_state, &mut self.operations)
    }

    fn end(self: Box<Waited>) {
        let Waited { transaction, operations, signal } = *self;
        signal.give(transaction.result().map(|()| operations.into_read()));
    }
}

/// Begins a transaction for a task, after all that were begun before.
pub(super) fn start(
    sim: &Sim,
    id: I2cBusId,
    bit_ns: Option<u64>,
    operations: OwnedTransaction,
) -> SimTransaction<I2cError> {
    SimTransaction::begin(sim, |board_state, signal| {
        let begun = board_state.i2c_line(id, bit_ns).and_then(|line| {
            check(operations.address, &operations)?;
            Ok(Transaction::new(line, operations.address))
        });
        match begun {
            Ok(transaction) if !operations.operations.is_empty() => {
                let bus = transaction.bus();
                return Some(board_state.take_turn(bus, Box::new(Waited { transaction, operations, signal })));
            }
            Ok(_) => signal.give(Ok(Vec::new())),
            Err(error) => signal.give(Err(error)),
        }
        None
    })
}
