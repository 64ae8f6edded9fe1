//! Running a component.
#![expect(unsafe_code, reason = "C hands over pointers, and names are not mangled")]

use std::ffi::{c_char, c_void};
use std::fs;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::engine::EngineOptions;
use wasm_embedded_runtime::output::Capture;
use wasm_embedded_runtime::program::Program;
use wasm_embedded_runtime::run::{self, RunOptions};
use wasm_embedded_runtime::trust::Trust;

use crate::device::Context;
use crate::end::WeEnd;
use crate::hearing::{Hearing, WeMessage};
use crate::host::WeHost;
use crate::memory::{bytes, shared, text, unique};
use crate::result::{Failure, WeResult, guarded};
use crate::stop::WeStop;

/// How a component is run. All zeros are the defaults.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct WeOptions {
    /// The time after which the guest is stopped, in nanoseconds: virtual time in simulation. 0 is never.
    pub timeout_ns: u64,
    /// Where the guest's random numbers come from.
    pub seed: u64,
    /// What stops the run from another thread, or null.
    pub stop: *const WeStop,
    /// Hears what the guest says while it runs, from a thread of the library, or null. we_end_stdout() and we_end_log() have it afterwards too.
    pub hear: Option<unsafe extern "C" fn(context: *mut c_void, message: *const WeMessage)>,
    /// Handed to `hear`.
    pub hear_context: *mut c_void,
}

/// Runs a component, or a core module for wasm-embedded:hal, until it ends. Several runs may use one host, also at the same time if its
/// tables allow. A guest that fails is no failure of this call: `*end` says how it ended, and is to be freed with we_end_free().
///
/// # Safety
///
/// `host` is null or lives; there are `len` bytes at `component`; `options` is null, for the defaults, or lives during the call with what it
/// points to; `end` and `why` are null or places for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_run(
    host: *const WeHost,
    component: *const u8,
    len: usize,
    options: *const WeOptions,
    end: *mut *mut WeEnd,
    why: *mut *mut c_char,
) -> WeResult {
    guarded(why, || {
        // SAFETY: as the caller promises.
        let (host, component, end) =
            unsafe { (shared(host, "host")?, bytes(component, len, "component")?, unique(end, "end")?) };
        // SAFETY: as the caller promises.
        let ended = unsafe { run(host, component, options.as_ref()) }?;
        *end = Box::into_raw(Box::new(ended));
        Ok(())
    })
}

/// Runs a component from a file, as we_run() does.
///
/// # Safety
///
/// The same as for we_run(); `path` ends with a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_run_file(
    host: *const WeHost,
    path: *const c_char,
    options: *const WeOptions,
    end: *mut *mut WeEnd,
    why: *mut *mut c_char,
) -> WeResult {
    guarded(why, || {
        // SAFETY: as the caller promises.
        let (host, path, end) = unsafe { (shared(host, "host")?, text(path, "path")?, unique(end, "end")?) };
        let component = fs::read(path).map_err(|error| Failure::of_file(path, &error))?;
        // SAFETY: as the caller promises.
        let ended = unsafe { run(host, &component, options.as_ref()) }?;
        *end = Box::into_raw(Box::new(ended));
        Ok(())
    })
}

/// Runs a component.
///
/// # Safety
///
/// What the options point to lives.
unsafe fn run(host: &WeHost, component: &[u8], options: Option<&WeOptions>) -> Result<WeEnd, Failure> {
    let refused = |error: &dyn std::error::Error| Failure::new(WeResult::Component, error);
    let adapted = match wasm_embedded_adapt::family(component).map_err(|error| refused(&error))? {
        Some(_) => Some(wasm_embedded_adapt::adapt(component).map_err(|error| refused(&error))?.component),
        None => None,
    };
    let component = adapted.as_deref().unwrap_or(component);
    let policy = &host.policy;
    let program = Program::load(component, EngineOptions::of(policy), &Trust::default());
    let program = program.map_err(|error| refused(&error))?;
    let mut board = Board::new(policy).map_err(|error| Failure::new(WeResult::Policy, &error))?;
    host.equip(&mut board)?;
    let mut run_options = RunOptions::default();
    let (mut hear, mut context) = (None, Context(std::ptr::null_mut()));
    if let Some(options) = options {
        run_options.timeout = (options.timeout_ns > 0).then(|| Duration::from_nanos(options.timeout_ns));
        run_options.seed = options.seed;
        // SAFETY: it is null or lives, as the caller promises.
        run_options.stop = unsafe { options.stop.as_ref() }.map(|stop| stop.0.clone());
        (hear, context) = (options.hear, Context(options.hear_context));
    }
    let hearing = Arc::new(Mutex::new(Hearing { said: Capture::default(), hear, context }));
    let ended = run::run(&program, &mut board, policy, &run_options, hearing.clone());
    let ended = ended.map_err(|error| refused(&error))?;
    let said = std::mem::take(&mut hearing.lock().unwrap_or_else(PoisonError::into_inner).said);
    Ok(WeEnd::new(&ended, said))
}
