//! embedded-hal-async.

use embedded_hal::i2c::{Operation, SevenBitAddress, TenBitAddress};
use embedded_hal_async::i2c;

use super::{Error, I2c, Lengths, Shape, deal, host, lay_out};
use crate::call::imports::i2c as call;
use crate::call::imports::reply;
use crate::scratch::{bytes_of, with_scratch};

impl I2c {
    /// As [`I2c::transact`], together with other things.
    async fn transact_async(&self, address: host::Address, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        if let Some(shape) = Shape::of(operations) {
            let reply = call::short(&self.0, address, shape.written, shape.read_len).await?;
            shape.deal(reply, operations);
            return Ok(());
        }
        match operations {
            [] => Ok(()),
            [Operation::Write(bytes)] => Ok(call::write(&self.0, address, bytes).await?),
            _ => self.flat_async(address, operations).await,
        }
    }

    /// As [`I2c::flat`], together with other things: what is laid out is the host's as soon as the call has started.
    async fn flat_async(&self, address: host::Address, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        let Lengths { records, written, read, .. } = Lengths::of(operations)?;
        let words = records.checked_add(written.div_ceil(4)).ok_or(Error::TooLong)?;
        let reply = call::transaction(&self.0, address, |start| {
            with_scratch(words, |words| {
                let (records, data) = words.split_at_mut(records);
                let bytes = bytes_of(data).split_at_mut(written).0;
                start(lay_out(operations, records, bytes).ok()?, bytes)
            })?
        });
        let reply = reply.await?;
        if let [Operation::Read(buffer)] | [Operation::Write(_), Operation::Read(buffer)] = operations {
            return Ok(reply::take(&reply, buffer)?);
        }
        with_scratch(read.div_ceil(4), |words| {
            let bytes = bytes_of(words).split_at_mut(read).0;
            reply::take(&reply, bytes)?;
            deal(bytes, operations);
            Ok(())
        })
        .unwrap_or(Err(Error::TooLong))
    }
}

/// The trait for one width of addresses.
macro_rules! implement {
    ($mode:ty, $width:path) => {
        /// Other tasks of the guest go on during a transaction. If its future is dropped before the transaction has its turn on
        /// the bus, nothing goes out on the wires; later, it runs to its STOP and what it reads is lost.
        impl i2c::I2c<$mode> for I2c {
            async fn transaction(&mut self, address: $mode, operations: &mut [Operation<'_>]) -> Result<(), Error> {
                self.transact_async($width(address), operations).await
            }
        }
    };
}

implement!(SevenBitAddress, host::Address::SevenBit);
implement!(TenBitAddress, host::Address::TenBit);
