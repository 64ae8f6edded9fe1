//! A transaction that owns its data, for buses that carry it out while the guest does something else.

use alloc::vec::Vec;

use embedded_hal::i2c::Operation;

use super::plan::lay_out;
use super::{Address, Error};

/// One operation of a [`Transaction`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Reads so many bytes.
    Read(usize),
    /// Writes so many bytes.
    Write(usize),
}

/// A transaction with its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    address: Address,
    steps: Vec<Step>,
    bytes: Vec<u8>,
    /// Room for the bytes of all reads.
    read: Vec<u8>,
}

impl Transaction {
    /// Returns a transaction, or nothing if `bytes`, those of all writes end to end, have another number, or there is no memory for
    /// what is read.
    #[must_use]
    pub fn new(address: Address, steps: Vec<Step>, bytes: Vec<u8>) -> Option<Transaction> {
        let (mut read, mut written) = (0_usize, 0_usize);
        for step in &steps {
            match *step {
                Step::Read(len) => read = read.checked_add(len)?,
                Step::Write(len) => written = written.checked_add(len)?,
            }
        }
        if written != bytes.len() {
            return None;
        }
        let mut room = Vec::new();
        room.try_reserve_exact(read).ok()?;
        room.resize(read, 0);
        Some(Transaction { address, steps, bytes, read: room })
    }

    /// Returns the address of the target.
    #[must_use]
    pub fn address(&self) -> Address {
        self.address
    }

    /// Returns the operations.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Returns the bytes of all writes, end to end.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Has the transaction carried out by a function with the contract of [`Bus::transaction`](super::Bus::transaction), and
    /// returns the bytes of all reads, end to end.
    ///
    /// # Errors
    ///
    /// Fails as the function does.
    pub fn run<E>(
        self,
        transaction: impl FnOnce(Address, &mut [Operation<'_>]) -> Result<(), E>,
    ) -> Result<Vec<u8>, E> {
        let mut read = self.read;
        let mut operations = lay_out(&self.steps, &self.bytes, &mut read);
        transaction(self.address, &mut operations)?;
        drop(operations);
        Ok(read)
    }
}

/// What becomes of a transaction: the bytes of all reads, end to end.
pub type Outcome = Result<Vec<u8>, Error>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_becomes_the_operations_it_describes() {
        let steps = alloc::vec![Step::Write(1), Step::Read(2), Step::Write(2), Step::Read(1)];
        let transaction = Transaction::new(Address::SevenBit(5), steps, alloc::vec![1, 2, 3]).expect("it adds up");
        let read = transaction.run(|address, operations| {
            assert_eq!(address, Address::SevenBit(5));
            let [Operation::Write([1]), Operation::Read(first), Operation::Write([2, 3]), Operation::Read(second)] =
                operations
            else {
                return Err(Error::Other);
            };
            first.copy_from_slice(&[7, 8]);
            second.copy_from_slice(&[9]);
            Ok(())
        });
        assert_eq!(read, Ok(alloc::vec![7, 8, 9]));
    }

    #[test]
    fn bytes_that_do_not_add_up_are_no_transaction() {
        assert_eq!(Transaction::new(Address::SevenBit(5), alloc::vec![Step::Write(2)], alloc::vec![1]), None);
    }
}
