//! Attributes of a part as settings and controls of its model.

use wasm_embedded_policy::Span;
use wasm_embedded_sim::model::{Model, Settings, Value, ValueKind};

use crate::drawing::Attr;
use crate::text;

/// One key of a part's table.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// Its value, as TOML.
    pub(crate) toml: String,
    /// Where the diagram says it.
    pub(crate) span: Span,
}

impl Entry {
    pub(crate) fn new(key: &str, toml: impl Into<String>, span: &Span) -> Entry {
        Entry { key: key.to_owned(), toml: toml.into(), span: span.clone() }
    }
}

/// Returns a key of the model with the value of an attribute, whatever the attribute is called. What is of another kind stays a text,
/// which the policy's reader refuses with what the key takes.
pub(crate) fn entry(model: &Model, key: &str, attr: &Attr) -> Option<Entry> {
    let setting = model.settings.iter().find(|setting| setting.key == key).map(|setting| setting.kind);
    let kind = setting.or_else(|| model.control(key).map(|control| control.kind))?;
    Some(Entry::new(key, toml(kind, &attr.value), &attr.span))
}

fn toml(kind: ValueKind, value: &str) -> String {
    let bare = match kind {
        ValueKind::Number(_) => text::number(value),
        ValueKind::Integer(..) => value.trim().parse::<i64>().ok().map(|number| number.to_string()),
        ValueKind::Switch => match value {
            "1" | "true" => Some("true".to_owned()),
            "" | "0" | "false" => Some("false".to_owned()),
            _ => None,
        },
        ValueKind::Time => {
            let is_time =
                value.len() >= 10 && value.bytes().all(|byte| byte.is_ascii_digit() || b"-:T ".contains(&byte));
            is_time.then(|| value.to_owned())
        }
        ValueKind::Choice(_) | ValueKind::Text | ValueKind::Bytes | ValueKind::Records(_) => None,
    };
    bare.unwrap_or_else(|| text::quoted(value))
}

/// Returns the settings that are whole numbers, from which a model says how many addresses it takes.
pub(crate) fn numbers(entries: &[Entry]) -> Settings {
    let mut settings = Settings::default();
    for entry in entries {
        if let Ok(number) = entry.toml.parse() {
            settings.insert(&entry.key, Value::Integer(number));
        }
    }
    settings
}
