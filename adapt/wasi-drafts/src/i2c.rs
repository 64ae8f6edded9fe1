//! `wasi:i2c/i2c`.

use alloc::string::String;
use alloc::vec::Vec;

use crate::bindings::Adapter;
use crate::bindings::exports::wasi::i2c::i2c::{self, ErrorCode, Guest, GuestI2c, NoAcknowledgeSource, Operation};
use crate::bindings::wasm_embedded::hal::i2c as ours;

/// The highest address of seven bits. Above it an address has ten: the draft has one number for both.
/// UM10204, section 3.1.10.
const SEVEN_BITS: u16 = 0x7f;

/// A bus behind a label.
pub(crate) struct Bus(ours::Bus);

impl Guest for Adapter {
    type I2c = Bus;

    fn open(name: String) -> Result<i2c::I2c, ErrorCode> {
        // The draft has one error for all that a policy refuses.
        ours::Bus::open(&name).map(|bus| i2c::I2c::new(Bus(bus))).map_err(|_| ErrorCode::Other)
    }
}

impl GuestI2c for Bus {
    fn transaction(&self, address: u16, operations: Vec<Operation>) -> Result<Vec<Vec<u8>>, ErrorCode> {
        let mut steps = Vec::with_capacity(operations.len());
        let mut bytes = Vec::new();
        for operation in &operations {
            steps.push(match operation {
                Operation::Read(len) => ours::Operation { direction: ours::Direction::Read, len: length(*len)? },
                Operation::Write(data) => {
                    bytes.extend_from_slice(data);
                    let len = u32::try_from(data.len()).map_err(|_| ErrorCode::Other)?;
                    ours::Operation { direction: ours::Direction::Write, len }
                }
            });
        }
        let reply = self.0.transaction(of(address), &steps, &bytes).map_err(failed)?;
        let mut rest = reply.into_iter();
        // The host's reply has exactly the bytes that were asked for. A list for each read, as the draft's own host returns them.
        let reads = steps.iter().filter(|step| step.direction == ours::Direction::Read);
        Ok(reads.map(|step| rest.by_ref().take(usize::try_from(step.len).unwrap_or(0)).collect()).collect())
    }

    fn read(&self, address: u16, len: u64) -> Result<Vec<u8>, ErrorCode> {
        self.0.read(of(address), length(len)?).map_err(failed)
    }

    fn write(&self, address: u16, data: Vec<u8>) -> Result<(), ErrorCode> {
        self.0.write(of(address), &data).map_err(failed)
    }

    fn write_read(&self, address: u16, write: Vec<u8>, read_len: u64) -> Result<Vec<u8>, ErrorCode> {
        self.0.write_read(of(address), &write, length(read_len)?).map_err(failed)
    }
}

fn of(address: u16) -> ours::Address {
    match u8::try_from(address) {
        Ok(seven) if address <= SEVEN_BITS => ours::Address::SevenBit(seven),
        _ => ours::Address::TenBit(address),
    }
}

/// Returns a length as the host takes it: one of 4 GiB or more is too long on every host.
fn length(len: u64) -> Result<u32, ErrorCode> {
    u32::try_from(len).map_err(|_| ErrorCode::Other)
}

fn failed(error: ours::Error) -> ErrorCode {
    match error {
        ours::Error::Bus => ErrorCode::Bus,
        ours::Error::ArbitrationLoss => ErrorCode::ArbitrationLoss,
        ours::Error::NoAcknowledgeAddress => ErrorCode::NoAcknowledge(NoAcknowledgeSource::Address),
        ours::Error::NoAcknowledgeData => ErrorCode::NoAcknowledge(NoAcknowledgeSource::Data),
        ours::Error::NoAcknowledgeUnknown => ErrorCode::NoAcknowledge(NoAcknowledgeSource::Unknown),
        ours::Error::Overrun => ErrorCode::Overrun,
        ours::Error::Other
        | ours::Error::Denied
        | ours::Error::TooLong
        | ours::Error::Unsupported
        | ours::Error::Busy => ErrorCode::Other,
    }
}
