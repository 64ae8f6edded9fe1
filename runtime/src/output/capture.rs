//! Keeps what a guest says, for tests.

use std::io;

use wasm_embedded_host::log::Level;

use super::{Listener, Said};

/// Everything a guest said, by kind.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Capture {
    /// The standard output.
    pub stdout: Vec<u8>,
    /// The standard error.
    pub stderr: Vec<u8>,
    /// The log.
    pub log: Vec<LogRecord>,
    /// The messages of panics that did not go to the standard error.
    pub panics: Vec<String>,
    /// What the host refused, in its own words.
    pub refusals: Vec<String>,
    /// What the hardware could not do.
    pub faults: Vec<String>,
    /// How many messages were dropped.
    pub dropped: u64,
}

/// One message of the log.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct LogRecord {
    /// When it was said, in nanoseconds of virtual time.
    pub at_ns: u64,
    /// How important it is.
    pub level: Level,
    /// The part of the guest that it is from.
    pub target: String,
    /// The message.
    pub message: String,
}

impl Capture {
    /// Returns the standard output as text; what is none is replaced.
    #[must_use]
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Returns the standard error as text; what is none is replaced.
    #[must_use]
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Returns the messages of the log, one a line.
    #[must_use]
    pub fn log_text(&self) -> String {
        self.log.iter().map(|record| format!("{}\n", record.message)).collect()
    }
}

impl Listener for Capture {
    fn hear(&mut self, at_ns: u64, said: Said<'_>) -> io::Result<()> {
        match said {
            Said::Stdout(bytes) => self.stdout.extend_from_slice(bytes),
            Said::Stderr(bytes) => self.stderr.extend_from_slice(bytes),
            Said::Log { level, target, message } => {
                let (target, message) = (target.to_owned(), message.to_owned());
                self.log.push(LogRecord { at_ns, level, target, message });
            }
            Said::Panic(message) => self.panics.push(message.to_owned()),
            Said::Refused(reason) => self.refusals.push(reason.to_owned()),
            Said::Fault { message, .. } => self.faults.push(message.to_owned()),
            Said::Dropped(count) => self.dropped += count,
        }
        Ok(())
    }
}
