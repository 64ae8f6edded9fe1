//! A transaction that owns its data, for devices that carry it out while the guest does something else.

use alloc::vec::Vec;

use embedded_hal::spi::Operation;

use super::Error;
use super::plan::lay_out;
#[cfg(feature = "component")]
use super::wit;

/// One operation of an [`Transaction`]: the greater of the lengths is clocked, zeros after what is written, and then comes the delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "async", derive(wasmtime::component::ComponentType, wasmtime::component::Lift), component(record))]
pub struct Step {
    /// How many bytes are written.
    #[cfg_attr(feature = "async", component(name = "write-len"))]
    pub write_len: u32,
    /// How many bytes are kept.
    #[cfg_attr(feature = "async", component(name = "read-len"))]
    pub read_len: u32,
    /// How long to wait then, in nanoseconds, with chip select held.
    #[cfg_attr(feature = "async", component(name = "delay-ns"))]
    pub delay_ns: u32,
}

/// A transaction with its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    steps: Vec<Step>,
    bytes: Vec<u8>,
    /// Room for all bytes that are kept.
    read: Vec<u8>,
}

impl Transaction {
    /// Returns a transaction, or nothing if `bytes`, those to be written end to end, have another number, or there is no memory
    /// for what is kept.
    #[must_use]
    pub fn new(steps: Vec<Step>, bytes: Vec<u8>) -> Option<Transaction> {
        let (mut read, mut written) = (0_usize, 0_usize);
        for step in &steps {
            read = read.checked_add(usize::try_from(step.read_len).ok()?)?;
            written = written.checked_add(usize::try_from(step.write_len).ok()?)?;
        }
        if written != bytes.len() {
            return None;
        }
        let mut room = Vec::new();
        room.try_reserve_exact(read).ok()?;
        room.resize(read, 0);
        Some(Transaction { steps, bytes, read: room })
    }

    /// Returns the operations.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Returns the bytes to be written, end to end.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Has the transaction carried out by a function with the contract of [`Bus::run`](super::Bus::run), and returns
    /// the bytes that were kept, end to end.
    ///
    /// # Errors
    ///
    /// Fails as the function does.
    pub fn run<E>(self, run: impl FnOnce(&mut [Operation<'_, u8>]) -> Result<(), E>) -> Result<Vec<u8>, E> {
        let mut read = self.read;
        run(&mut lay_out(&self.steps, &self.bytes, &mut read))?;
        Ok(read)
    }
}

#[cfg(feature = "component")]
impl From<wit::Operation> for Step {
    fn from(operation: wit::Operation) -> Step {
        let wit::Operation { write_len, read_len, delay_ns } = operation;
        Step { write_len, read_len, delay_ns }
    }
}

/// What becomes of a transaction: the bytes that were kept, end to end.
pub type Outcome = Result<Vec<u8>, Error>;
