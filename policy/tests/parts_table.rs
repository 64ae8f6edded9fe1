//! The table of parts in POLICY.md is what the models say. `BLESS=1` writes it.

use std::fs;
use std::path::Path;

use wasm_embedded_sim::model::{Kind, Model, Pin, Preset, Range, Setting};
use wasm_embedded_sim::parts::MODELS;

const BEGIN: &str = "<!-- parts: `BLESS=1 cargo nextest run -p wasm-embedded-policy` writes the table -->\n";
const END: &str = "<!-- end of parts -->";

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
        (_, Preset::Required) if matches!(setting.kind, Kind::Choice(_)) => " (required)".to_owned(),
        (_, Preset::Text(text)) => format!(" (`\"{text}\"`)"),
        (_, Preset::Integer(number)) => format!(" ({number})"),
        (_, Preset::Switch(on)) => format!(" ({on})"),
        _ => String::new(),
    }
}

fn controls(model: &Model) -> Option<String> {
    let controls = model.controls.iter().map(|control| match (control.kind, control.preset) {
        (Kind::Number(Range { unit, .. }), Preset::Number(number)) => format!("`{}` ({number} {unit})", control.key),
        (Kind::Number(Range { unit, .. }), _) => format!("`{}` ({unit}, required)", control.key),
        (_, Preset::Switch(on)) => format!("`{}` ({on})", control.key),
        _ => format!("`{}`", control.key),
    });
    let controls: Vec<String> = controls.collect();
    (!controls.is_empty()).then(|| format!("controls {}", controls.join(", ")))
}

#[test]
fn the_table_of_parts_is_what_the_models_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-host/POLICY.md");
    let text = fs::read_to_string(&path).expect("POLICY.md");
    let (before, rest) = text.split_once(BEGIN).expect("the place for the table");
    let (stored, after) = rest.split_once(END).expect("its end");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{}{END}{after}", table())).expect("POLICY.md can be written");
    } else {
        assert_eq!(stored, table(), "BLESS=1 writes the table");
    }
}
