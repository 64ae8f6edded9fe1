//! The traits of embedded-hal and embedded-hal-async, over an adapter.

use embedded_hal::i2c::{ErrorType, I2c, Operation, SevenBitAddress, TenBitAddress};
use embedded_hal_async::i2c::I2c as AsyncI2c;

use super::{Address, Error, I2cBus};
use crate::bus_worker::Queued;

impl ErrorType for I2cBus {
    type Error = Error;
}

impl I2c<SevenBitAddress> for I2cBus {
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        I2cBus::transaction(self, Address::SevenBit(address), operations)
    }
}

impl I2c<TenBitAddress> for I2cBus {
    fn transaction(&mut self, address: u16, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        I2cBus::transaction(self, Address::TenBit(address), operations)
    }
}

impl ErrorType for Queued<I2cBus> {
    type Error = Error;
}

impl I2c<SevenBitAddress> for Queued<I2cBus> {
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        self.call(|bus| bus.transaction(Address::SevenBit(address), operations))
    }
}

impl I2c<TenBitAddress> for Queued<I2cBus> {
    fn transaction(&mut self, address: u16, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        self.call(|bus| bus.transaction(Address::TenBit(address), operations))
    }
}

/// A future that is dropped before the turn of its transaction leaves the bus untouched; a transaction that has begun runs to its
/// end, and what it read is lost.
impl AsyncI2c<SevenBitAddress> for Queued<I2cBus> {
    async fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        exchange(self, Address::SevenBit(address), operations).await
    }
}

/// Dropping a future has the same effect as with seven-bit addresses.
impl AsyncI2c<TenBitAddress> for Queued<I2cBus> {
    async fn transaction(&mut self, address: u16, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        exchange(self, Address::TenBit(address), operations).await
    }
}

/// Carries out a transaction on the thread of the bus, with copies of its bytes: a future may be dropped at any time, and the
/// caller's buffers with it.
async fn exchange(bus: &Queued<I2cBus>, address: Address, operations: &mut [Operation<'_>]) -> Result<(), Error> {
    let mut copies: Vec<Copied> = operations.iter().map(Copied::of).collect();
    let done = bus.start(move |bus| {
        let mut operations: Vec<Operation<'_>> = copies.iter_mut().map(Copied::operation).collect();
        bus.transaction(address, &mut operations).map(|()| copies)
    });
    for (operation, copy) in operations.iter_mut().zip(done.await?) {
        if let (Operation::Read(buffer), Copied::Read(bytes)) = (operation, copy) {
            buffer.copy_from_slice(&bytes);
        }
    }
    Ok(())
}

/// An operation with bytes of its own.
enum Copied {
    Read(Vec<u8>),
    Write(Vec<u8>),
}

impl Copied {
    fn of(operation: &Operation<'_>) -> Copied {
        match operation {
            Operation::Read(buffer) => Copied::Read(vec![0; buffer.len()]),
            Operation::Write(bytes) => Copied::Write(bytes.to_vec()),
        }
    }

    fn operation(&mut self) -> Operation<'_> {
        match self {
            Copied::Read(buffer) => Operation::Read(buffer),
            Copied::Write(bytes) => Operation::Write(bytes),
        }
    }
}
