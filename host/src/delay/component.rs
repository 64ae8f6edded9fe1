//! The functions, as components call them.

#[cfg(feature = "async")]
use alloc::boxed::Box;

use wasmtime::StoreContextMut;
use wasmtime::component::Linker;

use super::wait;
#[cfg(feature = "async")]
use crate::calls::TooMany;
use crate::linker::HalView;

/// Adds the interface `wasm-embedded:hal/delay`.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/delay@0.5.0")?;
    instance.func_wrap("delay-ns", |mut store: StoreContextMut<'_, T>, (ns,): (u64,)| {
        wait(store.data_mut().hal(), ns)?;
        T::waited(store);
        Ok(())
    })
}

/// Adds the interface `wasm-embedded:hal/delay-async`.
///
/// # Errors
///
/// Fails if the interface is there already.
#[cfg(feature = "async")]
pub fn add_async_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/delay-async@0.5.0")?;
    instance.func_wrap_concurrent("wait-ns", |accessor, (ns,): (u64,)| {
        Box::pin(async move {
            let (progress, _call, interrupt) = accessor.with(|mut access| -> wasmtime::Result<_> {
                let hal = access.data_mut().hal();
                hal.admission.interrupt.check()?;
                let call = hal.admission.begin_call().map_err(|_| TooMany)?;
                Ok((hal.delay.start(ns, &hal.admission.interrupt), call, hal.admission.interrupt.clone()))
            })?;
            progress.end().await;
            interrupt.check()?;
            Ok(())
        })
    })
}
