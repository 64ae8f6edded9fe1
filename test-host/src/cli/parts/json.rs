//! Models as JSON.

use serde_json::{Map, Value as Json, json};
use wasm_embedded_sim::model::{Bus, Catalog, Control, Model, Preset, Range, Setting, Settings, Value, ValueKind};

/// Returns all models.
pub(super) fn all(catalog: &Catalog) -> Json {
    json!({ "parts": catalog.iter().map(model).collect::<Vec<_>>() })
}

/// Returns all that is known of a model.
pub(super) fn model(model: &Model) -> Json {
    let i2c = model
        .buses
        .i2c
        .map(|addresses| json!({ "first": addresses.first, "last": addresses.last, "default": addresses.usual }));
    let pins = model.pins.iter().map(|pin| {
        json!({
            "key": pin.key,
            "role": pin.role.name(),
            "required": pin.required,
            "only_on": pin.on.map(bus),
            "about": pin.about,
        })
    });
    let readouts = model.readouts.iter().map(|readout| {
        let mut entry = json!({ "key": readout.key, "about": readout.about });
        add(&mut entry, kind(&readout.kind));
        entry
    });
    let mut usual = Settings::new();
    model.fill_settings(&mut usual, None);
    let pictures = model.pictures.iter().map(|picture| {
        let (width, height) = (picture.size)(&usual);
        json!({ "width": width, "height": height, "colours": picture.colours })
    });
    json!({
        "model": model.name,
        "about": model.about,
        "data_sheet": model.data_sheet,
        "not_simulated": model.omits,
        "buses": { "i2c": i2c, "spi": model.buses.spi, "uart": model.buses.uart },
        "pins": pins.collect::<Vec<_>>(),
        "settings": model.settings.iter().map(setting).collect::<Vec<_>>(),
        "controls": model.controls.iter().map(control).collect::<Vec<_>>(),
        "readouts": readouts.collect::<Vec<_>>(),
        "pictures": pictures.collect::<Vec<_>>(),
    })
}

fn bus(bus: Bus) -> &'static str {
    match bus {
        Bus::I2c => "i2c",
        Bus::Spi => "spi",
        Bus::Uart => "uart",
    }
}

fn setting(setting: &Setting) -> Json {
    let mut entry = json!({
        "key": setting.key,
        "about": setting.about,
        "only_on": setting.on.map(bus),
        "required": matches!(setting.preset, Preset::Required),
        "required_unless": if let Preset::OneOf(other) = setting.preset { Some(other) } else { None },
        "default": setting.preset.value().map(value),
    });
    add(&mut entry, kind(&setting.kind));
    entry
}

fn control(control: &Control) -> Json {
    let mut entry = json!({
        "key": control.key,
        "about": control.about,
        "required": matches!(control.preset, Preset::Required),
        "default": control.preset.value().map(value),
        "takes_a_course": matches!(control.kind, ValueKind::Number(_)),
    });
    add(&mut entry, kind(&control.kind));
    entry
}

fn kind(kind: &ValueKind) -> Json {
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
        ValueKind::Records(records) => json!({
            "kind": "list",
            "fields": records.fields.iter().map(setting).collect::<Vec<_>>(),
            "example": records.example,
        }),
    }
}

/// Adds the entries of one object to another.
fn add(entry: &mut Json, more: Json) {
    if let (Some(entry), Json::Object(more)) = (entry.as_object_mut(), more) {
        let more: Map<String, Json> = more;
        entry.extend(more);
    }
}

/// Returns a default as JSON.
fn value(value: Value) -> Json {
    match value {
        Value::Number(number) => json!(number),
        Value::Integer(number) => json!(number),
        Value::Switch(on) => json!(on),
        Value::Text(text) => json!(text),
        Value::Bytes(bytes) => json!(bytes),
        // No default is one.
        Value::Time(_) | Value::Records(_) => Json::Null,
    }
}
