//! The functions, as components call them.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};

use super::{Handle, on, wit};
use crate::component::{self, opening::add_opening};
use crate::linker::HalView;

/// Adds the interface `wasm-embedded:hal/adc`.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/adc@0.5.0")?;
    add_opening::<T, Handle>(&mut instance, "input")?;
    instance.func_wrap(
        "[method]input.resolution-bits",
        |mut store: StoreContextMut<'_, T>, (input,): (Resource<Handle>,)| {
            component::value(on(store.data_mut().hal(), input.rep(), |input| input.resolution_bits()))
        },
    )?;
    instance.func_wrap(
        "[method]input.read-raw",
        |mut store: StoreContextMut<'_, T>, (input,): (Resource<Handle>,)| {
            component::answer::<_, _, wit::Error>(on(store.data_mut().hal(), input.rep(), |input| input.read_raw()))
        },
    )?;
    instance.func_wrap(
        "[method]input.read-microvolts",
        |mut store: StoreContextMut<'_, T>, (input,): (Resource<Handle>,)| {
            component::answer::<_, _, wit::Error>(on(store.data_mut().hal(), input.rep(), |input| {
                input.read_microvolts()
            }))
        },
    )
}
