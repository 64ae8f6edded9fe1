//! Serial ports.
#![expect(unsafe_code, reason = "calls functions of the caller's")]

use std::ffi::c_void;

use embedded_io::ErrorKind;
use wasm_embedded_host::uart::{Error, Port};

use super::{Context, WeError, error};

/// A serial port. No function may wait for longer than `wait_ns`, so that a guest which waits can be stopped.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct WeUart {
    /// Waits at most `wait_ns` for a byte, and reads what is there, at most `len` bytes. `count` is how many: 0 if none came in time.
    pub read: Option<
        unsafe extern "C" fn(context: *mut c_void, bytes: *mut u8, len: usize, wait_ns: u64, count: *mut usize) -> i32,
    >,
    /// Waits at most `wait_ns` for room, and takes what there is room for. `count` is how many: 0 if there was none in time.
    pub write: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            bytes: *const u8,
            len: usize,
            wait_ns: u64,
            count: *mut usize,
        ) -> i32,
    >,
    /// Says whether a byte has come in.
    pub read_ready: Option<unsafe extern "C" fn(context: *mut c_void, ready: *mut bool) -> i32>,
}

/// A table with its context.
pub(crate) struct Device(pub(crate) WeUart, pub(crate) Context);

impl Port for Device {
    fn read(&mut self, buffer: &mut [u8], wait_ns: u64) -> Result<Option<usize>, Error> {
        let Some(read) = self.0.read else { return Err(Error::Io(ErrorKind::Unsupported)) };
        let mut count = 0;
        // SAFETY: the caller gave a function of this type with its context, and buffer and count live during the call.
        outcome(unsafe { read(self.1.0, buffer.as_mut_ptr(), buffer.len(), wait_ns, &raw mut count) })?;
        Ok((count > 0).then_some(count.min(buffer.len())))
    }

    fn write(&mut self, bytes: &[u8], wait_ns: u64) -> Result<Option<usize>, Error> {
        let Some(write) = self.0.write else { return Err(Error::Io(ErrorKind::Unsupported)) };
        let mut count = 0;
        // SAFETY: the caller gave a function of this type with its context, and bytes and count live during the call.
        outcome(unsafe { write(self.1.0, bytes.as_ptr(), bytes.len(), wait_ns, &raw mut count) })?;
        Ok((count > 0).then_some(count.min(bytes.len())))
    }

    fn flush(&mut self, _: u64) -> Result<bool, Error> {
        // What the caller took has left, as far as the library is concerned.
        Ok(true)
    }

    fn read_ready(&mut self) -> Result<bool, Error> {
        let Some(read_ready) = self.0.read_ready else { return Err(Error::Io(ErrorKind::Unsupported)) };
        // A byte, since C may write another value than a bool of Rust has.
        let mut ready = 0_u8;
        // SAFETY: the caller gave a function of this type with its context, and the byte lives during the call.
        outcome(unsafe { read_ready(self.1.0, (&raw mut ready).cast()) })?;
        Ok(ready != 0)
    }

    fn write_ready(&mut self) -> Result<bool, Error> {
        Ok(true)
    }
}

fn outcome(number: i32) -> Result<(), Error> {
    match error(number) {
        None => Ok(()),
        Some(WeError::Busy) => Err(Error::Busy),
        Some(WeError::TooLong) => Err(Error::TooLong),
        Some(WeError::Unsupported) => Err(Error::Io(ErrorKind::Unsupported)),
        Some(WeError::TimedOut) => Err(Error::Io(ErrorKind::TimedOut)),
        Some(WeError::Overrun) => Err(Error::Overrun),
        Some(WeError::Framing) => Err(Error::Framing),
        Some(WeError::Parity) => Err(Error::Parity),
        Some(WeError::Break) => Err(Error::Break),
        Some(WeError::Closed) => Err(Error::Io(ErrorKind::BrokenPipe)),
        Some(_) => Err(Error::Io(ErrorKind::Other)),
    }
}
