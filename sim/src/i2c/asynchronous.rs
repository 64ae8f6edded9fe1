//! embedded-hal-async.

use embedded_hal::i2c::{Operation, SevenBitAddress, TenBitAddress};
use embedded_hal_async::i2c;

use super::{Address, I2cError, OwnedTransaction, SimI2c};

impl SimI2c {
    async fn wait(&self, address: Address, operations: &mut [Operation<'_>]) -> Result<(), I2cError> {
        let begun = OwnedTransaction::new(address);
        let transaction = operations.iter().fold(begun, |transaction, operation| match operation {
            Operation::Read(buffer) => transaction.read(buffer.len()),
            Operation::Write(bytes) => transaction.write(bytes),
        });
        let read = self.start(transaction).await?;
        let mut rest = read.as_slice();
        for operation in operations {
            if let Operation::Read(buffer) = operation {
                let (now, later) = rest.split_at(buffer.len().min(rest.len()));
                rest = later;
                buffer.iter_mut().zip(now).for_each(|(slot, byte)| *slot = *byte);
            }
        }
        Ok(())
    }
}

/// Time passes for whoever lets it: [`Sim::block_on`](crate::Sim::block_on) does.
impl i2c::I2c<SevenBitAddress> for SimI2c {
    async fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), I2cError> {
        self.wait(Address::SevenBit(address), operations).await
    }
}

/// The same for addresses of ten bits.
impl i2c::I2c<TenBitAddress> for SimI2c {
    async fn transaction(&mut self, address: u16, operations: &mut [Operation<'_>]) -> Result<(), I2cError> {
        self.wait(Address::TenBit(address), operations).await
    }
}
