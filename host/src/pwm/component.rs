//! The functions, as components call them.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};

use super::{Handle, max_duty, set_duty, wit};
use crate::component::{self, opening::add_opening};
use crate::linker::HalView;

/// Adds the interface `wasm-embedded:hal/pwm`.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/pwm@0.5.0")?;
    add_opening::<T, Handle>(&mut instance, "output")?;
    instance.func_wrap(
        "[method]output.max-duty",
        |mut store: StoreContextMut<'_, T>, (output,): (Resource<Handle>,)| {
            component::value(max_duty(store.data_mut().hal(), output.rep()))
        },
    )?;
    instance.func_wrap(
        "[method]output.set-duty",
        |mut store: StoreContextMut<'_, T>, (output, duty): (Resource<Handle>, u16)| {
            component::answer::<_, _, wit::Error>(set_duty(store.data_mut().hal(), output.rep(), duty))
        },
    )
}
