//! I2C buses.
#![expect(unsafe_code, reason = "calls functions of the caller's")]

use std::ffi::c_void;

use embedded_hal::i2c::{NoAcknowledgeSource, Operation};
use wasm_embedded_host::i2c::{Address, Bus, Error};

use super::{Context, WeError, error};

/// One operation of a transaction.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct WeI2cOperation {
    /// What is written, or where to put what is read.
    pub bytes: *mut u8,
    /// How many bytes.
    pub len: usize,
    /// Whether they are written; they must not be changed then.
    pub write: bool,
}

/// An I2C bus.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct WeI2c {
    /// Carries out a transaction: START, the operations with a repeated START wherever the direction changes, STOP. All reads are
    /// filled, or it fails.
    pub transaction: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            address: u16,
            ten_bit: bool,
            operations: *const WeI2cOperation,
            count: usize,
        ) -> i32,
    >,
}

/// A table with its context.
pub(crate) struct Device(pub(crate) WeI2c, pub(crate) Context);

impl Bus for Device {
    fn transaction(&mut self, address: Address, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        let Some(transaction) = self.0.transaction else { return Err(Error::Unsupported) };
        let (address, ten_bit) = match address {
            Address::SevenBit(address) => (u16::from(address), false),
            Address::TenBit(address) => (address, true),
        };
        let operations: Vec<_> = operations
            .iter_mut()
            .map(|operation| match operation {
                Operation::Read(buffer) => {
                    WeI2cOperation { bytes: buffer.as_mut_ptr(), len: buffer.len(), write: false }
                }
                Operation::Write(bytes) => {
                    WeI2cOperation { bytes: bytes.as_ptr().cast_mut(), len: bytes.len(), write: true }
                }
            })
            .collect();
        // SAFETY: the caller gave a function of this type with its context, and the operations live during the call.
        let number = unsafe { transaction(self.1.0, address, ten_bit, operations.as_ptr(), operations.len()) };
        match error(number) {
            None => Ok(()),
            Some(WeError::Busy) => Err(Error::Busy),
            Some(WeError::TooLong) => Err(Error::TooLong),
            Some(WeError::Unsupported) => Err(Error::Unsupported),
            Some(WeError::Bus) => Err(Error::Bus),
            Some(WeError::ArbitrationLoss) => Err(Error::ArbitrationLoss),
            Some(WeError::NoAckAddress) => Err(Error::NoAcknowledge(NoAcknowledgeSource::Address)),
            Some(WeError::NoAckData) => Err(Error::NoAcknowledge(NoAcknowledgeSource::Data)),
            Some(WeError::NoAck) => Err(Error::NoAcknowledge(NoAcknowledgeSource::Unknown)),
            Some(WeError::Overrun) => Err(Error::Overrun),
            Some(_) => Err(Error::Other),
        }
    }
}
