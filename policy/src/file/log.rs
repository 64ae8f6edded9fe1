//! `[log]`: what is kept of the guest's log.

use super::reader::Table;
use super::schema::Key;
use crate::model::{LOG_LEVELS, LogLevel};

/// The keys of `[log]`.
pub(crate) const KEYS: [Key; 1] = [Key::choice(
    "level",
    &["off", "error", "warn", "info", "debug", "trace"],
    "the least urgent messages that are kept",
)];

/// Reads the level of `[log]`, if there is one.
pub(crate) fn read_log(table: Table<'_>) -> Option<LogLevel> {
    let level = table.get("level").and_then(|value| value.choice(&LOG_LEVELS));
    table.finish();
    level
}
