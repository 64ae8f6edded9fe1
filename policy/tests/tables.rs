//! The tables of limits and of parts in POLICY.md, and the JSON schema, are what the model says. `BLESS=1` writes them.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use wasm_embedded_policy::{AtLimit, LIMITS, Limit, OnChip, schema_text};
use wasm_embedded_sim::model::{Catalog, Model, Pin, Preset, Range, Setting, ValueKind};
use wasm_embedded_sim::parts::MODELS;

/// The tables of one page are stored one after the other, whatever test comes first.
static PAGE: Mutex<()> = Mutex::new(());

/// Compares the table of `what` with the one that the page has, or stores it.
fn compare(what: &str, end: &str, table: &str) {
    let _page = PAGE.lock();
    let begin = format!("<!-- {what}: `BLESS=1 cargo nextest run -p wasm-embedded-policy` writes the table -->\n");
    let end = format!("<!-- end of {end} -->");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-host/POLICY.md");
    let text = fs::read_to_string(&path).expect("POLICY.md");
    let (before, rest) = text.split_once(&begin).expect("the place for the table");
    let (stored, after) = rest.split_once(&end).expect("its end");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, format!("{before}{begin}{table}{end}{after}")).expect("POLICY.md can be written");
    } else {
        assert_eq!(stored, table, "BLESS=1 writes the table of {what}");
    }
}

/// Returns the table of the limits at which the same happens.
fn limits(at: AtLimit) -> String {
    let default = |limit: &Limit| match limit.default {
        Some(default) => default.to_string(),
        None if limit.can_be_off => "off".to_owned(),
        None => "none".to_owned(),
    };
    let on_chip = |limit: &Limit| match limit.on_chip {
        OnChip::KeepsWith(default) | OnChip::KeepsWord(default) => format!("; microcontrollers: {default}"),
        OnChip::Keeps | OnChip::Refuses(_) | OnChip::Nothing => String::new(),
    };
    let rows = LIMITS.iter().filter(|limit| limit.at == at);
    let rows =
        rows.map(|limit| format!("| `{}` | {} | {}{} |\n", limit.key, limit.bounds, default(limit), on_chip(limit)));
    format!("| key | bounds | default |\n| --- | --- | --- |\n{}", rows.collect::<String>())
}

fn table() -> String {
    let rows = MODELS.iter().map(|model| {
        let keys = [pins(model), settings(model), controls(model)];
        let keys: Vec<String> = keys.into_iter().flatten().collect();
        let keys = if keys.is_empty() { String::new() } else { keys.join("; ") };
        format!("| `{}` | {} | {} | {keys} |\n", model.name, model.about, wiring(model))
    });
    format!("| model | what it is | on | keys |\n| --- | --- | --- | --- |\n{}", rows.collect::<String>())
}

fn wiring(model: &Model) -> String {
    let i2c = model.buses.i2c.map(|addresses| match addresses.usual {
        _ if addresses.first == addresses.last => format!("I2C {:#04x}", addresses.first),
        Some(usual) => format!("I2C {usual:#04x} (to {:#04x})", addresses.last),
        None => "I2C".to_owned(),
    });
    let spi = model.buses.spi.then(|| "SPI".to_owned());
    let uart = model.buses.uart.then(|| "serial".to_owned());
    let buses: Vec<String> = [i2c, spi, uart].into_iter().flatten().collect();
    if buses.is_empty() { "nets".to_owned() } else { buses.join(", ") }
}

fn pins(model: &Model) -> Option<String> {
    let pin = |pin: &Pin| format!("`{}`{}", pin.key, if pin.required { " (required)" } else { "" });
    let pins: Vec<String> = model.pins.iter().map(pin).collect();
    (!pins.is_empty()).then(|| format!("nets {}", pins.join(", ")))
}

fn settings(model: &Model) -> Option<String> {
    let mut keys: Vec<String> = Vec::new();
    for setting in model.settings {
        let text = format!("`{}`{}", setting.key, note(setting));
        if !keys.contains(&text) {
            keys.push(text);
        }
    }
    (!keys.is_empty()).then(|| format!("settings {}", keys.join(", ")))
}

fn note(setting: &Setting) -> String {
    match (setting.kind, setting.preset) {
        (_, Preset::Required) if matches!(setting.kind, ValueKind::Choice(_)) => " (required)".to_owned(),
        (_, Preset::Text(text)) => format!(" (`\"{text}\"`)"),
        (_, Preset::Integer(number)) => format!(" ({number})"),
        (_, Preset::Switch(on)) => format!(" ({on})"),
        _ => String::new(),
    }
}

fn controls(model: &Model) -> Option<String> {
    let controls = model.controls.iter().map(|control| match (control.kind, control.preset) {
        (ValueKind::Number(Range { unit, .. }), Preset::Number(number)) => {
            format!("`{}` ({number} {unit})", control.key)
        }
        (ValueKind::Number(Range { unit, .. }), _) => format!("`{}` ({unit}, required)", control.key),
        (_, Preset::Switch(on)) => format!("`{}` ({on})", control.key),
        _ => format!("`{}`", control.key),
    });
    let controls: Vec<String> = controls.collect();
    (!controls.is_empty()).then(|| format!("controls {}", controls.join(", ")))
}

#[test]
fn the_stored_schema_is_what_the_model_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("policy.schema.json");
    let text = schema_text(&Catalog::new());
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &text).expect("the schema can be stored");
    }
    assert!(fs::read_to_string(&path).is_ok_and(|stored| stored == text), "BLESS=1 stores the schema");
}

#[test]
fn the_tables_of_limits_are_what_the_model_says() {
    for (what, at) in
        [("limits, refused", AtLimit::Refused), ("limits, stopped", AtLimit::Stopped), ("limits, files", AtLimit::File)]
    {
        compare(what, "limits", &limits(at));
    }
}

#[test]
fn the_table_of_parts_is_what_the_models_say() {
    compare("parts", "parts", &table());
}
