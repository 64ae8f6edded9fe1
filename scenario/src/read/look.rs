//! Reads what a step looks at.

use wasm_embedded_policy::read::{self, Finding, Table, Value};
use wasm_embedded_policy::suggest;
use wasm_embedded_sim::Level;
use wasm_embedded_sim::model::{Model, Settings, ValueKind};

use super::place::{self, Site};
use super::{Board, action, time};
use crate::condition::{Condition, Count, Direction, Edge, End, Exchange, Place, Stream, Wanted, Wires};
use crate::font::FONTS;
use crate::pattern::{BytePattern, Item, TextPattern};
use crate::picture::{Bitmap, Picture};
use crate::scenario::{Look, Mode};

/// How far a duty may be off, in percent, if the scenario does not say.
const DUTY_TOLERANCE: f64 = 1.0;

/// Reads `expect`, `never` or `always` of a step, with what it means in words.
pub(super) fn read(value: &Value<'_>, step: &Table<'_>, mode: Mode, board: &Board<'_>) -> Option<(String, Look)> {
    let within = step.get("within");
    let within_ns = within.as_ref().map(time);
    let table = value.table(value.name.clone())?;
    let condition = read_condition(&table, board);
    table.finish();
    let condition = condition?;
    if mode == Mode::Always && !condition.is_state() {
        let help = "use `expect`, or `never` for what must not happen".to_owned();
        value.refuse(&format!("looks at {condition}, which happens at one moment"), Some(help));
        return None;
    }
    if mode != Mode::Expect && within.is_none() {
        let finding = Finding::new("missing key `within` in [[step]]", step.span.clone(), "this step");
        let help = "add `within`: for how long, such as `within = \"5s\"`";
        step.findings.add(finding.help(help));
        return None;
    }
    let within_ns = within_ns.unwrap_or(Some(0))?;
    let time = match within_ns {
        0 => String::new(),
        ns => format!(" within {} s", crate::report::seconds(ns)),
    };
    let word = match mode {
        Mode::Expect => "expect",
        Mode::Never => "never",
        Mode::Always => "always",
    };
    Some((format!("{word} {condition}{time}"), Look { condition, mode, within_ns }))
}

fn read_condition(table: &Table<'_>, board: &Board<'_>) -> Option<Condition> {
    for (index, one) in ["label", "net", "part", "output", "errors", "log", "ends"].into_iter().enumerate() {
        for other in ["label", "net", "part", "output", "errors", "log", "ends"].into_iter().skip(index + 1) {
            table.exclude(one, other, "a step looks at one thing");
        }
    }
    for (key, stream) in [("output", Stream::Output), ("errors", Stream::Errors), ("log", Stream::Log)] {
        if let Some(value) = table.get(key) {
            return Some(Condition::Said(stream, text_pattern(&value)?));
        }
    }
    let (label, net, part) = (table.get("label"), table.get("net"), table.get("part"));
    if let Some(value) = table.get("ends") {
        return read_end(&value).map(Condition::Ended);
    }
    if let Some(value) = part {
        return read_part(&value, table, board);
    }
    if let Some(value) = net {
        return read_net(table, place::net(&value, board.policy)?);
    }
    let Some(value) = label else {
        let finding = Finding::new(format!("{} does not say what to look at", table.name), table.span.clone(), "here");
        let help = "add `label`, `net`, `part`, `output`, `errors`, `log` or `ends`";
        table.findings.add(finding.help(help));
        return None;
    };
    match place::label(&value, board.policy)? {
        (_, Site::Net(place)) => read_net(table, place),
        (label, Site::I2c(bus)) => read_exchange(table, label, Wires::I2c(bus)),
        (label, Site::Spi) => read_exchange(table, label, Wires::Spi),
        (label, Site::Uart) => read_serial(table, label),
    }
}

/// Complains that a condition does not say what is looked at in its place.
fn nothing<T>(table: &Table<'_>, help: &str) -> Option<T> {
    let message = format!("{} does not say what is expected", table.name);
    table.findings.add(Finding::new(message, table.span.clone(), "here").help(format!("add {help}")));
    None
}

fn text_pattern(value: &Value<'_>) -> Option<TextPattern> {
    match value.text()? {
        "" => {
            value.refuse("must not be empty", None);
            None
        }
        text => Some(TextPattern::new(text)),
    }
}

fn read_net(table: &Table<'_>, place: Place) -> Option<Condition> {
    table.exclude("level", "edges", "a step looks at one thing");
    table.exclude("level", "duty", "a step looks at one thing");
    table.exclude("edges", "duty", "a step looks at one thing");
    let (level, edges, duty) = (table.get("level"), table.get("edges"), table.get("duty"));
    let edge = table.get("edge");
    if let (Some(edge), None) = (&edge, &edges) {
        edge.refuse("needs `edges`, which is missing", None);
    }
    let tolerance = table.get("tolerance");
    if let (Some(tolerance), None) = (&tolerance, &duty) {
        tolerance.refuse("needs `duty`, which is missing", None);
    }
    if let Some(value) = level {
        return Some(Condition::Level(place, value.choice(&[("low", Level::Low), ("high", Level::High)])?));
    }
    if let Some(value) = edges {
        let words = [("rising", Edge::Rising), ("falling", Edge::Falling), ("any", Edge::Any)];
        let edge = edge.map_or(Some(Edge::Any), |value| value.choice(&words))?;
        return Some(Condition::Edges(place, edge, read_count(&value)?));
    }
    if let Some(value) = duty {
        let percent = value.number(0.0..=100.0, "%")?;
        let tolerance = tolerance.map_or(Some(DUTY_TOLERANCE), |value| value.number(0.0..=100.0, "%"))?;
        return Some(Condition::Duty(place, percent, tolerance));
    }
    nothing(table, "`level`, `edges` or `duty`")
}

/// Reads `4`, or `{ min = 2, max = 4 }`.
fn read_count(value: &Value<'_>) -> Option<Count> {
    const ALL: std::ops::RangeInclusive<u64> = 0..=1_000_000_000;
    if !value.is_table() {
        let count = value.integer(ALL)?;
        return Some(Count { min: count, max: Some(count) });
    }
    let table = value.table(value.name.clone())?;
    let bound = |key| table.get(key).map_or(Some(None), |value: Value<'_>| value.integer(ALL).map(Some));
    let (min, max) = (bound("min"), bound("max"));
    table.finish();
    let (min, max) = (min?, max?);
    match (min, max) {
        (None, None) => value.refuse("needs `min`, `max`, or both", None),
        (Some(min), Some(max)) if min > max => value.refuse("must have a `max` of at least `min`", None),
        (min, max) => return Some(Count { min: min.unwrap_or(0), max }),
    }
    None
}

fn read_exchange(table: &Table<'_>, label: String, bus: Wires) -> Option<Condition> {
    let (write, read) = (table.get("write"), table.get("read"));
    let (address, acknowledged) = match bus {
        Wires::I2c(_) => (table.get("address"), table.get("acknowledged")),
        Wires::Spi => (None, None),
    };
    if [&write, &read, &address, &acknowledged].into_iter().all(Option::is_none) {
        let keys = if bus == Wires::Spi { "`write` or `read`" } else { "`address`, `write`, `read` or `acknowledged`" };
        return nothing(table, keys);
    }
    let bytes = |value: Option<Value<'_>>| value.map_or(Some(None), |value| byte_pattern(&value).map(Some));
    let address = address.map_or(Some(None), |value| value.integer(0..=0x3ff_u16).map(Some));
    let acknowledged = acknowledged.map_or(Some(None), |value| value.boolean().map(Some));
    let (write, read) = (bytes(write), bytes(read));
    let (address, acknowledged) = (address?, acknowledged?);
    Some(Condition::Exchange(Exchange { label, bus, address, write: write?, read: read?, acknowledged }))
}

/// Reads `[0xf4, "*", "..."]`, or a text.
fn byte_pattern(value: &Value<'_>) -> Option<BytePattern> {
    if let Some(text) = value.as_text() {
        return Some(BytePattern(text.bytes().map(Item::Byte).collect()));
    }
    let items = value.list()?.into_iter().map(|item| match item.as_text() {
        Some("*") => Some(Item::Any),
        Some("...") => Some(Item::Rest),
        Some(_) => {
            item.refuse("must be a byte, \"*\" for any byte, or \"...\" for any number of bytes", None);
            None
        }
        None => item.integer(0..=u8::MAX).map(Item::Byte),
    });
    let items: Vec<Option<Item>> = items.collect();
    items.into_iter().collect::<Option<_>>().map(BytePattern)
}

fn read_serial(table: &Table<'_>, label: String) -> Option<Condition> {
    table.exclude("sent", "received", "a step looks at one direction");
    for (key, direction) in [("sent", Direction::Sent), ("received", Direction::Received)] {
        if let Some(value) = table.get(key) {
            return Some(Condition::Serial(label, direction, text_pattern(&value)?));
        }
    }
    nothing(table, "`sent` for what the guest sends, or `received`")
}

fn read_end(value: &Value<'_>) -> Option<End> {
    if value.is_integer() {
        return value.integer(0..=u8::MAX).map(End::Status);
    }
    value.choice(&[("any", End::Any), ("trap", End::Trap), ("limit", End::Limit)])
}

fn read_part(value: &Value<'_>, table: &Table<'_>, board: &Board<'_>) -> Option<Condition> {
    let (part, model) = action::part(value, board)?;
    for (one, other) in [("readout", "picture"), ("readout", "text"), ("picture", "text")] {
        table.exclude(one, other, "a step looks at one thing");
    }
    let (readout, picture, text) = (table.get("readout"), table.get("picture"), table.get("text"));
    if let Some(value) = readout {
        return read_readout(&value, table, part, model);
    }
    let display = |value: &Value<'_>| {
        if model.pictures.is_empty() {
            value.refuse(&format!("needs a display, and \"{part}\" is a {}", model.name), None);
        }
        !model.pictures.is_empty()
    };
    if let Some(value) = picture {
        return display(&value).then(|| read_picture(&value, table, &part, model, board))?;
    }
    if let Some(value) = text {
        let font = table.require("font", "the font of the text, such as \"FONT_6X10\"");
        let text = value.text().filter(|_| display(&value))?;
        if text.is_empty() || !text.chars().all(|char| (' '..='~').contains(&char)) {
            value.refuse("must be a text of ASCII characters", None);
            return None;
        }
        return Some(Condition::Shows(part, text.to_owned(), font?.choice(&FONTS)?));
    }
    nothing(table, "`readout`, `picture` or `text`")
}

fn read_readout(value: &Value<'_>, table: &Table<'_>, part: String, model: &'static Model) -> Option<Condition> {
    let key = value.text()?;
    let readouts = model.readouts.iter().map(|readout| (readout.key, readout.kind));
    let all: Vec<(&str, ValueKind)> =
        readouts.chain(model.controls.iter().map(|control| (control.key, control.kind))).collect();
    let Some((_, kind)) = all.iter().find(|(known, _)| *known == key) else {
        let known: Vec<&str> = all.iter().map(|(key, _)| *key).collect();
        let help = suggest::advice(key, "readouts", &known);
        value.refuse(&format!("is \"{}\", which a {} lacks", key.escape_debug(), model.name), Some(help));
        return None;
    };
    table.exclude("is", "min", "a value is one number, or between two");
    table.exclude("is", "max", "a value is one number, or between two");
    let (is, min, max) = (table.get("is"), table.get("min"), table.get("max"));
    let bound = |value: Option<Value<'_>>, none| {
        value.map_or(Some(none), |value| match kind {
            ValueKind::Number(_) | ValueKind::Integer(..) => value.number(f64::MIN..=f64::MAX, ""),
            _ => {
                value.refuse(&format!("needs a readout that is a number, and `{key}` is {}", kind.name()), None);
                None
            }
        })
    };
    let wanted = match (is, min.is_some() || max.is_some()) {
        (Some(value), _) => Wanted::Is(read::setpoint(&value, kind)?),
        (None, true) => Wanted::Between(bound(min, f64::MIN)?, bound(max, f64::MAX)?),
        (None, false) => return nothing(table, "`is`, `min` or `max`"),
    };
    Some(Condition::Readout(part, key.to_owned(), wanted))
}

fn read_picture(
    value: &Value<'_>,
    table: &Table<'_>,
    part: &str,
    model: &'static Model,
    board: &Board<'_>,
) -> Option<Condition> {
    let (mask, tolerance) = (table.get("mask"), table.get("tolerance"));
    let nothing_set = Settings::default();
    let device = board.policy.devices.iter().find(|device| device.name() == part);
    let settings = device.map_or(&nothing_set, |device| &device.spec.settings);
    let size = model.pictures.first().map(|picture| (picture.size)(settings))?;
    let load = |value: &Value<'_>| match Bitmap::load(&action::file(value, board)?, size) {
        Ok(bitmap) => Some(bitmap),
        Err(error) => {
            let help = "write one with `run --screenshot`; the name counts from the folder of the scenario".to_owned();
            value.refuse(&format!("cannot be used: {error}"), Some(help));
            None
        }
    };
    let pixels = load(value);
    let mask = mask.map_or(Some(None), |value| load(&value).map(Some));
    let tolerance = tolerance.map_or(Some(0), |value| value.integer(0..=size.0.saturating_mul(size.1)));
    let (pixels, mask, tolerance, file) = (pixels?, mask?, tolerance?, value.text()?.to_owned());
    Some(Condition::Picture(part.to_owned(), Box::new(Picture { file, pixels, mask, tolerance })))
}
