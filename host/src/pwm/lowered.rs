//! The functions, as core modules call them.

use wasmtime::{Caller, Linker, Result};

use super::{Handle, max_duty, set_duty, wit};
use crate::admit::Refused;
use crate::linker::HalView;
use crate::lowered::calls;
use crate::lowered::guest::{enter, enter_without_memory};

/// The interface.
const PWM: &str = "wasm-embedded:hal/pwm@0.5.0";

/// Adds the interface `wasm-embedded:hal/pwm`, as core functions.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_lowered_to_linker<T: HalView>(linker: &mut Linker<T>) -> Result<()> {
    calls::add_opening::<T, Handle>(linker, PWM, "output")?;
    linker.func_wrap(PWM, "[method]output.max-duty", |mut caller: Caller<'_, T>, output: u32| {
        let hal = enter_without_memory(&mut caller)?;
        let output = hal.guest.handles.get::<Handle>(output)?;
        max_duty(hal, output).map(u32::from).map_err(Refused::into_trap)
    })?;
    linker.func_wrap(
        PWM,
        "[method]output.set-duty",
        |mut caller: Caller<'_, T>, output: u32, duty: u32, to: u32| {
            let (memory, hal) = enter(&mut caller)?;
            let output = hal.guest.handles.get::<Handle>(output)?;
            // What does not fit the integer is cut off. Canonical ABI, `lift_flat_unsigned`.
            let [low, high, ..] = duty.to_le_bytes();
            let made = set_duty(hal, output, u16::from_le_bytes([low, high]));
            calls::put_nothing::<wit::Error, _>(memory, to, made)
        },
    )?;
    Ok(())
}
