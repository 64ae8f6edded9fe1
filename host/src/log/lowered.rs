//! The functions, as core modules call them.

use core::str::from_utf8;

use wasmtime::{Caller, Linker, Result};

use super::{log, max_level, panicked, print, wit};
use crate::linker::HalView;
use crate::lowered::abi::{self, Allowance, List};
use crate::lowered::guest::enter;

/// The interface.
const LOG: &str = "wasm-embedded:hal/log@0.5.0";

/// Adds the interface `wasm-embedded:hal/log`, as core functions.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_lowered_to_linker<T: HalView>(linker: &mut Linker<T>) -> Result<()> {
    linker.func_wrap(LOG, "max-level", |mut caller: Caller<'_, T>, to: u32| {
        let (memory, hal) = enter(&mut caller)?;
        Ok(abi::put_optional(memory, to, max_level(hal)?)?)
    })?;
    linker.func_wrap(LOG, "log", message::<T>)?;
    linker.func_wrap(LOG, "panicked", |mut caller: Caller<'_, T>, at: u32, len: u32| {
        let (memory, hal) = enter(&mut caller)?;
        let text = abi::text(memory, List { at, len }, &mut Allowance::of(hal))?;
        hal.admission.interrupt.check()?;
        panicked(&mut *hal.admission.log, hal.admission.limits.text_bytes, from_utf8(text)?);
        Ok(())
    })?;
    linker.func_wrap(LOG, "print", |mut caller: Caller<'_, T>, at: u32, len: u32| {
        let (memory, hal) = enter(&mut caller)?;
        let text = abi::text(memory, List { at, len }, &mut Allowance::of(hal))?;
        hal.admission.interrupt.check()?;
        print(&mut *hal.admission.log, hal.admission.limits.text_bytes, from_utf8(text)?);
        Ok(())
    })?;
    Ok(())
}

fn message<T: HalView>(
    mut caller: Caller<'_, T>,
    level: u32,
    target_at: u32,
    target_len: u32,
    at: u32,
    len: u32,
) -> Result<()> {
    let (memory, hal) = enter(&mut caller)?;
    let level: wit::Level = abi::case(level)?;
    let mut allowance = Allowance::of(hal);
    let target = abi::text(memory, List { at: target_at, len: target_len }, &mut allowance)?;
    let text = abi::text(memory, List { at, len }, &mut allowance)?;
    hal.admission.interrupt.check()?;
    if hal.admission.log.max_level() >= Some(level.into()) {
        let (target, text) = (from_utf8(target)?, from_utf8(text)?);
        log(&mut *hal.admission.log, hal.admission.limits.text_bytes, level.into(), target, text);
    }
    Ok(())
}
