//! What C hands over, read.
#![expect(unsafe_code, reason = "C hands over pointers")]

use std::ffi::{CStr, c_char};

use crate::result::Failure;

/// Reads text that ends with a NUL.
///
/// # Safety
///
/// `text` is null, or points to bytes that end with a NUL and do not change during the call.
pub(crate) unsafe fn text<'t>(text: *const c_char, what: &str) -> Result<&'t str, Failure> {
    if text.is_null() {
        return Err(Failure::argument(format!("{what} is a null pointer")));
    }
    // SAFETY: it is not null, and ends with a NUL, as the caller promises.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().map_err(|_| Failure::argument(format!("{what} is not UTF-8")))
}

/// Reads bytes of some length; none at all may come with a null pointer.
///
/// # Safety
///
/// `bytes` is null or points to `len` bytes that do not change during the call.
pub(crate) unsafe fn bytes<'b>(bytes: *const u8, len: usize, what: &str) -> Result<&'b [u8], Failure> {
    match (bytes.is_null(), len) {
        (_, 0) => Ok(&[]),
        (true, _) => Err(Failure::argument(format!("{what} is a null pointer"))),
        // SAFETY: it is not null, and there are as many bytes, as the caller promises.
        (false, len) => Ok(unsafe { std::slice::from_raw_parts(bytes, len) }),
    }
}

/// Returns what a pointer points to.
///
/// # Safety
///
/// `pointer` is null or points to a `T` that nobody changes during the call.
pub(crate) unsafe fn shared<'t, T>(pointer: *const T, what: &str) -> Result<&'t T, Failure> {
    // SAFETY: as the caller promises.
    unsafe { pointer.as_ref() }.ok_or_else(|| Failure::argument(format!("{what} is a null pointer")))
}

/// Returns what a pointer points to, to change it.
///
/// # Safety
///
/// `pointer` is null or points to a `T` that nobody else uses during the call.
pub(crate) unsafe fn unique<'t, T>(pointer: *mut T, what: &str) -> Result<&'t mut T, Failure> {
    // SAFETY: as the caller promises.
    unsafe { pointer.as_mut() }.ok_or_else(|| Failure::argument(format!("{what} is a null pointer")))
}
