//! `[limits]`: each row of the table is a key.

use super::reader::{Table, Value};
use crate::model::{LIMITS, Limit, Limits};

/// Reads `[limits]`.
pub(crate) fn read_limits(table: &Table<'_>) -> Limits {
    let mut limits = Limits::default();
    for limit in &LIMITS {
        if let Some(value) = table.get(limit.key).and_then(|value| read(&value, limit)) {
            // The value is one that the row allows.
            let _ = limits.state(limit.key, value);
        }
    }
    limits
}

fn read(value: &Value<'_>, limit: &Limit) -> Option<u64> {
    match value.as_text() {
        Some(_) if limit.can_be_off => value.choice(&[("off", 0)]),
        _ => value.integer(limit.range.clone()),
    }
}
