//! The functions, as core modules call them.

use wasmtime::{Caller, Linker, Result};

use super::look;
use crate::linker::HalView;
use crate::lowered::guest::enter_without_memory;

/// Adds the interface `wasm-embedded:hal/clock`, as core functions.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_lowered_to_linker<T: HalView>(linker: &mut Linker<T>) -> Result<()> {
    linker.func_wrap("wasm-embedded:hal/clock@0.5.0", "now-ns", |mut caller: Caller<'_, T>| {
        Ok(look(enter_without_memory(&mut caller)?)?)
    })?;
    Ok(())
}
