//! Stopping a guest from another thread.
#![expect(unsafe_code, reason = "C hands over pointers, and names are not mangled")]

use wasm_embedded_host::{Interrupt, Reason};

use crate::result::or;

/// What stops one run, from any thread.
#[derive(Debug, Default)]
pub struct WeStop(pub(crate) Interrupt);

/// Makes a stop for one run.
#[unsafe(no_mangle)]
pub extern "C" fn we_stop_new() -> *mut WeStop {
    or(std::ptr::null_mut(), || Box::into_raw(Box::default()))
}

/// Stops the run that was started with it, within 50 ms, or the next one that is. May be called from any thread, and from a callback.
///
/// # Safety
///
/// `stop` is null, or was made by we_stop_new() and not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_stop_request(stop: *const WeStop) {
    or((), || {
        // SAFETY: it is null or lives, as the caller promises.
        if let Some(stop) = unsafe { stop.as_ref() } {
            stop.0.request(Reason::Killed);
        }
    });
}

/// Frees a stop, once no thread uses it any more. The run may still go on.
///
/// # Safety
///
/// `stop` is null, or was made by we_stop_new() and not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_stop_free(stop: *mut WeStop) {
    or((), || {
        if !stop.is_null() {
            // SAFETY: `we_stop_new` made it, as the caller promises.
            drop(unsafe { Box::from_raw(stop) });
        }
    });
}
