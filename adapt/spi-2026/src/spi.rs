//! `wasi:spi/spi`.

use alloc::string::String;
use alloc::vec::Vec;

use crate::bindings::Adapter;
use crate::bindings::exports::wasi::spi::spi::{self, Error, Guest, GuestSpiDevice, Operation, OperationResult};
use crate::bindings::wasm_embedded::hal::spi as ours;
use crate::bindings::wasm_embedded::hal::types::OpenError;

/// A device behind a label.
pub(crate) struct Device(ours::Device);

impl Guest for Adapter {
    type SpiDevice = Device;

    fn open(name: String) -> Result<spi::SpiDevice, Error> {
        match ours::Device::open(&name) {
            Ok(device) => Ok(spi::SpiDevice::new(Device(device))),
            Err(OpenError::UnknownLabel) => Err(other("the policy has no such label")),
            Err(OpenError::WrongKind) => Err(other("the label stands for another kind of hardware")),
            Err(OpenError::Busy) => Err(other("the label is held already")),
            Err(OpenError::Refused) => Err(other("the host cannot hand out the label now")),
        }
    }
}

impl GuestSpiDevice for Device {
    fn read(&self, len: u64) -> Result<Vec<u8>, Error> {
        self.0.read(length(len)?).map_err(error)
    }

    fn write(&self, data: Vec<u8>) -> Result<(), Error> {
        self.0.write(&data).map_err(error)
    }

    fn transfer(&self, data: Vec<u8>) -> Result<Vec<u8>, Error> {
        self.0.transfer(&data, count(&data)?).map_err(error)
    }

    fn transaction(&self, operations: Vec<Operation>) -> Result<Vec<OperationResult>, Error> {
        let mut steps = Vec::with_capacity(operations.len());
        let mut bytes = Vec::new();
        for operation in &operations {
            let (write_len, read_len, delay_ns) = match operation {
                Operation::Read(len) => (0, length(*len)?, 0),
                Operation::Write(data) => (count(data)?, 0, 0),
                Operation::Transfer(data) => (count(data)?, count(data)?, 0),
                Operation::DelayNs(ns) => (0, 0, *ns),
            };
            if let Operation::Write(data) | Operation::Transfer(data) = operation {
                bytes.extend_from_slice(data);
            }
            steps.push(ours::Operation { write_len, read_len, delay_ns });
        }
        let reply = self.0.transaction(&steps, &bytes).map_err(error)?;
        let mut rest = reply.into_iter();
        // The host's reply has exactly the bytes that were asked for.
        let results = operations.iter().zip(&steps).map(|(operation, step)| {
            let part = rest.by_ref().take(usize::try_from(step.read_len).unwrap_or(0)).collect();
            match operation {
                Operation::Read(_) => OperationResult::Read(part),
                Operation::Write(_) => OperationResult::Write,
                Operation::Transfer(_) => OperationResult::Transfer(part),
                Operation::DelayNs(_) => OperationResult::Delay,
            }
        });
        Ok(results.collect())
    }
}

fn error(error: ours::Error) -> Error {
    match error {
        ours::Error::Overrun => Error::Overrun,
        ours::Error::ModeFault => Error::ModeFault,
        ours::Error::FrameFormat => Error::FrameFormat,
        ours::Error::ChipSelectFault => Error::ChipSelectFault,
        ours::Error::Denied => other("denied by the policy"),
        ours::Error::TooLong => other("longer than the host's limit"),
        ours::Error::Unsupported => other("not supported by the hardware"),
        ours::Error::Busy => other("busy"),
        ours::Error::Other => other("a fault of the bus"),
    }
}

fn other(text: &str) -> Error {
    Error::Other(text.into())
}

/// Returns a length as the host takes it: one of 4 GiB or more is too long on every host.
fn length(len: u64) -> Result<u32, Error> {
    u32::try_from(len).map_err(|_| other("longer than the host's limit"))
}

fn count(data: &[u8]) -> Result<u32, Error> {
    u32::try_from(data.len()).map_err(|_| other("longer than the host's limit"))
}
