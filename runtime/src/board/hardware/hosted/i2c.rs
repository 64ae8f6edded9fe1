//! I2C buses.

use embedded_hal::i2c::Operation;
use wasm_embedded_host::Completion;
use wasm_embedded_host::i2c::{Address, Bus, Error, Outcome, Transaction};
use wasm_embedded_linux::{I2cBus, Queued, i2c};

use super::Hosted;

impl Bus for Hosted<Queued<I2cBus>> {
    fn transaction(&mut self, address: Address, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        self.0.call(|bus| bus.transaction(from_host(address), operations)).map_err(error)
    }

    fn start(&mut self, transaction: Transaction) -> Completion<Outcome> {
        Completion::pending(self.0.start(|bus| {
            transaction.run(|address, operations| bus.transaction(from_host(address), operations).map_err(error))
        }))
    }
}

/// Returns an address as Linux has it.
pub(in crate::board::hardware) fn from_host(address: Address) -> i2c::Address {
    match address {
        Address::SevenBit(address) => i2c::Address::SevenBit(address),
        Address::TenBit(address) => i2c::Address::TenBit(address),
    }
}

fn error(error: i2c::Error) -> Error {
    match error {
        i2c::Error::Bus => Error::Bus,
        i2c::Error::ArbitrationLoss => Error::ArbitrationLoss,
        i2c::Error::NoAcknowledge(source) => Error::NoAcknowledge(source),
        i2c::Error::TooLong => Error::TooLong,
        i2c::Error::Unsupported => Error::Unsupported,
        _ => Error::Other,
    }
}
