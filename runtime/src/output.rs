//! What a guest says while it runs, and who hears it.

mod capture;
mod console;
mod events;
pub mod outlet;
pub mod patience;

use std::io;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use wasm_embedded_host::log::Level;

pub use self::capture::{Capture, LogRecord};
pub use self::console::Console;
pub use self::events::{Events, GuestEvents, json_line};

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

impl Said<'_> {
    /// Returns how many bytes of output the guest brings about with this.
    fn guest_bytes(&self) -> u64 {
        let text = |text: &str| u64::try_from(text.len()).unwrap_or(u64::MAX).saturating_add(MESSAGE_BYTES);
        match self {
            Said::Stdout(bytes) | Said::Stderr(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Said::Log { target, message, .. } => text(target).saturating_add(text(message)),
            Said::Panic(message) | Said::Refused(message) => text(message),
            // The hardware's and the host's own.
            Said::Fault { .. } | Said::Dropped(_) => 0,
        }
    }
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
    quota: Arc<Quota>,
}

/// How much a guest may say: what it may fill of a disk.
struct Quota {
    bytes: u64,
    said: AtomicU64,
}

/// What a message of the log takes beside its text: time, level, and the names in JSON.
const MESSAGE_BYTES: u64 = 64;

impl Shared {
    /// Has at most so many bytes heard: `output-bytes` in `[limits]`.
    pub(crate) fn new(listener: Arc<Mutex<dyn Listener>>, output_bytes: u64) -> Shared {
        let quota = Arc::new(Quota { bytes: output_bytes, said: AtomicU64::new(0) });
        Shared { listener, failure: Arc::default(), quota }
    }

    pub(crate) fn hear(&self, at_ns: u64, said: Said<'_>) -> io::Result<()> {
        let bytes = said.guest_bytes();
        let before = self.quota.said.fetch_add(bytes, Relaxed);
        let after = before.saturating_add(bytes);
        if bytes == 0 || after <= self.quota.bytes {
            return self.tell(at_ns, said);
        }
        if before > self.quota.bytes {
            return Ok(());
        }
        let message = format!(
            "the guest has written {} bytes, and the rest is dropped: `output-bytes` in [limits] would raise the limit",
            self.quota.bytes
        );
        self.tell(at_ns, Said::Refused(&message))
    }

    fn tell(&self, at_ns: u64, said: Said<'_>) -> io::Result<()> {
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
