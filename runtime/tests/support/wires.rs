//! What a trace says of the wires at its end.

use std::collections::BTreeMap;

/// Fails if an I2C bus is in a transaction at the end of a trace, or a select line active.
pub(crate) fn idle(trace: &str) -> Result<(), String> {
    let mut busy: BTreeMap<String, bool> = BTreeMap::new();
    for line in trace.lines() {
        let Some((_, event)) = line.split_once(' ') else { continue };
        let Some((place, what)) = event.split_once(' ') else { continue };
        match what {
            "start" | "repeated start" => busy.insert(place.to_owned(), true),
            "stop" => busy.insert(place.to_owned(), false),
            _ => match what.split_once(' ') {
                Some((select, "select")) => busy.insert(format!("select line {select}"), true),
                Some((select, "deselect")) => busy.insert(format!("select line {select}"), false),
                _ => None,
            },
        };
    }
    match busy.iter().find(|(_, busy)| **busy) {
        Some((place, _)) => Err(format!("{place} is not idle: {}", trace.lines().last().unwrap_or_default())),
        None => Ok(()),
    }
}
