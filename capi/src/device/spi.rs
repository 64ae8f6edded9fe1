//! SPI devices, and buses without a select line.
#![expect(unsafe_code, reason = "calls functions of the caller's")]

use std::ffi::c_void;
use std::ptr;

use embedded_hal::spi::Operation;
use wasm_embedded_host::spi::{Bus, Error};

use super::{Context, WeError, error};

/// One operation of a transaction: the greater of both lengths is clocked, zeros past the end of what is written; then a wait.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct WeSpiOperation {
    /// What is written.
    pub write: *const u8,
    /// How many bytes are written.
    pub write_len: usize,
    /// Where to put what is read, which may be where the written bytes are.
    pub read: *mut u8,
    /// How many bytes are kept.
    pub read_len: usize,
    /// Nanoseconds to wait afterwards, select held.
    pub delay_ns: u32,
}

/// An SPI device, or a bus if the label has `select = "none"`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct WeSpi {
    /// Carries out operations: for a device with its select active all the time. All reads are filled, or it fails.
    pub run: Option<unsafe extern "C" fn(context: *mut c_void, operations: *const WeSpiOperation, count: usize) -> i32>,
}

/// A table with its context.
pub(crate) struct Device(pub(crate) WeSpi, pub(crate) Context);

const NOTHING: WeSpiOperation =
    WeSpiOperation { write: ptr::null(), write_len: 0, read: ptr::null_mut(), read_len: 0, delay_ns: 0 };

impl Bus for Device {
    fn run(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Error> {
        let Some(run) = self.0.run else { return Err(Error::Unsupported) };
        let operations: Vec<_> = operations
            .iter_mut()
            .map(|operation| match operation {
                Operation::Read(buffer) => {
                    WeSpiOperation { read: buffer.as_mut_ptr(), read_len: buffer.len(), ..NOTHING }
                }
                Operation::Write(bytes) => WeSpiOperation { write: bytes.as_ptr(), write_len: bytes.len(), ..NOTHING },
                Operation::Transfer(buffer, bytes) => WeSpiOperation {
                    write: bytes.as_ptr(),
                    write_len: bytes.len(),
                    read: buffer.as_mut_ptr(),
                    read_len: buffer.len(),
                    delay_ns: 0,
                },
                Operation::TransferInPlace(buffer) => {
                    let (read, len) = (buffer.as_mut_ptr(), buffer.len());
                    WeSpiOperation { write: read.cast_const(), write_len: len, read, read_len: len, delay_ns: 0 }
                }
                Operation::DelayNs(delay_ns) => WeSpiOperation { delay_ns: *delay_ns, ..NOTHING },
            })
            .collect();
        // SAFETY: the caller gave a function of this type with its context, and the operations live during the call.
        match error(unsafe { run(self.1.0, operations.as_ptr(), operations.len()) }) {
            None => Ok(()),
            Some(WeError::Busy) => Err(Error::Busy),
            Some(WeError::TooLong) => Err(Error::TooLong),
            Some(WeError::Unsupported) => Err(Error::Unsupported),
            Some(WeError::Overrun) => Err(Error::Overrun),
            Some(WeError::ModeFault) => Err(Error::ModeFault),
            Some(WeError::FrameFormat) => Err(Error::FrameFormat),
            Some(WeError::ChipSelect) => Err(Error::ChipSelectFault),
            Some(_) => Err(Error::Other),
        }
    }
}
