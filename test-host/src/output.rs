//! What a guest says while it runs, and who hears it.

mod capture;
mod console;
mod events;

use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use wasm_embedded_host::log::Level;

pub use self::capture::{Capture, LogRecord};
pub use self::console::Console;
pub use self::events::Events;

/// Something a guest said, or the host said about it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Said<'a> {
    /// Bytes for the standard output.
    Stdout(&'a [u8]),
    /// Bytes for the standard error.
    Stderr(&'a [u8]),
    /// A message for the log.
    Log {
        /// How important it is.
        level: Level,
        /// The part of the guest that it is from.
        target: &'a str,
        /// The message.
        message: &'a str,
    },
    /// Why the guest is about to trap: the message of its panic.
    Panic(&'a str),
    /// The host refused something; the guest was not told the reason.
    Refused(&'a str),
    /// Hardware failed, or cannot do what the guest asked for; the guest was only told the kind of error.
    Fault {
        /// How bad it is.
        level: Level,
        /// Which label and device, what was being done, and what it means.
        message: &'a str,
    },
    /// Messages were dropped, since there were too many.
    Dropped(u64),
}

/// Hears what a guest says. All of it is the guest's text: it may hold anything.
pub trait Listener: Send {
    /// Takes what was said at a virtual time.
    ///
    /// # Errors
    ///
    /// Nobody can be told any more. The guest is then stopped.
    fn hear(&mut self, at_ns: u64, said: Said<'_>) -> io::Result<()>;
}

/// A listener for several speakers, and what became of it.
#[derive(Clone)]
pub(crate) struct Shared {
    listener: Arc<Mutex<dyn Listener>>,
    failure: Arc<OnceLock<io::ErrorKind>>,
}

impl Shared {
    pub(crate) fn new(listener: Arc<Mutex<dyn Listener>>) -> Shared {
        Shared { listener, failure: Arc::default() }
    }

    pub(crate) fn hear(&self, at_ns: u64, said: Said<'_>) -> io::Result<()> {
        let heard = self.listener.lock().unwrap_or_else(PoisonError::into_inner).hear(at_ns, said);
        heard.inspect_err(|error| {
            // Only the first failure counts.
            let _ = self.failure.set(error.kind());
        })
    }

    /// Returns why nobody listens any more, if so.
    pub(crate) fn failure(&self) -> Option<io::ErrorKind> {
        self.failure.get().copied()
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

/// Returns the name of a level.
fn level_name(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warn",
        Level::Info => "info",
        Level::Debug => "debug",
        Level::Trace => "trace",
    }
}
