//! The functions, as core modules call them.

use wasmtime::{Caller, Linker, Result};

use super::{Error, Handle, Input, on, wit};
use crate::admit::Refused;
use crate::linker::HalView;
use crate::lowered::calls;
use crate::lowered::guest::{enter, enter_without_memory};

/// The interface.
const ADC: &str = "wasm-embedded:hal/adc@0.5.0";

/// Adds the interface `wasm-embedded:hal/adc`, as core functions.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_lowered_to_linker<T: HalView>(linker: &mut Linker<T>) -> Result<()> {
    calls::add_opening::<T, Handle>(linker, ADC, "input")?;
    linker.func_wrap(ADC, "[method]input.resolution-bits", |mut caller: Caller<'_, T>, input: u32| {
        let hal = enter_without_memory(&mut caller)?;
        let input = hal.guest.handles.get::<Handle>(input)?;
        on(hal, input, |input| input.resolution_bits()).map(u32::from).map_err(Refused::into_trap)
    })?;
    linker.func_wrap(ADC, "[method]input.read-raw", |caller: Caller<'_, T>, input: u32, to: u32| {
        read(caller, input, to, |input| input.read_raw())
    })?;
    linker.func_wrap(ADC, "[method]input.read-microvolts", |caller: Caller<'_, T>, input: u32, to: u32| {
        read(caller, input, to, |input| input.read_microvolts())
    })?;
    Ok(())
}

/// Takes a reading.
fn read<T: HalView>(
    mut caller: Caller<'_, T>,
    input: u32,
    to: u32,
    act: impl FnOnce(&mut dyn Input) -> Result<i32, Error>,
) -> Result<()> {
    let (memory, hal) = enter(&mut caller)?;
    let input = hal.guest.handles.get::<Handle>(input)?;
    let made = on(hal, input, act).map(|reading| reading.map(i32::cast_unsigned));
    calls::put_word::<wit::Error, _>(memory, to, made)
}
