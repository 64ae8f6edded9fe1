//! What calls return, and why they failed in words.
#![expect(unsafe_code, reason = "C hands over pointers, and names are not mangled")]

use std::error::Error;
use std::ffi::{CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a call of the library returns.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeResult {
    /// It did what it says.
    Ok = 0,
    /// An argument is a null pointer, or text that is not UTF-8.
    Argument = 1,
    /// A file cannot be read.
    File = 2,
    /// The policy is refused, has no such label, or what stands behind one cannot be opened.
    Policy = 3,
    /// The component cannot be loaded or linked.
    Component = 4,
    /// A fault of the library's own: please report it.
    Internal = 5,
}

/// Why a call failed.
pub(crate) struct Failure {
    result: WeResult,
    message: String,
}

impl Failure {
    /// Makes a failure of an error and its causes.
    pub(crate) fn new(result: WeResult, error: &dyn Error) -> Failure {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            message += ": ";
            message += &error.to_string();
            cause = error.source();
        }
        Failure { result, message }
    }

    /// Makes a failure to read a file.
    pub(crate) fn of_file(path: &str, error: &std::io::Error) -> Failure {
        Failure { result: WeResult::File, message: format!("cannot read {path}: {error}") }
    }

    /// Makes a failure of an argument.
    pub(crate) fn argument(message: impl Into<String>) -> Failure {
        Failure { result: WeResult::Argument, message: message.into() }
    }
}

/// Returns text for C, which we_string_free() frees. A NUL within it ends it.
pub(crate) fn to_c(text: &str) -> *mut c_char {
    let bytes: Vec<u8> = text.bytes().take_while(|byte| *byte != 0).collect();
    CString::new(bytes).unwrap_or_default().into_raw()
}

/// Does the work of a call: a failure goes to `why`, if the caller wants to know, and a panic ends here.
pub(crate) fn guarded(why: *mut *mut c_char, body: impl FnOnce() -> Result<(), Failure>) -> WeResult {
    let done = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| {
        let message = "the library panicked: please report this".to_owned();
        Err(Failure { result: WeResult::Internal, message })
    });
    let (result, text) = match done {
        Ok(()) => (WeResult::Ok, std::ptr::null_mut()),
        Err(failure) => (failure.result, if why.is_null() { std::ptr::null_mut() } else { to_c(&failure.message) }),
    };
    if !why.is_null() {
        // SAFETY: the caller hands over null or a place for a pointer.
        unsafe { why.write(text) };
    }
    result
}

/// Returns what a body returns, or `otherwise` if it panics.
pub(crate) fn or<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(otherwise)
}

/// Frees text that the library returned. A null pointer is nothing to free.
///
/// # Safety
///
/// `text` is null, or text that a function of this library returned and that was not freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn we_string_free(text: *mut c_char) {
    or((), || {
        if !text.is_null() {
            // SAFETY: `to_c` made it, as the caller promises.
            drop(unsafe { CString::from_raw(text) });
        }
    });
}

/// Returns the version of the library: "0.5.0". It is not to be freed.
#[unsafe(no_mangle)]
pub extern "C" fn we_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}
