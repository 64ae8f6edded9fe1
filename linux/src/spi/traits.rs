//! The traits of embedded-hal and embedded-hal-async, over a device and over a bus.

use embedded_hal::spi::{ErrorType, Operation, SpiBus as BlockingBus, SpiDevice as BlockingDevice};
use embedded_hal_async::spi::{SpiBus as AsyncBus, SpiDevice as AsyncDevice};

use super::{Error, SpiBus, SpiDevice};
use crate::bus_worker::Queued;

impl ErrorType for SpiDevice {
    type Error = Error;
}

impl BlockingDevice for SpiDevice {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Error> {
        self.run(operations)
    }
}

impl ErrorType for Queued<SpiDevice> {
    type Error = Error;
}

impl BlockingDevice for Queued<SpiDevice> {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Error> {
        self.call(|device| device.run(operations))
    }
}

/// A future that is dropped before the turn of its transaction leaves the bus untouched; a transaction that has begun runs to its
/// end, and what it read is lost.
impl AsyncDevice for Queued<SpiDevice> {
    async fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Error> {
        exchange(self, SpiDevice::run, operations).await
    }
}

impl ErrorType for SpiBus {
    type Error = Error;
}

/// The kernel's driver returns when the last clock is over: there is nothing to flush.
impl BlockingBus for SpiBus {
    fn read(&mut self, words: &mut [u8]) -> Result<(), Error> {
        self.run(&mut [Operation::Read(words)])
    }

    fn write(&mut self, words: &[u8]) -> Result<(), Error> {
        self.run(&mut [Operation::Write(words)])
    }

    fn transfer(&mut self, read: &mut [u8], write: &[u8]) -> Result<(), Error> {
        self.run(&mut [Operation::Transfer(read, write)])
    }

    fn transfer_in_place(&mut self, words: &mut [u8]) -> Result<(), Error> {
        self.run(&mut [Operation::TransferInPlace(words)])
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

impl ErrorType for Queued<SpiBus> {
    type Error = Error;
}

/// A future that is dropped before its turn leaves the bus untouched; what has begun runs to its end.
impl AsyncBus for Queued<SpiBus> {
    async fn read(&mut self, words: &mut [u8]) -> Result<(), Error> {
        exchange(self, SpiBus::run, &mut [Operation::Read(words)]).await
    }

    async fn write(&mut self, words: &[u8]) -> Result<(), Error> {
        exchange(self, SpiBus::run, &mut [Operation::Write(words)]).await
    }

    async fn transfer(&mut self, read: &mut [u8], write: &[u8]) -> Result<(), Error> {
        exchange(self, SpiBus::run, &mut [Operation::Transfer(read, write)]).await
    }

    async fn transfer_in_place(&mut self, words: &mut [u8]) -> Result<(), Error> {
        exchange(self, SpiBus::run, &mut [Operation::TransferInPlace(words)]).await
    }

    async fn flush(&mut self) -> Result<(), Error> {
        self.start(|_| Ok(())).await
    }
}

/// Carries out operations on the thread of the bus, with copies of their bytes: a future may be dropped at any time, and the
/// caller's buffers with it.
async fn exchange<D: Send + 'static>(
    device: &Queued<D>,
    run: fn(&mut D, &mut [Operation<'_, u8>]) -> Result<(), Error>,
    operations: &mut [Operation<'_, u8>],
) -> Result<(), Error> {
    let mut copies: Vec<Copied> = operations.iter().map(Copied::of).collect();
    let done = device.start(move |device| {
        let mut operations: Vec<Operation<'_, u8>> = copies.iter_mut().map(Copied::operation).collect();
        run(device, &mut operations).map(|()| copies)
    });
    for (operation, copy) in operations.iter_mut().zip(done.await?) {
        match (operation, copy) {
            (Operation::Read(buffer), Copied::Read(bytes))
            | (Operation::TransferInPlace(buffer), Copied::InPlace(bytes))
            | (Operation::Transfer(buffer, _), Copied::Transfer(bytes, _)) => buffer.copy_from_slice(&bytes),
            _ => {}
        }
    }
    Ok(())
}

/// An operation with bytes of its own.
enum Copied {
    Read(Vec<u8>),
    Write(Vec<u8>),
    Transfer(Vec<u8>, Vec<u8>),
    InPlace(Vec<u8>),
    DelayNs(u32),
}

impl Copied {
    fn of(operation: &Operation<'_, u8>) -> Copied {
        match operation {
            Operation::Read(buffer) => Copied::Read(vec![0; buffer.len()]),
            Operation::Write(bytes) => Copied::Write(bytes.to_vec()),
            Operation::Transfer(buffer, bytes) => Copied::Transfer(vec![0; buffer.len()], bytes.to_vec()),
            Operation::TransferInPlace(bytes) => Copied::InPlace(bytes.to_vec()),
            Operation::DelayNs(ns) => Copied::DelayNs(*ns),
        }
    }

    fn operation(&mut self) -> Operation<'_, u8> {
        match self {
            Copied::Read(buffer) => Operation::Read(buffer),
            Copied::Write(bytes) => Operation::Write(bytes),
            Copied::Transfer(buffer, bytes) => Operation::Transfer(buffer, bytes),
            Copied::InPlace(bytes) => Operation::TransferInPlace(bytes),
            Copied::DelayNs(ns) => Operation::DelayNs(*ns),
        }
    }
}
