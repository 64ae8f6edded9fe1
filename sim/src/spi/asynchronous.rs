//! embedded-hal-async. Time passes for whoever lets it: [`Sim::block_on`](crate::Sim::block_on) does.

use embedded_hal::spi::Operation;
use embedded_hal_async::spi::{SpiBus, SpiDevice};

use super::{OwnedTransaction, SimSpiBus, SimSpiDevice, SpiError};
use crate::future::SimTransaction;

/// Runs operations by a transaction that owns its bytes.
async fn run(
    operations: &mut [Operation<'_, u8>],
    start: impl FnOnce(OwnedTransaction) -> SimTransaction<SpiError>,
) -> Result<(), SpiError> {
    let begun = OwnedTransaction::new();
    let transaction = operations.iter().fold(begun, |transaction, operation| match operation {
        Operation::Read(words) => transaction.read(words.len()),
        Operation::Write(words) => transaction.write(words),
        Operation::Transfer(read, write) => transaction.transfer(write, read.len()),
        Operation::TransferInPlace(words) => transaction.transfer(words, words.len()),
        Operation::DelayNs(ns) => transaction.delay_ns(*ns),
    });
    let kept = start(transaction).await?;
    let mut rest = kept.as_slice();
    for operation in operations {
        if let Operation::Read(words) | Operation::Transfer(words, _) | Operation::TransferInPlace(words) = operation {
            let (now, later) = rest.split_at(words.len().min(rest.len()));
            rest = later;
            words.iter_mut().zip(now).for_each(|(word, kept)| *word = *kept);
        }
    }
    Ok(())
}

impl SpiDevice for SimSpiDevice {
    async fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), SpiError> {
        run(operations, |transaction| self.start(transaction)).await
    }
}

impl SpiBus for SimSpiBus {
    async fn read(&mut self, words: &mut [u8]) -> Result<(), SpiError> {
        run(&mut [Operation::Read(words)], |transaction| self.start(transaction)).await
    }

    async fn write(&mut self, words: &[u8]) -> Result<(), SpiError> {
        run(&mut [Operation::Write(words)], |transaction| self.start(transaction)).await
    }

    async fn transfer(&mut self, read: &mut [u8], write: &[u8]) -> Result<(), SpiError> {
        run(&mut [Operation::Transfer(read, write)], |transaction| self.start(transaction)).await
    }

    async fn transfer_in_place(&mut self, words: &mut [u8]) -> Result<(), SpiError> {
        run(&mut [Operation::TransferInPlace(words)], |transaction| self.start(transaction)).await
    }

    /// Waits until all that was begun before is over.
    async fn flush(&mut self) -> Result<(), SpiError> {
        self.start(OwnedTransaction::new()).await.map(drop)
    }
}
