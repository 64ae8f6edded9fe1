//! Analogue inputs.
#![expect(unsafe_code, reason = "calls functions of the caller's")]

use std::ffi::c_void;

use wasm_embedded_host::adc::{Error, Input};

use super::{Context, WeError, error};

/// An analogue input.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct WeAdc {
    /// How many bits a raw reading has, its sign included if it can be negative: 1 to 32.
    pub resolution_bits: u8,
    /// Converts once, and returns what the converter gives.
    pub read_raw: Option<unsafe extern "C" fn(context: *mut c_void, raw: *mut i32) -> i32>,
    /// Converts once, and returns microvolts. May be null.
    pub read_microvolts: Option<unsafe extern "C" fn(context: *mut c_void, microvolts: *mut i32) -> i32>,
}

/// A table with its context.
pub(crate) struct Device(pub(crate) WeAdc, pub(crate) Context);

impl Device {
    fn read(&self, read: Option<unsafe extern "C" fn(*mut c_void, *mut i32) -> i32>) -> Result<i32, Error> {
        let Some(read) = read else { return Err(Error::Unsupported) };
        let mut reading = 0;
        // SAFETY: the caller gave a function of this type with its context, and the number lives during the call.
        match error(unsafe { read(self.1.0, &raw mut reading) }) {
            None => Ok(reading),
            Some(WeError::Busy) => Err(Error::Busy),
            Some(WeError::Unsupported) => Err(Error::Unsupported),
            Some(WeError::TimedOut) => Err(Error::TimedOut),
            Some(_) => Err(Error::Other),
        }
    }
}

impl Input for Device {
    fn resolution_bits(&mut self) -> u8 {
        self.0.resolution_bits.clamp(1, 32)
    }

    fn read_raw(&mut self) -> Result<i32, Error> {
        self.read(self.0.read_raw)
    }

    fn read_microvolts(&mut self) -> Result<i32, Error> {
        self.read(self.0.read_microvolts)
    }
}
