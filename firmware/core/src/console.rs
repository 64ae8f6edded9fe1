//! The log: lines of the firmware, and of guests.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt::{self, Write as _};

use wasm_embedded_host::Refusal;
use wasm_embedded_host::log::{Level, Log};
use wasm_embedded_policy::LogLevel;

use crate::board::{Board, World};

const NS_PER_S: u64 = 1_000_000_000;
const NS_PER_US: u64 = 1_000;

/// Writes a line of the firmware.
pub fn say(board: &dyn Board, text: fmt::Arguments<'_>) {
    // The line's writer never fails.
    let _ = writeln!(Writer(board), "firmware: {text}");
}

/// The board's log as a writer.
struct Writer<'a>(&'a dyn Board);

impl fmt::Write for Writer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text);
        Ok(())
    }
}

/// The log of one guest.
pub(crate) struct GuestLog {
    pub(crate) board: &'static dyn Board,
    pub(crate) world: Arc<dyn World>,
    pub(crate) name: Arc<str>,
    /// The least important messages that are kept.
    pub(crate) level: LogLevel,
    /// What was printed of a line that is not complete.
    pub(crate) printed: String,
}

/// The longest line of a guest's output that waits for its end.
const LONGEST_LINE: usize = 256;

impl GuestLog {
    fn line(&self, level: &str, text: fmt::Arguments<'_>) {
        let now_ns = self.world.now_ns();
        let (seconds, micros) = (now_ns / NS_PER_S, now_ns % NS_PER_S / NS_PER_US);
        let _ = writeln!(Writer(self.board), "{} [{seconds:5}.{micros:06}] {level} {text}", self.name);
    }
}

impl Log for GuestLog {
    fn max_level(&self) -> Option<Level> {
        match self.level {
            LogLevel::Off => None,
            LogLevel::Error => Some(Level::Error),
            LogLevel::Warn => Some(Level::Warn),
            LogLevel::Info => Some(Level::Info),
            LogLevel::Debug => Some(Level::Debug),
            LogLevel::Trace => Some(Level::Trace),
        }
    }

    fn log(&mut self, level: Level, target: &str, message: &str) {
        let level = match level {
            Level::Error => "error",
            Level::Warn => "warn ",
            Level::Info => "info ",
            Level::Debug => "debug",
            Level::Trace => "trace",
        };
        self.line(level, format_args!("{}: {}", Plain(target), Plain(message)));
    }

    fn panicked(&mut self, message: &str) {
        self.line("panic", format_args!("{}", Plain(message)));
    }

    fn print(&mut self, text: &str) {
        for part in text.split_inclusive('\n') {
            self.printed.push_str(part);
            if self.printed.ends_with('\n') || self.printed.len() > LONGEST_LINE {
                self.line("print", format_args!("{}", Plain(self.printed.trim_end_matches('\n'))));
                self.printed.clear();
            }
        }
    }

    fn refused(&mut self, refusal: &Refusal<'_>) {
        self.line("warn ", format_args!("refused: {refusal}"));
    }

    fn now_ns(&self) -> Option<u64> {
        Some(self.world.now_ns())
    }

    fn dropped(&mut self, messages: u64) {
        self.line("warn ", format_args!("{messages} messages dropped: too many (`log-messages-per-s` in [limits])"));
    }
}

/// A guest's text without control characters, which could pretend to be a line of somebody else.
struct Plain<'a>(&'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, part) in self.0.split(char::is_control).enumerate() {
            if number > 0 {
                f.write_char(' ')?;
            }
            f.write_str(part)?;
        }
        Ok(())
    }
}
