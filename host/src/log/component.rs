//! The functions, as components call them.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, WasmStr};

use super::{Log, max_level, panicked, print, wit};
use crate::linker::HalView;

/// Adds the interface `wasm-embedded:hal/log`.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/log@0.5.0")?;
    instance.func_wrap("max-level", |mut store: StoreContextMut<'_, T>, (): ()| {
        Ok((max_level(store.data_mut().hal())?,))
    })?;
    instance.func_wrap(
        "log",
        |mut store: StoreContextMut<'_, T>, (level, target, message): (wit::Level, WasmStr, WasmStr)| {
            with_log(&mut store, |store, log, limit| {
                if log.max_level() >= Some(level.into()) {
                    super::log(log, limit, level.into(), &target.to_str(store)?, &message.to_str(store)?);
                }
                Ok(())
            })
        },
    )?;
    instance.func_wrap("panicked", |mut store: StoreContextMut<'_, T>, (message,): (WasmStr,)| {
        with_log(&mut store, |store, log, limit| {
            panicked(log, limit, &message.to_str(store)?);
            Ok(())
        })
    })?;
    instance.func_wrap("print", |mut store: StoreContextMut<'_, T>, (text,): (WasmStr,)| {
        with_log(&mut store, |store, log, limit| {
            print(log, limit, &text.to_str(store)?);
            Ok(())
        })
    })
}

/// Calls `f` with the log and the limit of a text's bytes.
fn with_log<T: HalView>(
    store: &mut StoreContextMut<'_, T>,
    f: impl FnOnce(&StoreContextMut<'_, T>, &mut dyn Log, u32) -> wasmtime::Result<()>,
) -> wasmtime::Result<()> {
    let hal = store.data_mut().hal();
    hal.admission.interrupt.check()?;
    let limit = hal.admission.limits.text_bytes;
    let mut log = hal.log_out();
    let result = f(store, &mut *log, limit);
    store.data_mut().hal().admission.log = log;
    result
}
