//! Reads what a step does.

use wasm_embedded_policy::read::{self, Table, Value};
use wasm_embedded_policy::suggest;
use wasm_embedded_sim::model::{Input, Model, Shape, ValueKind};

use super::{Board, look, path, time};
use crate::condition::shown;
use crate::scenario::{Action, Mode, Press};

/// How long a press is, and from one to the next, if the step does not say.
const PRESS_NS: u64 = 100_000_000;
/// The most presses of a step.
const MOST_PRESSES: u64 = 1_000;

/// Reads the one action of a step, with what it does in words.
pub(super) fn read(table: &Table<'_>, board: &Board<'_>) -> Option<(String, Action)> {
    for (key, mode) in [("expect", Mode::Expect), ("never", Mode::Never), ("always", Mode::Always)] {
        if let Some(value) = table.get(key) {
            let (text, look) = look::read(&value, table, mode, board)?;
            return Some((text, Action::Look(Box::new(look))));
        }
    }
    if let Some(value) = table.get("set") {
        return read_set(&value, board);
    }
    if let Some(value) = table.get("press") {
        return read_press(&value, table, board);
    }
    for (key, action) in [("unplug", Action::Unplug as fn(String) -> Action), ("plug", Action::Plug)] {
        if let Some(value) = table.get(key) {
            let (name, _) = part(&value, board)?;
            return Some((format!("{key} {name}"), action(name)));
        }
    }
    if let Some(value) = table.get("fault") {
        let name = table.get("name").map(|value| value.text().map(str::to_owned));
        let fault = read::fault(&value, board.policy)?;
        let text = format!("fault {}", fault.name);
        return Some((
            text,
            Action::Fault(Box::new(fault), name.unwrap_or(Some(String::new())).filter(|name| !name.is_empty())),
        ));
    }
    if let Some(value) = table.get("mend") {
        let name = value.text()?.to_owned();
        return Some((format!("mend {name}"), Action::Mend(name)));
    }
    let value = table.get("wait")?;
    Some((format!("wait {}", value.text().unwrap_or_default()), Action::Wait(time(&value)?)))
}

/// Returns the name of a part and its model.
pub(super) fn part(value: &Value<'_>, board: &Board<'_>) -> Option<(String, &'static Model)> {
    let name = value.text()?;
    let found = board.policy.devices.iter().find(|device| device.name() == name);
    if found.is_none() {
        let names: Vec<&str> = board.policy.devices.iter().map(|device| device.name()).collect();
        let help = suggest::advice(name, "parts", &names);
        value.refuse(&format!("is \"{}\", which the board lacks", name.escape_debug()), Some(help));
    }
    found.map(|device| (name.to_owned(), device.model))
}

/// Reads `{ PART = { CONTROL = VALUE } }`.
fn read_set(value: &Value<'_>, board: &Board<'_>) -> Option<(String, Action)> {
    let parts = value.table("`set`".to_owned())?;
    let (mut all, mut texts) = (Vec::new(), Vec::new());
    let mut is_right = true;
    for (name, controls) in parts.entries() {
        let Some(device) = board.policy.devices.iter().find(|device| device.name() == name) else {
            let names: Vec<&str> = board.policy.devices.iter().map(|device| device.name()).collect();
            let help = suggest::advice(name, "parts", &names);
            controls.refuse("names a part that the board lacks", Some(help));
            is_right = false;
            continue;
        };
        let Some(table) = controls.table(format!("`{name}` of `set`")) else {
            is_right = false;
            continue;
        };
        for (key, value) in table.entries() {
            let Some(control) = device.model.control(key) else {
                let keys: Vec<&str> = device.model.controls.iter().map(|control| control.key).collect();
                let help = if keys.is_empty() {
                    format!("a {} has no controls", device.model.name)
                } else {
                    suggest::advice(key, "controls", &keys)
                };
                value.refuse(&format!("is unknown: `{name}` has no such control"), Some(help));
                is_right = false;
                continue;
            };
            let Some(input) = read::input(&value, control) else {
                is_right = false;
                continue;
            };
            texts.push(format!("{name}.{key} {}", goes(&input)));
            all.push((name.to_owned(), key.to_owned(), input));
        }
    }
    if all.is_empty() && is_right {
        let help = "write `set = { PART = { CONTROL = VALUE } }`".to_owned();
        value.refuse("sets nothing", Some(help));
        return None;
    }
    is_right.then(|| (format!("set {}", texts.join(", ")), Action::Set(all)))
}

/// Says how a control goes.
fn goes(input: &Input) -> String {
    match input {
        Input::Value { value } => format!("= {}", shown(value)),
        Input::Course { course } => match &course.shape {
            Shape::Points { points } => match (points.first(), points.last()) {
                (Some((from_ns, from)), Some((to_ns, to))) => {
                    format!("from {from} to {to} within {} s", crate::report::seconds(to_ns - from_ns))
                }
                _ => String::new(),
            },
            Shape::Sine { mean, .. } => format!("on a sine around {mean}"),
            Shape::Noise { mean, .. } => format!("with noise around {mean}"),
        },
    }
}

fn read_press(value: &Value<'_>, table: &Table<'_>, board: &Board<'_>) -> Option<(String, Action)> {
    let (name, model) = part(value, board)?;
    let for_ns = table.get("for").map(|value| time(&value));
    let times = table.get("times").map(|value| value.integer(1..=MOST_PRESSES));
    let every = table.get("every");
    if let (Some(every), None) = (&every, &times) {
        every.refuse("needs `times`, which is missing", None);
    }
    let every_ns = every.as_ref().map(time);
    if !model.control("press").is_some_and(|control| matches!(control.kind, ValueKind::Switch)) {
        let help = "use a part of the model `button`".to_owned();
        value.refuse(&format!("is \"{name}\", a {} that cannot be pressed", model.name), Some(help));
        return None;
    }
    let (for_ns, times) = (for_ns.unwrap_or(Some(PRESS_NS))?, times.unwrap_or(Some(1))?);
    let every_ns = every_ns.unwrap_or(Some(for_ns.saturating_mul(2)))?;
    if every_ns <= for_ns
        && let Some(every) = every
    {
        every.refuse("must be longer than a press, which is `for` (100 ms without it)", None);
        return None;
    }
    let text = match times {
        1 => format!("press {name} for {} s", crate::report::seconds(for_ns)),
        times => format!("press {name} {times} times for {} s", crate::report::seconds(for_ns)),
    };
    Some((text, Action::Press(Press { part: name, for_ns, times, every_ns })))
}

/// Returns a file of the scenario.
pub(super) fn file(value: &Value<'_>, board: &Board<'_>) -> Option<std::path::PathBuf> {
    path(value, board.folder.as_deref())
}
