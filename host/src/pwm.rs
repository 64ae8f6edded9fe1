//! Pulse-width modulation.

#[cfg(feature = "component")]
mod component;
mod lowered;

use core::fmt;

use embedded_hal::pwm::{self, SetDutyCycle};

use crate::adapter::EmbeddedHal;
use crate::admit::{Free, Refused, denials};
use crate::ctx::HalCtx;
use crate::grant::PwmGrant;
use crate::slot::Slots;
use crate::wit::pwm as wit;

#[cfg(feature = "component")]
pub use self::component::add_to_linker;
pub use self::lowered::add_lowered_to_linker;

/// Why a duty could not be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// Any fault of the output or its driver.
    Other,
    /// The output cannot do this.
    Unsupported,
    /// The output is held by something else.
    Busy,
}

/// An output that is active for a part of every period.
pub trait Output: Send {
    /// Returns the duty that means always active, at least 1. It is asked for once.
    fn max_duty(&mut self) -> u16;

    /// Has the output active for `duty` parts of the greatest one, which `duty` is not past: 0 is always inactive, the greatest
    /// always active.
    ///
    /// # Errors
    ///
    /// Fails as the hardware does.
    fn set_duty(&mut self, duty: u16) -> Result<(), Error>;
}

/// The guest's handle of an output.
#[derive(Debug)]
pub struct Handle(());

/// What is kept of an output beside its device.
#[derive(Debug)]
pub(crate) struct Pwm {
    grant: PwmGrant,
    max_duty: u16,
}

impl Pwm {
    pub(crate) fn new(grant: PwmGrant, max_duty: u16) -> Pwm {
        Pwm { grant, max_duty: max_duty.max(1) }
    }
}

/// Drives every output that is the guest's own to its duty on exit. One that fails is passed over: the others matter as much.
pub(crate) fn make_safe(outputs: &mut Slots<dyn Output, Pwm>, is_its_own: &mut dyn FnMut(&str) -> bool) {
    for slot in outputs.iter_mut() {
        let Some(part) = slot.grant.grant.on_exit.filter(|_| is_its_own(&slot.label)) else { continue };
        let duty = part.of(slot.grant.max_duty);
        if let Ok(device) = slot.device() {
            let _ = device.set_duty(duty);
        }
    }
}

/// Returns the greatest duty.
fn max_duty(hal: &mut HalCtx, handle: u32) -> Result<u16, Refused> {
    Ok(hal.admit::<Handle>(handle, &Free)?.slot.grant.max_duty)
}

/// Sets a duty, unless it is past the greatest.
fn set_duty(hal: &mut HalCtx, handle: u32, duty: u16) -> Result<Result<(), wit::Error>, Refused> {
    let slot = hal.admit::<Handle>(handle, &Free)?.slot;
    if duty > slot.grant.max_duty {
        return Ok(Err(wit::Error::OutOfRange));
    }
    Ok(slot.device()?.set_duty(duty).map_err(wit::Error::from))
}

// No duty is past a limit.
denials!(wit::Error, too long: OutOfRange, out of memory: Other);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Other => "the output or its driver failed",
            Error::Unsupported => "the output cannot do this",
            Error::Busy => "the output is in use elsewhere",
        })
    }
}

impl core::error::Error for Error {}

impl From<Error> for wit::Error {
    fn from(error: Error) -> wit::Error {
        match error {
            Error::Other => wit::Error::Other,
            Error::Unsupported => wit::Error::Unsupported,
            Error::Busy => wit::Error::Busy,
        }
    }
}

/// Converts an error of embedded-hal, whose only kind says nothing more.
fn from_hal<E: pwm::Error>(_error: E) -> Error {
    Error::Other
}

impl<P: SetDutyCycle + Send> Output for EmbeddedHal<P> {
    fn max_duty(&mut self) -> u16 {
        self.0.max_duty_cycle()
    }

    fn set_duty(&mut self, duty: u16) -> Result<(), Error> {
        self.0.set_duty_cycle(duty).map_err(from_hal)
    }
}
