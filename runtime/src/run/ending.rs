//! The ways in which a guest ends.

use std::any::Any;
use std::fmt;
use std::io;

use wasm_embedded_host::{Interrupted, Reason};
use wasmtime::WasmBacktrace;
use wasmtime_wasi::I32Exit;

use super::breach::Breach;
use crate::escape;

/// How a guest ended. Whoever runs guests decides what each way means: a new one is a breaking change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Exit {
    /// It returned, or exited with a status.
    Status(u8),
    /// It trapped, or was made to.
    Trap(Trap),
    /// It ran into a limit of the policy.
    Limit {
        /// Which.
        breach: Breach,
        /// Where the guest was, as of a trap.
        backtrace: Vec<String>,
    },
    /// The time that the options gave it was over.
    Timeout,
    /// Its output could not be written any more.
    OutputClosed(io::ErrorKind),
    /// It was stopped from outside.
    Stopped,
    /// A part of the host panicked, with this message: a fault of the host's, and not of the guest.
    HostPanicked(String),
}

/// Why and where a guest trapped.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Trap {
    /// Why, in one line.
    pub reason: String,
    /// The guest's calls, the innermost first, a line or more each, without control characters. Those of Rust's run-time library
    /// around a panic and around `main` are left out, as in a backtrace of Rust's own; the others keep their numbers. Calls that repeat are
    /// there once, with a line that says how often.
    pub backtrace: Vec<String>,
}

impl Exit {
    /// Returns how a call of the guest ended. `breach` says for which limit of time it was stopped, `closed` why nobody listens
    /// to it.
    pub(super) fn of(
        result: wasmtime::Result<Result<(), ()>>,
        breach: Option<Breach>,
        closed: Option<io::ErrorKind>,
    ) -> Exit {
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
            Some(Interrupted(Reason::Timeout)) => breach.map_or(Exit::Timeout, |breach| Exit::limit(breach, &error)),
            Some(Interrupted(_)) => Exit::Stopped,
            None => match error.downcast_ref().copied().or_else(|| Breach::of(&error)) {
                Some(breach) => Exit::limit(breach, &error),
                None => Exit::Trap(Trap::of(&error)),
            },
        }
    }

    /// Returns how a guest ended in whose call the host panicked.
    pub(super) fn panicked(panic: &(dyn Any + Send)) -> Exit {
        let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Exit::HostPanicked(escape::line(text.unwrap_or("no reason given")))
    }

    fn limit(breach: Breach, error: &wasmtime::Error) -> Exit {
        Exit::Limit { breach, backtrace: backtrace(error) }
    }

    /// Returns the guest's calls when it was ended, the innermost first, if that is known.
    #[must_use]
    pub fn backtrace(&self) -> &[String] {
        match self {
            Exit::Trap(trap) => &trap.backtrace,
            Exit::Limit { backtrace, .. } => backtrace,
            _ => &[],
        }
    }
}

impl Trap {
    fn of(error: &wasmtime::Error) -> Trap {
        let reason = error.root_cause().to_string();
        let reason = escape::line(reason.strip_prefix("wasm trap: ").unwrap_or(&reason));
        Trap { reason, backtrace: backtrace(error) }
    }
}

fn backtrace(error: &wasmtime::Error) -> Vec<String> {
    let frames = error.downcast_ref::<WasmBacktrace>().filter(|backtrace| !backtrace.frames().is_empty());
    let text = frames.map(WasmBacktrace::to_string).unwrap_or_default();
    // The first line only says that a backtrace follows.
    let lines: Vec<&str> = text.lines().skip(1).collect();
    let own = super::backtrace::of_guest(&lines);
    super::recursion::folded(&own).iter().map(|line| escape::line(line)).collect()
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exit::Status(status) => write!(f, "the guest ended with status {status}"),
            Exit::Trap(trap) => write!(f, "the guest trapped: {}", trap.reason),
            Exit::Limit { breach, .. } => write!(f, "the guest was stopped at a limit: {breach}"),
            Exit::Timeout => f.write_str("the guest ran longer than its timeout"),
            Exit::OutputClosed(kind) => write!(f, "cannot write the guest's output: {kind}"),
            Exit::Stopped => f.write_str("the guest was stopped"),
            Exit::HostPanicked(message) => {
                write!(f, "the guest was stopped because the host panicked ({message}): please report this")
            }
        }
    }
}
