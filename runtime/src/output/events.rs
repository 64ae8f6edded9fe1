//! Writes what happens as JSON: one object a line.
//!
//! Every object has `event` and `at_ns`, the virtual time. The events are `stdout` and `stderr` (`text`), `log` (`level`,
//! `target`, `message`), `panic` (`message`), `refused` (`reason`), `fault` (`level`, `message`), `dropped` (`count`), `trace` (`text`),
//! `script` (`part`, `message`, `lenient`), `strike` (`fault`) when a fault of the board strikes, `report` (`buses`), `replay` (`message`, `diff`), `screenshot` (`device`, `file`) and, as the last one, `exit`: its `reason` is `exit`, `trap`, `limit` (with the key of the `limit`),
//! `timeout`, `stopped` or, for a fault of the host's own, `panic`, its `status` that of the program, and unless the guest ended by itself it has a `message`, and after a
//! trap or at a limit a `backtrace`. The command adds `warning`, `note` and `error` (`message`), which have no time;
//! `docs/output.schema.json` of the repository has all of them.
//!
//! Where there are several guests, what is about one of them has `guest`, its name, and there is an `exit` for each when it has ended;
//! what comes after the last one is about the board.
//!
//! Characters that could do something to a terminal are written as `\\u` escapes, as JSON allows everywhere.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::{Listener, Said, level_name};
use crate::escape::{self, Decoder};

/// Writes events to a writer.
#[derive(Debug)]
pub struct Events<W> {
    out: W,
    decoders: Decoders,
}

/// One of several guests whose events go to one writer. Each of them has `guest`, its name.
#[derive(Debug)]
pub struct GuestEvents<W> {
    events: Arc<Mutex<Events<W>>>,
    guest: String,
    decoders: Decoders,
}

/// What makes text of a guest's streams.
#[derive(Debug, Default)]
struct Decoders {
    stdout: Decoder,
    stderr: Decoder,
}

impl<W: Write> Events<W> {
    /// Creates the events over a writer.
    pub fn new(out: W) -> Events<W> {
        Events { out, decoders: Decoders::default() }
    }

    /// Writes one event with its own fields.
    ///
    /// # Errors
    ///
    /// Returns what the writer returns.
    pub fn event(&mut self, at_ns: u64, name: &str, fields: Value) -> io::Result<()> {
        let mut object = json!({ "event": name, "at_ns": at_ns });
        if let (Some(object), Value::Object(fields)) = (object.as_object_mut(), fields) {
            object.extend(fields);
        }
        // The line feed goes with its object: a reader never sees half of one.
        self.out.write_all(json_line(&object).as_bytes())?;
        self.out.flush()
    }
}

/// Returns a value as a line of its own, in which a terminal finds nothing to act on.
#[must_use]
pub fn json_line(value: &Value) -> String {
    format!("{}\n", escape::json(&value.to_string()))
}

impl<W: Write + Send> Listener for Events<W> {
    fn hear(&mut self, at_ns: u64, said: Said<'_>) -> io::Result<()> {
        let (name, fields) = self.decoders.event(said);
        self.event(at_ns, name, fields)
    }
}

impl Decoders {
    /// Returns the name of an event and its fields.
    fn event(&mut self, said: Said<'_>) -> (&'static str, Value) {
        match said {
            Said::Stdout(bytes) => ("stdout", json!({ "text": self.stdout.text(bytes) })),
            Said::Stderr(bytes) => ("stderr", json!({ "text": self.stderr.text(bytes) })),
            Said::Log { level, target, message } => {
                ("log", json!({ "level": level_name(level), "target": target, "message": message }))
            }
            Said::Panic(message) => ("panic", json!({ "message": message })),
            Said::Refused(reason) => ("refused", json!({ "reason": reason })),
            Said::Fault { level, message } => ("fault", json!({ "level": level_name(level), "message": message })),
            Said::Dropped(count) => ("dropped", json!({ "count": count })),
        }
    }
}

impl<W> GuestEvents<W> {
    /// Creates what writes the events of a guest.
    pub fn new(events: Arc<Mutex<Events<W>>>, guest: &str) -> GuestEvents<W> {
        GuestEvents { events, guest: guest.to_owned(), decoders: Decoders::default() }
    }
}

impl<W: Write + Send> Listener for GuestEvents<W> {
    fn hear(&mut self, at_ns: u64, said: Said<'_>) -> io::Result<()> {
        let (name, mut fields) = self.decoders.event(said);
        fields["guest"] = json!(self.guest);
        self.events.lock().unwrap_or_else(PoisonError::into_inner).event(at_ns, name, fields)
    }
}

#[cfg(test)]
mod tests {
    use wasm_embedded_host::log::Level;

    use super::{Events, Listener, Said};

    #[test]
    fn a_guest_cannot_write_a_line_of_its_own() {
        let mut out = Vec::new();
        let said = Said::Log { level: Level::Info, target: "", message: "a\"\n{\"event\":\"exit\"}\u{9b}\u{202e}" };
        Events::new(&mut out).hear(5, said).expect("writing to memory");
        let text = String::from_utf8(out).expect("JSON is text");
        assert_eq!(text.lines().count(), 1);
        let value: serde_json::Value = serde_json::from_str(&text).expect("one object");
        assert_eq!((value["event"].as_str(), value["at_ns"].as_u64()), (Some("log"), Some(5)));
        assert_eq!(value["message"].as_str(), Some("a\"\n{\"event\":\"exit\"}\u{9b}\u{202e}"));
        assert!(text.trim_end().chars().all(|char| char.is_ascii_graphic() || char == ' '), "{text}");
    }
}
