//! The settings of a scripted part on a serial port.

use wasm_embedded_sim::parts::scripted::{UartEnding, UartStep};

use super::script::{missing, read_all, read_bytes};
use super::{LAST_MS, NS_PER_MS, Script};
use crate::reader::{Table, Value};

/// Reads the steps and the ending.
pub(super) fn read(table: &Table<'_>) -> Option<Script> {
    let endings = [("silent", UartEnding::Silent), ("repeat", UartEnding::Repeat), ("hang-up", UartEnding::HangUp)];
    let ending = table.get("then").map_or(Some(UartEnding::Silent), |value| value.choice(&endings));
    let Some(steps) = table.get("steps") else {
        return missing(table, "`steps = [{ expect = \"AT\\r\", after-ms = 5, send = \"OK\\r\\n\" }]`");
    };
    Some(Script::Uart(read_all(&steps, read_step)?, ending?))
}

fn read_step(element: &Value<'_>, table: &Table<'_>) -> Option<UartStep> {
    let bytes = |key| table.get(key).map_or(Some(Vec::new()), |value| read_text(&value));
    let (expect, send) = (bytes("expect"), bytes("send"));
    let after_ms = table.get("after-ms").map_or(Some(0), |value| value.integer(0..=LAST_MS));
    let step = UartStep { expect: expect?, after_ns: after_ms? * NS_PER_MS, send: send? };
    if step == UartStep::default() {
        element.refuse("does nothing: add `expect`, `after-ms` or `send`", None);
        return None;
    }
    Some(step)
}

/// Reads bytes, as a list or as text.
fn read_text(value: &Value<'_>) -> Option<Vec<u8>> {
    value.as_text().map_or_else(|| read_bytes(value), |text| Some(text.as_bytes().to_vec()))
}
