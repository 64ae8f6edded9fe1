//! The JSON schema of a policy file: editors complete keys by it, and mark what a policy cannot say.
//!
//! It is made of the tables that the reader goes by: the limits, the models of the parts, the kinds of faults, and the keys of each
//! kind of label. What depends on two tables at once, such as a part on a bus that no label opens, only the reader finds.

use serde_json::{Map, Value, json};
use wasm_embedded_sim::model::{Bus, Catalog, Control, Model, Preset, Range, Setting, ValueKind};

use super::address::{self, KEYS as ALLOW_KEYS};
use super::backend::{LAST_PIN, LONGEST_NAME};
use super::{adc, fault, gpio, i2c, log, pwm, restart, spi, uart};
use crate::model::{LIMITS, Limit};

/// A key of a table.
#[derive(Clone, Copy)]
pub(crate) struct Key {
    /// The key.
    pub(crate) key: &'static str,
    /// What it can be.
    pub(crate) form: Form,
    /// Whether it must be there.
    pub(crate) required: bool,
    /// What it says, in a few words without a full stop.
    pub(crate) about: &'static str,
}

/// What the value of a key can be.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// What the setting of a part can be.
    Kind(ValueKind),
    /// `true`, or the name of a bus, port or net.
    Sim,
    /// A file of Linux.
    Path,
    /// A name on the board.
    Name,
    /// A number or name of a controller.
    Block,
    /// The number of a pin.
    Pin,
    /// One address, or a range of them as text.
    Addresses,
    /// Addresses, ranges, and tables of both.
    Allow,
    /// A number with a unit of time.
    Duration,
}

impl Key {
    /// Makes a key that may be left out.
    pub(crate) const fn new(key: &'static str, form: Form, about: &'static str) -> Key {
        Key { key, form, required: false, about }
    }

    /// Makes a whole number from `first` to `last`.
    pub(crate) const fn integer(key: &'static str, first: i64, last: i64, about: &'static str) -> Key {
        Key::new(key, Form::Kind(ValueKind::Integer(first, last, "")), about)
    }

    /// As [`Key::integer`], for numbers without a sign.
    pub(crate) const fn counted(key: &'static str, first: u32, last: u32, about: &'static str) -> Key {
        // `From` is not constant yet.
        Key::integer(key, first as i64, last as i64, about)
    }

    /// Makes a number from `min` to `max`.
    pub(crate) const fn number(key: &'static str, min: f64, max: f64, about: &'static str) -> Key {
        Key::new(key, Form::Kind(ValueKind::Number(Range::new(min, max, 0.0, ""))), about)
    }

    /// Makes one of a few words.
    pub(crate) const fn choice(key: &'static str, words: &'static [&'static str], about: &'static str) -> Key {
        Key::new(key, Form::Kind(ValueKind::Choice(words)), about)
    }

    /// Makes a key that is true or false.
    pub(crate) const fn switch(key: &'static str, about: &'static str) -> Key {
        Key::new(key, Form::Kind(ValueKind::Switch), about)
    }

    /// Makes it a key that must be there.
    pub(crate) const fn required(self) -> Key {
        Key { required: true, ..self }
    }
}

/// Returns the JSON schema (draft 7) of a policy file, with the models of `catalog` as parts.
#[must_use]
pub fn schema(catalog: &Catalog) -> Value {
    let label =
        |keys: &[Key]| json!({ "type": "object", "propertyNames": name(), "additionalProperties": keyed(keys) });
    let behind = |keys: &[Key], ways: &[&str]| {
        let mut schema = label(keys);
        let one: Vec<Value> = ways.iter().map(|way| json!({ "required": [way] })).collect();
        schema["additionalProperties"]["oneOf"] = one.into();
        schema
    };
    let bus = ["sim", "path", "block"];
    let channel = ["sim", "path", "pin"];
    let mut definitions = Map::new();
    for model in catalog.iter() {
        definitions.insert(model.name.to_owned(), part(model, false));
        if model.settings.iter().any(|setting| setting.old_key.is_some()) {
            definitions.insert(format!("{}-of-old", model.name), part(model, true));
        }
    }
    let models = definitions.keys().map(|name| json!({ "$ref": format!("#/definitions/{name}") }));
    let models = json!({ "oneOf": models.collect::<Vec<_>>() });
    let parts = json!({ "type": "array", "items": models });
    let described = |about: &str, mut schema: Value| {
        schema["description"] = about.into();
        schema
    };
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Policy of wasm-embedded-hal",
        "description": "Which labels a guest may open, what stands behind each, its limits, and the parts of a simulated board",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "i2c": described("I2C buses, by label", behind(&i2c::KEYS, &bus)),
            "spi": described("SPI devices and buses, by label", behind(&spi::KEYS, &bus)),
            "gpio": described("Pins, by label", behind(&gpio::KEYS, &["sim", "pin", "line"])),
            "pwm": described("PWM outputs, by label", behind(&pwm::KEYS, &channel)),
            "uart": described("Serial ports, by label", behind(&uart::KEYS, &bus)),
            "adc": described("Analogue inputs, by label", behind(&adc::KEYS, &channel)),
            "log": described("What is kept of the guest's log", keyed(&log::KEYS)),
            "limits": described("What a guest may ask for, how large it may grow, and how long it may compute", limits()),
            "restart": described("When a microcontroller starts its guest again", keyed(&restart::KEYS)),
            "part": described("The parts on the simulated board", parts.clone()),
            "device": described("The old word for `part`", parts),
            "fault": described(
                "What goes wrong on the simulated board",
                json!({ "type": "array", "items": faults() })
            ),
        },
        "definitions": definitions,
    })
}

/// Returns the schema as text: a line for each kind of label, model and section.
#[must_use]
pub fn schema_text(catalog: &Catalog) -> String {
    let Value::Object(schema) = schema(catalog) else { return String::new() };
    let entries = schema.iter().map(|(key, value)| match value.as_object().filter(|_| key != "additionalProperties") {
        None => format!("  {}: {value}", json!(key)),
        Some(inner) => {
            let lines: Vec<String> = inner.iter().map(|(key, value)| format!("    {}: {value}", json!(key))).collect();
            format!("  {}: {{\n{}\n  }}", json!(key), lines.join(",\n"))
        }
    });
    format!("{{\n{}\n}}\n", entries.collect::<Vec<_>>().join(",\n"))
}

/// Returns the schema of a table with these keys and no others.
fn keyed(keys: &[Key]) -> Value {
    let mut properties = Map::new();
    for key in keys {
        properties.insert(key.key.to_owned(), about(form(key.form), key.about));
    }
    let required = keys.iter().filter(|key| key.required).map(|key| key.key);
    table(properties, required.collect())
}

fn table(properties: Map<String, Value>, required: Vec<&str>) -> Value {
    let mut schema = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn about(mut schema: Value, text: &str) -> Value {
    schema["description"] = text.into();
    schema
}

fn form(form: Form) -> Value {
    match form {
        Form::Kind(kind) => of_kind(&kind),
        Form::Sim => json!({ "anyOf": [{ "const": true }, name()] }),
        Form::Path => json!({ "type": "string", "pattern": "^/|^[^/]+$" }),
        Form::Name => name(),
        Form::Block => json!({ "anyOf": [{ "type": "integer", "minimum": 0, "maximum": u8::MAX }, name()] }),
        Form::Pin => json!({ "type": "integer", "minimum": 0, "maximum": LAST_PIN }),
        Form::Addresses => addresses(),
        Form::Allow => json!({ "type": "array", "items": { "anyOf": [addresses(), keyed(&ALLOW_KEYS)] } }),
        Form::Duration => json!({ "type": "string", "pattern": "^ *[0-9.eE+-]+ *(ns|us|ms|s|min|h)$" }),
    }
}

fn addresses() -> Value {
    json!({ "anyOf": [
        { "type": "integer", "minimum": 0, "maximum": address::LAST_TEN_BIT },
        { "type": "string", "pattern": "^ *(0[xX][0-9a-fA-F]+|[0-9]+) *(- *(0[xX][0-9a-fA-F]+|[0-9]+) *)?$" }
    ] })
}

fn name() -> Value {
    json!({ "type": "string", "pattern": "^[A-Za-z0-9_.-]+$", "maxLength": LONGEST_NAME })
}

fn of_kind(kind: &ValueKind) -> Value {
    match kind {
        ValueKind::Number(range) => number(range.min, range.max),
        ValueKind::Integer(first, last, _) => json!({ "type": "integer", "minimum": first, "maximum": last }),
        ValueKind::Choice(words) => choice(words),
        ValueKind::Switch => json!({ "type": "boolean" }),
        ValueKind::Text => json!({ "type": "string" }),
        ValueKind::Bytes => json!({ "anyOf": [
            { "type": "string" },
            { "type": "array", "items": { "type": "integer", "minimum": 0, "maximum": u8::MAX } }
        ] }),
        // Without an offset, so it is no `date-time`.
        ValueKind::Time => json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}" }),
        ValueKind::Records(records) => {
            json!({ "type": "array", "items": settings(records.fields.iter().copied(), false, Map::new(), Vec::new()) })
        }
    }
}

/// Returns the schema of one of a few words. An editor offers them as they are; the reader takes capitals too.
fn choice(words: &[&str]) -> Value {
    let any_case = |char: char| match char.is_ascii_alphabetic() {
        true => format!("[{}{}]", char.to_ascii_lowercase(), char.to_ascii_uppercase()),
        false => char.to_string(),
    };
    let words_in_any_case: Vec<String> = words.iter().map(|word| word.chars().map(any_case).collect()).collect();
    json!({ "anyOf": [{ "enum": words }, { "type": "string", "pattern": format!("^({})$", words_in_any_case.join("|")) }] })
}

fn number(min: f64, max: f64) -> Value {
    json!({ "type": "number", "minimum": min, "maximum": max })
}

fn limits() -> Value {
    let properties = LIMITS.iter().map(|limit| (limit.key.to_owned(), of_limit(limit)));
    table(properties.collect(), Vec::new())
}

fn of_limit(limit: &Limit) -> Value {
    let number = json!({ "type": "integer", "minimum": limit.range.start(), "maximum": limit.range.end() });
    let mut schema = if limit.can_be_off { json!({ "anyOf": [number, { "const": "off" }] }) } else { number };
    if let Some(default) = limit.default {
        schema["default"] = default.into();
    }
    about(schema, limit.bounds)
}

/// Returns the schema of a part of a model; `old` is for settings with the keys that they had when `part` was the word for the model.
fn part(model: &Model, old: bool) -> Value {
    let mut properties = Map::new();
    let mut words = vec!["part"];
    if !old {
        properties.insert("model".to_owned(), about(json!({ "const": model.name }), model.about));
        words.push("model");
    }
    // A model without old keys is the same in both words.
    if old || !model.settings.iter().any(|setting| setting.old_key.is_some()) {
        properties.insert("part".to_owned(), about(json!({ "const": model.name }), "the old word for `model`"));
    } else {
        words.retain(|word| *word == "model");
    }
    let words = words.into_iter().map(|word| json!({ "required": [word] }));
    properties.insert("name".to_owned(), about(name(), "what faults and options such as `--screenshot` call it"));
    let mut ways = Vec::new();
    for (bus, key, text) in [
        (Bus::I2c, "i2c", "the simulated I2C bus that it is on"),
        (Bus::Spi, "spi", "the SPI label that it is on"),
        (Bus::Uart, "uart", "the serial label at whose other end it is"),
    ] {
        if model.buses.has(bus) {
            properties.insert(key.to_owned(), about(name(), text));
            ways.push(json!({ "required": [key] }));
        }
    }
    if let Some(addresses) = model.buses.i2c {
        let mut schema = json!({ "type": "integer", "minimum": addresses.first, "maximum": addresses.last });
        if let Some(usual) = addresses.usual {
            schema["default"] = usual.into();
        }
        properties.insert("address".to_owned(), about(schema, "its address, 7 bits"));
    }
    if model.buses.spi {
        let text = "the net that selects it, on a label for a whole bus";
        properties.insert("select".to_owned(), about(name(), text));
    }
    for pin in model.pins {
        properties.insert(pin.key.to_owned(), about(name(), pin.about));
    }
    let required = model.pins.iter().filter(|pin| pin.required && pin.on.is_none()).map(|pin| pin.key);
    let mut required: Vec<&str> = required.collect();
    for control in model.controls {
        insert_control(&mut properties, control);
        if control.preset == Preset::Required && !control.has_points {
            required.push(control.key);
        }
    }
    let mut schema = settings(model.settings.iter().copied(), old, properties, required);
    let mut both = vec![json!({ "oneOf": words.collect::<Vec<_>>() })];
    if !ways.is_empty() {
        both.push(json!({ "oneOf": ways }));
    }
    schema["allOf"] = both.into();
    schema
}

/// Adds settings to the keys of a table.
fn settings(
    settings: impl Iterator<Item = Setting>,
    old: bool,
    mut properties: Map<String, Value>,
    mut required: Vec<&'static str>,
) -> Value {
    for setting in settings {
        let key = setting.old_key.filter(|_| old).unwrap_or(setting.key);
        let mut schema = about(of_kind(&setting.kind), setting.about);
        match setting.preset {
            Preset::Number(number) => schema["default"] = number.into(),
            Preset::Integer(number) => schema["default"] = number.into(),
            Preset::Switch(on) => schema["default"] = on.into(),
            Preset::Text(text) => schema["default"] = text.into(),
            Preset::Required if setting.on.is_none() => required.push(key),
            Preset::Required | Preset::OneOf(_) | Preset::None => {}
        }
        // One key may mean one thing on one bus and another on the other.
        match properties.get_mut(key) {
            Some(other) => *other = json!({ "anyOf": [other.take(), schema] }),
            None => drop(properties.insert(key.to_owned(), schema)),
        }
    }
    table(properties, required)
}

fn insert_control(properties: &mut Map<String, Value>, control: &Control) {
    let constant = of_kind(&control.kind);
    let ValueKind::Number(range) = control.kind else {
        properties.insert(control.key.to_owned(), about(constant, control.about));
        return;
    };
    let either = json!({ "anyOf": [constant, course(&range)] });
    properties.insert(control.key.to_owned(), about(either, control.about));
    if control.has_points {
        let text = "how it goes: times and values, with straight lines between them";
        properties.insert("points".to_owned(), about(points(control.key, &range), text));
    }
}

/// Returns the schema of a course over time.
fn course(range: &Range) -> Value {
    let value = || number(range.min, range.max);
    let swing = || number(0.0, range.max - range.min);
    let ms = || json!({ "type": "integer", "minimum": 0 });
    let object = |properties: Value, required: &[&str]| json!({ "type": "object", "additionalProperties": false, "properties": properties, "required": required });
    let mut schema = object(
        json!({
            "points": points("value", range),
            "csv": { "type": "string", "description": "a file with a line `milliseconds,value` for each time" },
            "sine": object(
                json!({ "mean": value(), "amplitude": swing(), "period-ms": ms() }),
                &["mean", "amplitude", "period-ms"]
            ),
            "ramp": object(
                json!({ "from": value(), "to": value(), "over-ms": ms(), "start-ms": ms() }),
                &["from", "to", "over-ms"]
            ),
            "noise": object(
                json!({ "mean": value(), "amplitude": swing(), "every-ms": ms(), "seed": ms() }),
                &["mean", "amplitude", "every-ms"]
            ),
        }),
        &[],
    );
    schema["minProperties"] = 1.into();
    schema["maxProperties"] = 1.into();
    schema
}

fn points(key: &str, range: &Range) -> Value {
    let mut properties = Map::new();
    properties.insert("at-ms".to_owned(), json!({ "type": "integer", "minimum": 0 }));
    properties.insert(key.to_owned(), number(range.min, range.max));
    json!({ "type": "array", "items": table(properties, vec!["at-ms", key]) })
}

/// Returns the schema of a fault: all keys that any kind has, and for each kind, which of them it has and needs.
fn faults() -> Value {
    let names: Vec<&str> = fault::kinds().map(|(name, _)| name).collect();
    let mut properties = Map::new();
    properties.insert("fault".to_owned(), about(choice(&names), "what goes wrong"));
    for key in fault::kinds().flat_map(|(_, keys)| keys).chain(&fault::PLACES).chain(&fault::WHEN) {
        properties.entry(key.key).or_insert_with(|| about(form(key.form), key.about));
    }
    let kinds = fault::kinds().map(|(name, keys)| {
        let places = if fault::is_of_controller(name) { &[][..] } else { &fault::PLACES };
        let has = || keys.iter().chain(places).chain(&fault::WHEN);
        let known: Vec<&str> = ["fault"].into_iter().chain(has().map(|key| key.key)).collect();
        let required: Vec<&str> = has().filter(|key| key.required).map(|key| key.key).collect();
        json!({
            "if": { "properties": { "fault": choice(&[name]) } },
            "then": { "propertyNames": { "enum": known }, "required": required },
        })
    });
    let kinds: Vec<Value> = kinds.collect();
    let mut schema = table(properties, vec!["fault"]);
    schema["allOf"] = kinds.into();
    schema
}
