//! The guest's log and standard output.

#[cfg(feature = "component")]
mod component;
mod lowered;

use crate::ctx::HalCtx;
use crate::interrupt::Interrupted;
use crate::limits::size;
use crate::refusal::Refusal;
use crate::wit::log as wit;

#[cfg(feature = "component")]
pub use self::component::add_to_linker;
pub use self::lowered::add_lowered_to_linker;

/// How important a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Something failed.
    Error,
    /// Something looks wrong.
    Warn,
    /// What an operator wants to see.
    Info,
    /// What a developer wants to see.
    Debug,
    /// Everything.
    Trace,
}

/// Where a guest's messages go. All text is the guest's: escape it before it reaches a terminal or a file.
pub trait Log: Send {
    /// Returns the least important level that is kept.
    fn max_level(&self) -> Option<Level>;

    /// Takes one message.
    fn log(&mut self, level: Level, target: &str, message: &str);

    /// Takes the message of a guest that is about to trap.
    fn panicked(&mut self, message: &str);

    /// Takes text for the guest's standard output.
    fn print(&mut self, text: &str);

    /// Is told what the host refused the guest.
    fn refused(&mut self, _refusal: &Refusal<'_>) {}

    /// Returns the time in nanoseconds, from any point on, by which the rate of messages is bounded. Without a clock it is not.
    fn now_ns(&self) -> Option<u64> {
        None
    }

    /// Is told how many messages were dropped since the last one, because there were too many.
    fn dropped(&mut self, _messages: u64) {}
}

/// A log that keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Log for Silent {
    fn max_level(&self) -> Option<Level> {
        None
    }

    fn log(&mut self, _level: Level, _target: &str, _message: &str) {}

    fn panicked(&mut self, _message: &str) {}

    fn print(&mut self, _text: &str) {}
}

impl From<wit::Level> for Level {
    fn from(level: wit::Level) -> Level {
        match level {
            wit::Level::Error => Level::Error,
            wit::Level::Warn => Level::Warn,
            wit::Level::Info => Level::Info,
            wit::Level::Debug => Level::Debug,
            wit::Level::Trace => Level::Trace,
        }
    }
}

impl From<Level> for wit::Level {
    fn from(level: Level) -> wit::Level {
        match level {
            Level::Error => wit::Level::Error,
            Level::Warn => wit::Level::Warn,
            Level::Info => wit::Level::Info,
            Level::Debug => wit::Level::Debug,
            Level::Trace => wit::Level::Trace,
        }
    }
}

/// Returns the least important level that is kept.
fn max_level(hal: &mut HalCtx) -> Result<Option<wit::Level>, Interrupted> {
    hal.admission.interrupt.check()?;
    Ok(hal.admission.log.max_level().map(wit::Level::from))
}

/// Hands the log a message that is kept.
fn log(log: &mut dyn Log, limit: u32, level: Level, target: &str, message: &str) {
    log.log(level, cut(target, limit), cut(message, limit));
}

/// Hands the log the message of a guest that is about to trap.
fn panicked(log: &mut dyn Log, limit: u32, message: &str) {
    log.panicked(cut(message, limit));
}

/// Hands the log text of the guest's standard output.
fn print(log: &mut dyn Log, limit: u32, text: &str) {
    log.print(cut(text, limit));
}

/// Returns the beginning of a text, at most `limit` bytes and whole characters.
fn cut(text: &str, limit: u32) -> &str {
    text.get(..text.floor_char_boundary(size(limit))).unwrap_or_default()
}
