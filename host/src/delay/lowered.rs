//! The functions, as core modules call them.

use wasmtime::{AsContextMut as _, Caller, Linker, Result};

use super::wait;
use crate::linker::HalView;
use crate::lowered::guest::enter_without_memory;

/// Adds the interface `wasm-embedded:hal/delay`, as core functions.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_lowered_to_linker<T: HalView>(linker: &mut Linker<T>) -> Result<()> {
    linker.func_wrap("wasm-embedded:hal/delay@0.5.0", "delay-ns", |mut caller: Caller<'_, T>, ns: u64| {
        wait(enter_without_memory(&mut caller)?, ns)?;
        T::waited(caller.as_context_mut());
        Ok(())
    })?;
    Ok(())
}
