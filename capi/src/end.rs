//! How a run ended, and what was said.
#![expect(unsafe_code, reason = "C hands over pointers, and names are not mangled")]

use std::ffi::{CString, c_char};
use std::ptr;

use wasm_embedded_runtime::output::Capture;
use wasm_embedded_runtime::run::{Ended, Exit};

use crate::result::or;

/// In which way a guest ended.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeEnding {
    /// It returned, or exited with the status that we_end_status() returns.
    Status = 0,
    /// It trapped: a panic is a trap.
    Trap = 1,
    /// It ran into a limit of the policy.
    Limit = 2,
    /// Its time was over.
    Timeout = 3,
    /// we_stop_request() stopped it.
    Stopped = 4,
    /// The host failed: what it says is worth a report.
    Host = 5,
}

/// How a run ended. Texts live as long as it.
#[derive(Debug)]
pub struct WeEnd {
    ending: WeEnding,
    status: u8,
    at_ns: u64,
    message: CString,
    log: CString,
    said: Capture,
}

impl WeEnd {
    pub(crate) fn new(ended: &Ended, said: Capture) -> WeEnd {
        let (ending, status) = match &ended.exit {
            Exit::Status(status) => (WeEnding::Status, *status),
            Exit::Trap(_) => (WeEnding::Trap, 0),
            Exit::Limit { .. } => (WeEnding::Limit, 0),
            Exit::Timeout => (WeEnding::Timeout, 0),
            Exit::Stopped => (WeEnding::Stopped, 0),
            Exit::OutputClosed(_) | Exit::HostPanicked(_) => (WeEnding::Host, 0),
        };
        let lines = ended.exit.backtrace().iter().map(String::as_str);
        let message = std::iter::once(ended.exit.to_string().as_str()).chain(lines).collect::<Vec<_>>().join("\n");
        let panics = said.panics.iter().map(|text| format!("panic: {text}\n"));
        let told = said.refusals.iter().chain(&said.faults).map(|text| format!("host: {text}\n"));
        let logged = said.log.iter().map(|record| format!("{}: {}\n", record.target, record.message));
        let log: String = logged.chain(told).chain(panics).collect();
        WeEnd { ending, status, at_ns: ended.at_ns, message: text(&message), log: text(&log), said }
    }
}

/// Returns text for C: what stands behind a NUL is left out.
fn text(text: &str) -> CString {
    CString::new(text.bytes().take_while(|byte| *byte != 0).collect::<Vec<_>>()).unwrap_or_default()
}

/// Reads an end, or returns something else for a null pointer.
///
/// # Safety
///
/// `end` is null, or was made by this library and not freed.
unsafe fn of<T>(end: *const WeEnd, otherwise: T, read: impl FnOnce(&WeEnd) -> T) -> T {
    // SAFETY: as the caller promises.
    match unsafe { end.as_ref() } {
        Some(end) => read(end),
        None => otherwise,
    }
}

/// Returns in which way the guest ended.
///
/// # Safety
///
/// `end` is null, or was made by this library and not freed. The same goes for the functions below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_end_ending(end: *const WeEnd) -> WeEnding {
    // SAFETY: as the caller promises.
    unsafe { of(end, WeEnding::Host, |end| end.ending) }
}

/// Returns the guest's own status: 0 for success.
///
/// # Safety
///
/// The same as for we_end_ending().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_end_status(end: *const WeEnd) -> u8 {
    // SAFETY: as the caller promises.
    unsafe { of(end, 0, |end| end.status) }
}

/// Returns when it ended, in nanoseconds since the start: virtual time in simulation.
///
/// # Safety
///
/// The same as for we_end_ending().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_end_at_ns(end: *const WeEnd) -> u64 {
    // SAFETY: as the caller promises.
    unsafe { of(end, 0, |end| end.at_ns) }
}

/// Returns in words how it ended, and where a guest that trapped was: a line each.
///
/// # Safety
///
/// The same as for we_end_ending().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_end_message(end: *const WeEnd) -> *const c_char {
    // SAFETY: as the caller promises.
    unsafe { of(end, c"".as_ptr(), |end| end.message.as_ptr()) }
}

/// Returns the guest's log, then what the host refused and what failed: a line each.
///
/// # Safety
///
/// The same as for we_end_ending().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_end_log(end: *const WeEnd) -> *const c_char {
    // SAFETY: as the caller promises.
    unsafe { of(end, c"".as_ptr(), |end| end.log.as_ptr()) }
}

/// Returns what the guest wrote to its standard output, and how many bytes that is. It does not end with a NUL, and may hold some.
///
/// # Safety
///
/// The same as for we_end_ending(); `len` is null or a place for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_end_stdout(end: *const WeEnd, len: *mut usize) -> *const u8 {
    // SAFETY: as the caller promises.
    unsafe { written(end, |end| &end.said.stdout, len) }
}

/// Returns what the guest wrote to its standard error, as we_end_stdout() does.
///
/// # Safety
///
/// The same as for we_end_stdout().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_end_stderr(end: *const WeEnd, len: *mut usize) -> *const u8 {
    // SAFETY: as the caller promises.
    unsafe { written(end, |end| &end.said.stderr, len) }
}

/// Returns where bytes are, and how many.
///
/// # Safety
///
/// The same as for we_end_stdout().
unsafe fn written(end: *const WeEnd, which: impl FnOnce(&WeEnd) -> &[u8], len: *mut usize) -> *const u8 {
    // SAFETY: as the caller promises.
    let bytes = unsafe { end.as_ref() }.map(which).unwrap_or_default();
    if !len.is_null() {
        // SAFETY: as the caller promises.
        unsafe { len.write(bytes.len()) };
    }
    if bytes.is_empty() { ptr::null() } else { bytes.as_ptr() }
}

/// Frees an end. A null pointer is nothing to free.
///
/// # Safety
///
/// The same as for we_end_ending(), and nobody uses its texts any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_end_free(end: *mut WeEnd) {
    or((), || {
        if !end.is_null() {
            // SAFETY: `we_run` made it, as the caller promises.
            drop(unsafe { Box::from_raw(end) });
        }
    });
}
