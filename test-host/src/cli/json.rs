//! `--json`: what every command tells programs, as one object a line. `docs/output.schema.json` is the schema of all of it.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use wasm_embedded_runtime::output::json_line;

use super::failure::Failure;
use super::print;

/// Whether this program was called with `--json`.
static IS_ON: AtomicBool = AtomicBool::new(false);

/// Has everything told as JSON from now on.
pub(super) fn turn_on() {
    IS_ON.store(true, Ordering::Relaxed);
}

/// Returns whether everything is told as JSON.
pub(super) fn is_on() -> bool {
    IS_ON.load(Ordering::Relaxed)
}

/// Tells what came of a command: an event with `--json`, and text without.
pub(super) fn answer(event: &str, fields: Value, text: &str) -> Result<(), Failure> {
    if is_on() { tell(event, fields) } else { print(text) }
}

/// Tells an event of a command, with `--json` or without.
pub(super) fn tell(event: &str, mut fields: Value) -> Result<(), Failure> {
    if let Some(fields) = fields.as_object_mut() {
        fields.insert("event".to_owned(), json!(event));
    }
    print(&json_line(&fields))
}

/// Tells an event beside the answer, with `--json` only. If nobody takes it, the answer finds out.
pub(super) fn also(event: &str, fields: Value) {
    if is_on() {
        let _ = tell(event, fields);
    }
}
