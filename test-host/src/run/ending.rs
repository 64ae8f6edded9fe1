//! The ways in which a guest ends.

use std::fmt;
use std::io;

use wasm_embedded_host::{Interrupted, Reason};
use wasmtime::WasmBacktrace;
use wasmtime_wasi::I32Exit;

use crate::escape;

/// How a guest ended.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Exit {
    /// It returned, or exited with a status.
    Status(u8),
    /// It trapped, or was made to.
    Trap(Trap),
    /// Its virtual time was over.
    Timeout {
        /// Whether it was stopped for computing without end, while virtual time stood still.
        computing: bool,
    },
    /// Its output could not be written any more.
    OutputClosed(io::ErrorKind),
    /// It was stopped from outside.
    Stopped,
}

/// Why and where a guest trapped.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Trap {
    /// Why, in one line.
    pub reason: String,
    /// The guest's calls, the innermost first, a line or more each, without control characters.
    pub backtrace: Vec<String>,
}

impl Exit {
    /// Returns how a call of the guest ended. `computing` says that it was stopped for computing, `closed` why nobody listens
    /// to it.
    pub(super) fn of(result: wasmtime::Result<Result<(), ()>>, computing: bool, closed: Option<io::ErrorKind>) -> Exit {
        let error = match result {
            Ok(Ok(())) => return Exit::Status(0),
            Ok(Err(())) => return Exit::Status(1),
            Err(error) => error,
        };
        if let Some(I32Exit(status)) = error.downcast_ref() {
            return Exit::Status(u8::try_from(*status).unwrap_or(1));
        }
        if let Some(kind) = closed {
            return Exit::OutputClosed(kind);
        }
        match error.downcast_ref() {
            Some(Interrupted(Reason::Timeout)) => Exit::Timeout { computing },
            Some(Interrupted(_)) => Exit::Stopped,
            None => Exit::Trap(Trap::of(&error)),
        }
    }
}

impl Trap {
    fn of(error: &wasmtime::Error) -> Trap {
        let reason = error.root_cause().to_string();
        let reason = escape::line(reason.strip_prefix("wasm trap: ").unwrap_or(&reason));
        let frames = error.downcast_ref::<WasmBacktrace>().filter(|backtrace| !backtrace.frames().is_empty());
        let text = frames.map(WasmBacktrace::to_string).unwrap_or_default();
        // The first line only says that a backtrace follows.
        Trap { reason, backtrace: text.lines().skip(1).map(escape::line).collect() }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exit::Status(status) => write!(f, "the guest ended with status {status}"),
            Exit::Trap(trap) => write!(f, "the guest trapped: {}", trap.reason),
            Exit::Timeout { computing: false } => f.write_str("the guest's time is over"),
            Exit::Timeout { computing: true } => {
                f.write_str("the guest computed too long while simulated time stood still")
            }
            Exit::OutputClosed(kind) => write!(f, "the guest's output cannot be written: {kind}"),
            Exit::Stopped => f.write_str("the guest was stopped"),
        }
    }
}
