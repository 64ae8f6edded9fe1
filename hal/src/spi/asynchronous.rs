//! embedded-hal-async.

use embedded_hal::spi::Operation;
use embedded_hal_async::spi;

use super::shape::{self, RECORD_WORDS, Shape, Sums};
use super::{Error, SpiBus, SpiDevice};
use crate::call::imports::reply;
use crate::call::imports::spi as call;
use crate::scratch::{bytes_of, with_scratch};
use crate::short::{SHORT_BYTES, ShortBytes};

/// Other tasks of the guest go on during a transaction. If its future is dropped before the transaction has its turn on the bus,
/// nothing goes out on the wires; later, it runs to its end, chip select becomes inactive, and what came in is lost.
impl spi::SpiDevice for SpiDevice {
    async fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Error> {
        let sums = Sums::of(operations);
        if let Some(shape) = Shape::of(operations, &sums) {
            let reply = call::device_short(&self.0, shape.sent, shape.read_len).await?;
            shape::deal_short(reply, operations);
            return Ok(());
        }
        match operations {
            [Operation::Write(bytes)] => Ok(call::device_write(&self.0, bytes).await?),
            _ => self.flat_async(operations, &sums).await,
        }
    }
}

impl SpiDevice {
    /// As [`SpiDevice::flat`], together with other things: what is laid out is the host's as soon as the call has started.
    async fn flat_async(&self, operations: &mut [Operation<'_, u8>], sums: &Sums) -> Result<(), Error> {
        let (written, read) = sums.lengths()?;
        let records = operations.len().checked_mul(RECORD_WORDS).ok_or(Error::TooLong)?;
        let words = records.checked_add(written.div_ceil(4)).ok_or(Error::TooLong)?;
        let reply = call::device_transaction(&self.0, |start| {
            with_scratch(words, |words| {
                let (records, data) = words.split_at_mut(records);
                let bytes = bytes_of(data).split_at_mut(written).0;
                start(shape::lay_out(operations, records, bytes).ok()?, bytes)
            })?
        });
        let reply = reply.await?;
        if let [Operation::Read(buffer) | Operation::Transfer(buffer, _) | Operation::TransferInPlace(buffer)] =
            operations
        {
            return Ok(reply::take(&reply, buffer)?);
        }
        with_scratch(read.div_ceil(4), |words| {
            let bytes = bytes_of(words).split_at_mut(read).0;
            reply::take(&reply, bytes)?;
            shape::deal(bytes, operations);
            Ok(())
        })
        .unwrap_or(Err(Error::TooLong))
    }
}

impl SpiBus {
    /// Clocks words each way. A write that is shorter is followed by zeros.
    async fn clock(&self, buffer: &mut [u8], bytes: Option<&[u8]>) -> Result<(), Error> {
        let sent = bytes.unwrap_or(buffer);
        let len = u32::try_from(buffer.len()).map_err(|_| Error::TooLong)?;
        if let Some(sent) = ShortBytes::of(sent).filter(|_| buffer.len() <= SHORT_BYTES) {
            call::bus_short(&self.0, sent, len).await?.take(buffer);
            return Ok(());
        }
        let reply = call::bus_transfer(&self.0, sent, len).await?;
        Ok(reply::take(&reply, buffer)?)
    }
}

/// Other tasks of the guest go on during a call. If its future is dropped before the words have their turn on the bus, none of
/// them goes out; later, all do, and what comes in is lost.
impl spi::SpiBus for SpiBus {
    async fn read(&mut self, words: &mut [u8]) -> Result<(), Error> {
        self.clock(words, Some(&[])).await
    }

    async fn write(&mut self, words: &[u8]) -> Result<(), Error> {
        match ShortBytes::of(words) {
            Some(sent) => call::bus_short(&self.0, sent, 0).await.map(drop)?,
            None => call::bus_write(&self.0, words).await?,
        }
        Ok(())
    }

    async fn transfer(&mut self, read: &mut [u8], write: &[u8]) -> Result<(), Error> {
        self.clock(read, Some(write)).await
    }

    async fn transfer_in_place(&mut self, words: &mut [u8]) -> Result<(), Error> {
        self.clock(words, None).await
    }

    async fn flush(&mut self) -> Result<(), Error> {
        Ok(call::bus_flush(&self.0).await?)
    }
}
