//! Devices of Linux as the host needs them.

mod adc;
mod digital;
mod i2c;
mod pwm;
mod spi;
mod uart;

use wasm_embedded_host::Completion;
use wasm_embedded_host::log::Level;
use wasm_embedded_linux::{self as linux, Severity};

pub(super) use self::digital::{Epoch, GuestLine, pin_state};
pub(super) use self::i2c::from_host as linux_address;

/// A device of Linux as the host needs it.
#[derive(Clone, Debug)]
pub(in crate::board) struct Hosted<D>(pub(super) D);

/// Returns how important an error is in the host's terms.
pub(super) fn level(severity: Severity) -> Level {
    match severity {
        Severity::Debug => Level::Debug,
        Severity::Warn => Level::Warn,
        Severity::Error => Level::Error,
    }
}

/// Returns how far a device has come, with the host's error.
fn progress<E: Send + 'static, H: 'static>(
    completion: linux::Completion<Result<(), E>>,
    error: fn(E) -> H,
) -> Completion<Result<(), H>> {
    match completion {
        linux::Completion::Ready(result) => Completion::Ready(result.map_err(error)),
        linux::Completion::Pending(answer) => Completion::pending(async move { answer.await.map_err(error) }),
    }
}
