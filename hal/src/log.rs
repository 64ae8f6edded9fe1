//! The guest's log: a back end of the `log` crate.

use core::fmt::Write as _;

use ::log::{LevelFilter, Log, Metadata, Record};

use crate::bindings::wasm_embedded::hal::log as host;
use crate::print::Chunks;

/// Sends records to the host, which filters, escapes and stores them.
///
/// A message longer than 128 bytes becomes several records.
#[derive(Clone, Copy, Debug)]
pub struct HostLog;

/// Makes the host's log the one of this guest, at the level that the host keeps.
///
/// Does nothing if another logger was set before.
pub fn init() {
    static LOG: HostLog = HostLog;
    if ::log::set_logger(&LOG).is_ok() {
        ::log::set_max_level(max_level());
    }
}

/// Returns the level that the host keeps.
fn max_level() -> LevelFilter {
    match host::max_level() {
        None => LevelFilter::Off,
        Some(host::Level::Error) => LevelFilter::Error,
        Some(host::Level::Warn) => LevelFilter::Warn,
        Some(host::Level::Info) => LevelFilter::Info,
        Some(host::Level::Debug) => LevelFilter::Debug,
        Some(host::Level::Trace) => LevelFilter::Trace,
    }
}

impl Log for HostLog {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= ::log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let level = host_level(record.level());
        let mut chunks = Chunks::new(|message| host::log(level, record.target(), message));
        // The writer never fails; a `Display` that does loses its own text only.
        let _ = chunks.write_fmt(*record.args());
        chunks.finish();
    }

    fn flush(&self) {}
}

/// Converts a level for the host.
fn host_level(level: ::log::Level) -> host::Level {
    match level {
        ::log::Level::Error => host::Level::Error,
        ::log::Level::Warn => host::Level::Warn,
        ::log::Level::Info => host::Level::Info,
        ::log::Level::Debug => host::Level::Debug,
        ::log::Level::Trace => host::Level::Trace,
    }
}
