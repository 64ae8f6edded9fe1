//! Pins, at their electrical levels: what the policy inverts, the library inverts.
#![expect(unsafe_code, reason = "calls functions of the caller's")]

use std::ffi::c_void;

use wasm_embedded_host::digital::{Error, Input, Io, Level, Output};

use super::{Context, WeError, error};

/// A pin. An output has `set`, an input `level`, an open-drain pin both.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct WePin {
    /// Drives the pin. An open-drain one is driven low, or released.
    pub set: Option<unsafe extern "C" fn(context: *mut c_void, high: bool) -> i32>,
    /// Looks at the level that the pin carries.
    pub level: Option<unsafe extern "C" fn(context: *mut c_void, high: *mut bool) -> i32>,
}

/// A table with its context.
pub(crate) struct Device(pub(crate) WePin, pub(crate) Context);

impl Output for Device {
    fn set(&mut self, level: Level) -> Result<(), Error> {
        let Some(set) = self.0.set else { return Err(Error::Unsupported) };
        // SAFETY: the caller gave a function of this type with its context.
        outcome(unsafe { set(self.1.0, level == Level::High) })
    }
}

impl Input for Device {
    fn level(&mut self) -> Result<Level, Error> {
        let Some(level) = self.0.level else { return Err(Error::Unsupported) };
        // A byte, since C may write another value than a bool of Rust has.
        let mut high = 0_u8;
        // SAFETY: the caller gave a function of this type with its context, and the byte lives during the call.
        outcome(unsafe { level(self.1.0, (&raw mut high).cast()) })?;
        Ok(if high == 0 { Level::Low } else { Level::High })
    }
}

impl Io for Device {}

fn outcome(number: i32) -> Result<(), Error> {
    match error(number) {
        None => Ok(()),
        Some(WeError::Busy) => Err(Error::Busy),
        Some(WeError::Unsupported) => Err(Error::Unsupported),
        Some(_) => Err(Error::Other),
    }
}
