//! What a guest says while it runs.
#![expect(unsafe_code, reason = "calls a function of the caller's")]

use std::ffi::{c_char, c_void};
use std::io;

use wasm_embedded_host::log::Level;
use wasm_embedded_runtime::output::{Capture, Listener, Said};

use crate::device::Context;

/// What a message is.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeSaid {
    /// Bytes for the standard output.
    Stdout = 0,
    /// Bytes for the standard error.
    Stderr = 1,
    /// A message of the guest's log.
    Log = 2,
    /// Why the guest is about to trap.
    Panic = 3,
    /// The host refused something, in its own words.
    Refused = 4,
    /// Hardware failed, in the host's words.
    Fault = 5,
}

/// How important a message of the log is.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeLevel {
    /// Something failed.
    Error = 0,
    /// Something may fail.
    Warn = 1,
    /// What happens.
    Info = 2,
    /// For whoever writes the guest.
    Debug = 3,
    /// Everything.
    Trace = 4,
}

/// Something that a guest said, or the host about it. The texts are the guest's: they may hold anything, and do not end with a NUL.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct WeMessage {
    /// What it is.
    pub kind: WeSaid,
    /// How important it is.
    pub level: WeLevel,
    /// When it was said, in nanoseconds since the start.
    pub at_ns: u64,
    /// The part of the guest that a message of the log is from.
    pub target: *const c_char,
    /// How many bytes that is.
    pub target_len: usize,
    /// What was said.
    pub text: *const c_char,
    /// How many bytes that is.
    pub text_len: usize,
}

/// Hears a message while the guest runs, from a thread of the library.
pub(crate) type Hear = Option<unsafe extern "C" fn(context: *mut c_void, message: *const WeMessage)>;

/// Keeps what is said, and tells the caller.
pub(crate) struct Hearing {
    pub(crate) said: Capture,
    pub(crate) hear: Hear,
    pub(crate) context: Context,
}

impl Listener for Hearing {
    fn hear(&mut self, at_ns: u64, said: Said<'_>) -> io::Result<()> {
        if let Some(hear) = self.hear
            && let Some(message) = message(at_ns, said)
        {
            // SAFETY: the caller gave a function of this type with its context, and the message lives during the call.
            unsafe { hear(self.context.0, &raw const message) };
        }
        self.said.hear(at_ns, said)
    }
}

fn message(at_ns: u64, said: Said<'_>) -> Option<WeMessage> {
    let (kind, level, target, text) = match said {
        Said::Stdout(bytes) => (WeSaid::Stdout, Level::Info, "", bytes),
        Said::Stderr(bytes) => (WeSaid::Stderr, Level::Info, "", bytes),
        Said::Log { level, target, message } => (WeSaid::Log, level, target, message.as_bytes()),
        Said::Panic(message) => (WeSaid::Panic, Level::Error, "", message.as_bytes()),
        Said::Refused(reason) => (WeSaid::Refused, Level::Warn, "", reason.as_bytes()),
        Said::Fault { level, message } => (WeSaid::Fault, level, "", message.as_bytes()),
        // Whoever hears all this has seen that much was said.
        _ => return None,
    };
    let level = match level {
        Level::Error => WeLevel::Error,
        Level::Warn => WeLevel::Warn,
        Level::Info => WeLevel::Info,
        Level::Debug => WeLevel::Debug,
        Level::Trace => WeLevel::Trace,
    };
    let (target, target_len) = (target.as_ptr().cast(), target.len());
    Some(WeMessage { kind, level, at_ns, target, target_len, text: text.as_ptr().cast(), text_len: text.len() })
}
