//! PWM outputs.
#![expect(unsafe_code, reason = "calls functions of the caller's")]

use std::ffi::c_void;

use wasm_embedded_host::pwm::{Error, Output};

use super::{Context, WeError, error};

/// A PWM output.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct WePwm {
    /// The duty that means always active, at least 1.
    pub max_duty: u16,
    /// Has the output active for `duty` parts of `max_duty`.
    pub set_duty: Option<unsafe extern "C" fn(context: *mut c_void, duty: u16) -> i32>,
}

/// A table with its context.
pub(crate) struct Device(pub(crate) WePwm, pub(crate) Context);

impl Output for Device {
    fn max_duty(&mut self) -> u16 {
        self.0.max_duty.max(1)
    }

    fn set_duty(&mut self, duty: u16) -> Result<(), Error> {
        let Some(set_duty) = self.0.set_duty else { return Err(Error::Unsupported) };
        // SAFETY: the caller gave a function of this type with its context.
        match error(unsafe { set_duty(self.1.0, duty) }) {
            None => Ok(()),
            Some(WeError::Busy) => Err(Error::Busy),
            Some(WeError::Unsupported) => Err(Error::Unsupported),
            Some(_) => Err(Error::Other),
        }
    }
}
