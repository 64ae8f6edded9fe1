//! Models in words.

use std::fmt::Write as _;

use wasm_embedded_sim::model::{Bus, Catalog, Control, Model, Preset, Range, Setting, Settings, Value, ValueKind};

/// The widest name that others are aligned to.
const NAME: usize = 16;

/// Returns a line for each model.
pub(super) fn all(catalog: &Catalog) -> String {
    let lines = catalog.iter().map(|model| format!("{:10}  {:24}  {}\n", model.name, wiring(model), model.about));
    lines.collect::<String>() + "\n`wasm-embedded-rt parts NAME` describes one of them.\n"
}

/// Returns what is known of a model, with a table for a policy.
pub(super) fn model(model: &Model) -> String {
    let mut text = format!("{}: {}\n", model.name, model.about);
    // Writing to a string cannot fail.
    let _ = writeln!(text, "\n  connects to    {}", wiring(model));
    if !model.data_sheet.is_empty() {
        let _ = writeln!(text, "  data sheet     {}", model.data_sheet);
    }
    if !model.omits.is_empty() {
        let _ = writeln!(text, "  not simulated  {}", model.omits);
    }
    section(&mut text, "Pins, each on a net", model.pins, |pin| {
        let need = if pin.required { ", required" } else { "" };
        (pin.key, format!("{} ({}{need}{})", pin.about, pin.role.name(), only(pin.on)))
    });
    section(&mut text, "Settings, fixed at the start", model.settings, setting);
    section(&mut text, "Controls, which may change at any time", model.controls, control);
    section(&mut text, "Readouts", model.readouts, |readout| {
        (readout.key, format!("{} ({})", readout.about, kind(&readout.kind)))
    });
    let mut usual = Settings::new();
    model.fill_settings(&mut usual, None);
    section(&mut text, "Picture", model.pictures, |picture| {
        let (width, height) = (picture.size)(&usual);
        ("size", format!("{width} x {height} pixels: {}", picture.colours))
    });
    text
}

fn section<T>(text: &mut String, title: &str, items: &[T], line: impl Fn(&T) -> (&'static str, String)) {
    if !items.is_empty() {
        let _ = writeln!(text, "\n{title}:");
        for item in items {
            let (key, about) = line(item);
            let _ = writeln!(text, "  {key:NAME$} {about}");
        }
    }
}

fn wiring(model: &Model) -> String {
    let i2c = model.buses.i2c.map(|addresses| match addresses.usual {
        _ if addresses.first == addresses.last => format!("I2C {:#04x}", addresses.first),
        _ => format!("I2C {:#04x} to {:#04x}", addresses.first, addresses.last),
    });
    let spi = model.buses.spi.then(|| "SPI".to_owned());
    let uart = model.buses.uart.then(|| "serial".to_owned());
    let buses: Vec<String> = [i2c, spi, uart].into_iter().flatten().collect();
    if buses.is_empty() { "nets".to_owned() } else { buses.join(", ") }
}

fn only(bus: Option<Bus>) -> &'static str {
    match bus {
        Some(Bus::I2c) => ", on I2C",
        Some(Bus::Spi) => ", on SPI",
        Some(Bus::Uart) => ", on a serial port",
        None => "",
    }
}

fn setting(setting: &Setting) -> (&'static str, String) {
    let preset = preset(&setting.preset);
    (setting.key, format!("{} ({}{preset}{})", setting.about, kind(&setting.kind), only(setting.on)))
}

fn control(control: &Control) -> (&'static str, String) {
    (control.key, format!("{} ({}{})", control.about, kind(&control.kind), preset(&control.preset)))
}

fn preset(preset: &Preset) -> String {
    match preset {
        Preset::Required => ", required".to_owned(),
        Preset::OneOf(other) => format!(", this or `{other}` is required"),
        _ => match preset.value() {
            Some(Value::Number(number)) => format!(", default {number}"),
            Some(Value::Integer(number)) => format!(", default {number}"),
            Some(Value::Switch(on)) => format!(", default {on}"),
            Some(Value::Text(text)) => format!(", default \"{text}\""),
            _ => String::new(),
        },
    }
}

fn kind(kind: &ValueKind) -> String {
    let unit = |unit: &str| if unit.is_empty() { String::new() } else { format!(" {unit}") };
    match kind {
        ValueKind::Number(Range { min, max, unit: of, .. }) => format!("{min} to {max}{}", unit(of)),
        ValueKind::Integer(first, last, of) if *last == i64::MAX => format!("{first} or more{}", unit(of)),
        ValueKind::Integer(first, last, of) => format!("{first} to {last}{}", unit(of)),
        ValueKind::Choice(words) => words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", "),
        ValueKind::Switch => "true or false".to_owned(),
        ValueKind::Text => "text".to_owned(),
        ValueKind::Bytes => "bytes: a list or a text".to_owned(),
        ValueKind::Time => "a date and time".to_owned(),
        ValueKind::Records(records) => format!("such as `{}`", records.example),
    }
}
