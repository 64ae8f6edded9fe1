//! Values of parts as JSON, and from it.

use serde_json::{Map, Value as Json, json};
use wasm_embedded_sim::model::{Range, Setting, Settings, Value, ValueKind};

/// The longest text that a control takes from the page, in bytes.
pub(crate) const MAX_TEXT_BYTES: usize = 4096;

/// Returns a value as JSON.
pub(crate) fn to_json(value: &Value) -> Json {
    match value {
        Value::Number(number) => json!(number),
        Value::Integer(number) => json!(number),
        Value::Switch(on) => json!(on),
        Value::Text(text) => json!(text),
        Value::Bytes(bytes) => json!(bytes),
        Value::Time(time) => {
            let [year, month, day, hours, minutes, seconds] = time.to_bytes();
            json!(format!("20{year:02}-{month:02}-{day:02} {hours:02}:{minutes:02}:{seconds:02}"))
        }
        Value::Records(records) => {
            let record = |entries: &Settings| {
                entries.iter().map(|(key, value)| (key.to_owned(), to_json(value))).collect::<Map<_, _>>()
            };
            json!(records.iter().map(record).collect::<Vec<_>>())
        }
    }
}

/// Reads the value of a control.
///
/// # Errors
///
/// Says what the control takes instead, as the end of a sentence that begins with its name.
pub(crate) fn from_json(kind: &ValueKind, json: &Json) -> Result<Value, String> {
    let value = match (kind, json) {
        (ValueKind::Number(_), Json::Number(number)) => number.as_f64().map(Value::Number),
        (ValueKind::Integer(..), Json::Number(number)) => number.as_i64().map(Value::Integer),
        (ValueKind::Switch, Json::Bool(on)) => Some(Value::Switch(*on)),
        (ValueKind::Choice(_) | ValueKind::Text, Json::String(text)) if text.len() <= MAX_TEXT_BYTES => {
            Some(Value::Text(text.clone()))
        }
        (ValueKind::Bytes, Json::String(text)) if text.len() <= MAX_TEXT_BYTES => {
            Some(Value::Bytes(text.clone().into_bytes()))
        }
        (ValueKind::Text | ValueKind::Bytes, Json::String(text)) => {
            return Err(format!("takes at most {MAX_TEXT_BYTES} bytes, not {}", text.len()));
        }
        _ => None,
    };
    let value = value.ok_or_else(|| format!("must be {}", kind.name()))?;
    kind.check(&value)?;
    Ok(value)
}

/// Returns what a value can be, as JSON.
pub(crate) fn kind(kind: &ValueKind) -> Json {
    match kind {
        ValueKind::Number(Range { min, max, step, unit }) => {
            json!({ "kind": "number", "min": min, "max": max, "step": step, "unit": unit })
        }
        ValueKind::Integer(min, max, unit) => json!({ "kind": "integer", "min": min, "max": max, "unit": unit }),
        ValueKind::Choice(words) => json!({ "kind": "choice", "choices": words }),
        ValueKind::Switch => json!({ "kind": "switch" }),
        ValueKind::Text => json!({ "kind": "text" }),
        ValueKind::Bytes => json!({ "kind": "bytes" }),
        ValueKind::Time => json!({ "kind": "time" }),
        ValueKind::Records(records) => {
            json!({ "kind": "list", "fields": records.fields.iter().map(|Setting { key, .. }| *key).collect::<Vec<_>>() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_another_kind_or_past_the_range_is_refused_in_words() {
        let number = ValueKind::Number(Range::new(-40.0, 125.0, 0.1, "degC"));
        assert_eq!(from_json(&number, &json!(21.5)), Ok(Value::Number(21.5)));
        assert_eq!(from_json(&number, &json!("warm")), Err("must be a number".to_owned()));
        assert!(from_json(&number, &json!(1e9)).is_err_and(|error| error.contains("125")));
        assert_eq!(from_json(&ValueKind::Switch, &json!(1)), Err("must be true or false".to_owned()));
        assert_eq!(from_json(&ValueKind::Integer(0, 3, ""), &json!(1.5)), Err("must be a whole number".to_owned()));
        let long = "x".repeat(MAX_TEXT_BYTES + 1);
        assert!(from_json(&ValueKind::Text, &json!(long)).is_err_and(|error| error.contains("4096 bytes")));
    }
}
