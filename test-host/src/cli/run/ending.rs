//! Tells how guests ended.

use std::io;
use std::time::Duration;

use super::output_format::OutputFormat;
use crate::cli::failure::Failure;
use crate::cli::signals::Signals;
use crate::cli::{note, status};
use wasm_embedded_policy::escape;
use wasm_embedded_runtime::run::{Ended, Exit};
use wasm_embedded_runtime::style::Style;

/// What tells how guests ended.
pub(super) struct ExitReporter<'v> {
    pub(super) output_format: &'v OutputFormat,
    pub(super) timeout: Option<Duration>,
    /// What kind of time the guests live in.
    pub(super) time: &'static str,
    /// What may have stopped them.
    pub(super) signals: &'v Signals,
}

impl ExitReporter<'_> {
    /// Tells how the only guest ended, unless it ended by itself.
    pub(super) fn of_one(&self, ended: &Ended) -> Result<(), Failure> {
        let message = self.message(&ended.exit);
        self.output_format.ended(None, ended, self.status(&ended.exit), message.as_deref())?;
        report(&ended.exit, message.as_deref());
        Ok(())
    }

    /// Tells how one of several guests ended, by its name.
    pub(super) fn of_several(&self, name: Option<&String>, ended: &Ended) {
        let name = name.map(String::as_str).unwrap_or_default();
        let message = self.message(&ended.exit);
        // A reader that is gone is noticed by the guests that go on.
        let _ = self.output_format.ended(Some(name), ended, self.status(&ended.exit), message.as_deref());
        match (self.output_format, message) {
            (OutputFormat::Console, None) => note(&format!("{}: {}\n", escape::line(name), ended.exit)),
            (_, message) => report(&ended.exit, message.map(|message| format!("{name}: {message}")).as_deref()),
        }
    }

    /// Says how the guest ended, unless it ended by itself.
    fn message(&self, exit: &Exit) -> Option<String> {
        match (exit, self.timeout, self.signals.name()) {
            (Exit::Status(_) | Exit::OutputClosed(io::ErrorKind::BrokenPipe), ..) => None,
            (Exit::Timeout, Some(timeout), _) => Some(format!("{exit} of {timeout:?} of {}", self.time)),
            (Exit::Stopped, _, Some(signal)) => Some(format!("{exit} by {signal}")),
            _ => Some(exit.to_string()),
        }
    }

    /// Returns the status that stands for how a guest ended.
    pub(super) fn status(&self, exit: &Exit) -> u8 {
        match exit {
            Exit::Status(status) => *status,
            Exit::Trap(_) => status::TRAP,
            Exit::Limit { .. } => status::LIMIT,
            Exit::Timeout => status::TIMEOUT,
            Exit::OutputClosed(io::ErrorKind::BrokenPipe) => status::PIPE,
            Exit::OutputClosed(_) | Exit::HostPanicked(_) => status::HOST,
            Exit::Stopped => self.signals.status(),
        }
    }
}

/// Tells a person.
fn report(exit: &Exit, message: Option<&str>) {
    let style = Style::of_stderr();
    if let Some(message) = message {
        note(&format!("{} {}\n", style.red("error:"), style.red(&escape::line(message))));
    }
    exit.backtrace().iter().for_each(|line| note(&format!("{line}\n")));
}
