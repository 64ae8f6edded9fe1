//! Pulse-width modulation.

use alloc::boxed::Box;
use core::fmt;

use embedded_hal::pwm::{self, SetDutyCycle};
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};

use crate::adapter::EmbeddedHal;
use crate::bindings::wasm_embedded::hal::pwm as wit;
use crate::grant::PwmGrant;
use crate::linker::HalView;
use crate::open::add_opening;
use crate::slot::Slots;

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

/// All outputs of a guest.
pub(crate) type Outputs = Slots<dyn Output, Pwm>;

/// Adds an output under a label.
pub(crate) fn add(outputs: &mut Outputs, label: &str, mut output: Box<dyn Output>, grant: PwmGrant) {
    let max_duty = output.max_duty().max(1);
    outputs.add(label, output, Pwm { grant, max_duty });
}

/// Drives every output that is the guest's own to its duty on exit. One that fails is passed over: the others matter as much.
pub(crate) fn make_safe(outputs: &mut Outputs, is_its_own: &mut dyn FnMut(&str) -> bool) {
    for slot in outputs.iter_mut() {
        let Some(part) = slot.grant.grant.on_exit.filter(|_| is_its_own(&slot.label)) else { continue };
        let duty = part.of(slot.grant.max_duty);
        if let Ok(device) = slot.device() {
            let _ = device.set_duty(duty);
        }
    }
}

/// Adds the interface `wasm-embedded:hal/pwm`.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/pwm@0.5.0")?;
    add_opening::<T, _, _, Handle>(&mut instance, "output", "a PWM output", |hal| &mut hal.pwm)?;
    instance.func_wrap(
        "[method]output.max-duty",
        |mut store: StoreContextMut<'_, T>, (output,): (Resource<Handle>,)| {
            let hal = store.data_mut().hal();
            hal.interrupt.check()?;
            Ok((hal.pwm.get(output.rep())?.grant.max_duty,))
        },
    )?;
    instance.func_wrap(
        "[method]output.set-duty",
        |mut store: StoreContextMut<'_, T>, (output, duty): (Resource<Handle>, u16)| {
            let hal = store.data_mut().hal();
            hal.interrupt.check()?;
            let slot = hal.pwm.get(output.rep())?;
            if duty > slot.grant.max_duty {
                return Ok((Err(wit::Error::OutOfRange),));
            }
            Ok((slot.device()?.set_duty(duty).map_err(wit::Error::from),))
        },
    )
}

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
