//! The functions, as components call them.

use wasmtime::StoreContextMut;
use wasmtime::component::Linker;

use super::look;
use crate::linker::HalView;

/// Adds the interface `wasm-embedded:hal/clock`.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/clock@0.5.0")?;
    instance.func_wrap("now-ns", |mut store: StoreContextMut<'_, T>, (): ()| Ok((look(store.data_mut().hal())?,)))
}
