//! Transactions that own their bytes, for tasks that wait for them.

use alloc::boxed::Box;
use alloc::vec::Vec;

use embedded_hal::spi::Operation;

use super::SpiError;
use super::transaction::{Operations, Place, Transaction};
use crate::board_state::BoardState;
use crate::future::SimTransaction;
use crate::signal::Signal;
use crate::sim::Sim;
use crate::turns::Queued;

/// An SPI transaction that owns its bytes. [`SimSpiDevice::start`](super::SimSpiDevice::start) and
/// [`SimSpiBus::start`](super::SimSpiBus::start) begin it.
///
/// ```
/// use wasm_embedded_sim::parts::W25q;
/// use wasm_embedded_sim::spi::OwnedTransaction;
/// use wasm_embedded_sim::{Sim, SpiSettings};
///
/// let sim = Sim::new();
/// let select = sim.spi_select(sim.spi_bus("spi"), "flash", SpiSettings::default());
/// sim.add_spi(select, W25q::w25q32());
/// let transaction = OwnedTransaction::new().write(&[0x9f]).read(3);
/// let identification = sim.block_on(sim.spi_device(select).start(transaction));
/// assert_eq!(identification, Some(Ok(vec![0xef, 0x40, 0x16])));
/// ```
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct OwnedTransaction {
    operations: Vec<Owned>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Owned {
    /// What is sent, and room for what is kept.
    Transfer(Vec<u8>, Vec<u8>),
    DelayNs(u32),
}

impl OwnedTransaction {
    /// Returns a transaction without any operation yet.
    #[must_use]
    pub fn new() -> OwnedTransaction {
        OwnedTransaction::default()
    }

    /// Adds a write.
    #[must_use]
    pub fn write(self, bytes: &[u8]) -> OwnedTransaction {
        self.transfer(bytes, 0)
    }

    /// Adds a read of `len` bytes.
    #[must_use]
    pub fn read(self, len: usize) -> OwnedTransaction {
        self.transfer(&[], len)
    }

    /// Adds a transfer that clocks the greater of both lengths: zeros follow `bytes`, and the first `read_len` bytes that come in are kept.
    #[must_use]
    pub fn transfer(mut self, bytes: &[u8], read_len: usize) -> OwnedTransaction {
        self.operations.push(Owned::Transfer(bytes.into(), alloc::vec![0; read_len]));
        self
    }

    /// Adds a delay, in nanoseconds.
    #[must_use]
    pub fn delay_ns(mut self, ns: u32) -> OwnedTransaction {
        self.operations.push(Owned::DelayNs(ns));
        self
    }

    /// Returns what was kept, end to end.
    fn into_read(self) -> Vec<u8> {
        let mut reads = self.operations.into_iter().filter_map(|operation| match operation {
            Owned::Transfer(_, read) => Some(read),
            Owned::DelayNs(_) => None,
        });
        let mut all = reads.next().unwrap_or_default();
        reads.for_each(|read| all.extend(read));
        all
    }
}

impl Operations for OwnedTransaction {
    fn operation(&mut self, index: usize) -> Option<Operation<'_, u8>> {
        Some(match self.operations.get_mut(index)? {
            Owned::Transfer(write, read) => Operation::Transfer(read, write),
            Owned::DelayNs(ns) => Operation::DelayNs(*ns),
        })
    }
}

/// A transaction that a task waits for.
struct Waited {
    transaction: Transaction,
    operations: OwnedTransaction,
    signal: Signal<Result<Vec<u8>, SpiError>>,
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
pub(super) fn start(sim: &Sim, place: Place, operations: OwnedTransaction) -> SimTransaction<SpiError> {
    SimTransaction::begin(sim, |board_state, signal| {
        let is_flush = operations.operations.is_empty() && matches!(place, Place::Bus(..));
        let begun =
            if is_flush { Transaction::flush(board_state, place) } else { Transaction::new(board_state, place) };
        match begun {
            Ok(transaction) => {
                let bus = transaction.bus();
                Some(board_state.take_turn(bus, Box::new(Waited { transaction, operations, signal })))
            }
            Err(error) => {
                signal.give(Err(error));
                None
            }
        }
    })
}
