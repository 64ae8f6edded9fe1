//! Reads what a control is at the start: a value, or a course over time.

use std::ops::RangeInclusive;

use wasm_embedded_sim::model::{Control, Course, Input, Preset, Range, Shape, Value as Setpoint, ValueKind};

use super::setting::read_kind;
use super::{Refused, all};
use crate::file::reader::{Table, Value};

/// The longest time that a course can name, in milliseconds: a year.
const LAST_MS: u64 = 31_536_000_000;
const NS_PER_MS: u64 = 1_000_000;

/// Reads a control.
pub(super) fn read(table: &Table<'_>, control: &Control) -> Result<Option<Input>, Refused> {
    if let (true, ValueKind::Number(range)) = (control.has_points, control.kind) {
        table.exclude(control.key, "points", &format!("{} is constant, or follows `points`", control.about));
        if let Some(points) = table.get("points") {
            // It is known here, and not wanted.
            let _ = table.get(control.key);
            let points = read_points(&points, control.key, &range).ok_or(Refused)?;
            let shape = Shape::Points { points };
            return Ok(Some(Input::Course { course: Course { shape, step: range.step } }));
        }
    }
    let value = match control.preset {
        Preset::Required => {
            let points = if control.has_points { ", or `points` with times" } else { "" };
            Some(table.require(control.key, &format!("{}{points}", control.about)).ok_or(Refused)?)
        }
        _ => table.get(control.key),
    };
    let input = value.map(|value| read_input(&value, control));
    input.map(|input| input.ok_or(Refused)).transpose()
}

/// Reads a value, or a course.
pub(crate) fn read_input(value: &Value<'_>, control: &Control) -> Option<Input> {
    match control.kind {
        ValueKind::Number(range) if value.is_table() => {
            let shape = read_shape(value, &range)?;
            Some(Input::Course { course: Course { shape, step: range.step } })
        }
        kind => read_kind(value, &kind).map(|value| Input::Value { value }),
    }
}

/// The ways that a control can go, and what a message says of each.
const SHAPES: [&str; 5] = ["points", "csv", "sine", "ramp", "noise"];

fn read_shape(value: &Value<'_>, range: &Range) -> Option<Shape> {
    let table = value.table(value.name.clone())?;
    for (index, one) in SHAPES.into_iter().enumerate() {
        for other in SHAPES.into_iter().skip(index + 1) {
            table.exclude(one, other, "a control goes one way");
        }
    }
    let given = SHAPES.map(|key| (key, table.get(key)));
    let Some((key, course)) = given.into_iter().find_map(|(key, course)| Some((key, course?))) else {
        if !table.is_empty() {
            table.finish();
            return None;
        }
        let help = "add one of `points`, `csv`, `sine`, `ramp` and `noise`, or give a number instead of the table";
        value.refuse("does not say how it goes", Some(help.to_owned()));
        return None;
    };
    let shape = match key {
        "points" => read_points(&course, "value", range).map(|points| Shape::Points { points }),
        "csv" => read_csv(&course, range).map(|points| Shape::Points { points }),
        "sine" => read_sine(&course, range),
        "ramp" => read_ramp(&course, range),
        _ => read_noise(&course, range),
    };
    table.finish();
    shape
}

/// Reads `[{ at-ms = 0, value = 20 }]`, where `key` is the key of the value, as times in nanoseconds and values.
fn read_points(value: &Value<'_>, key: &'static str, range: &Range) -> Option<Vec<(u64, f64)>> {
    let points = all(value.list()?.into_iter().map(|element| {
        let table = element.table(element.name.clone())?;
        let at_ms = table.require("at-ms", "the time of this value, in ms");
        let at_ms = at_ms.and_then(|value| value.integer(0..=LAST_MS));
        let number = table.require(key, "the value").and_then(|value| value.number(range.min..=range.max, range.unit));
        table.finish();
        Some((at_ms? * NS_PER_MS, number?))
    }))?;
    in_order(value, points)
}

/// Refuses points that are not in the order of time.
fn in_order(value: &Value<'_>, points: Vec<(u64, f64)>) -> Option<Vec<(u64, f64)>> {
    match Course::through(points, 0.0) {
        Ok(Course { shape: Shape::Points { points }, .. }) => Some(points),
        Ok(_) => None,
        Err(error) => {
            value.refuse(&format!("is out of order: {error}"), None);
            None
        }
    }
}

fn read_sine(value: &Value<'_>, range: &Range) -> Option<Shape> {
    let table = value.table(value.name.clone())?;
    let (mean, amplitude) = read_swing(&table, range);
    let period_ms = milliseconds(&table, "period-ms", "the length of a period, in ms", 1..=LAST_MS);
    table.finish();
    let (mean, amplitude) = swings(value, mean?, amplitude?, range)?;
    Some(Shape::Sine { mean, amplitude, period_ns: period_ms? })
}

fn read_noise(value: &Value<'_>, range: &Range) -> Option<Shape> {
    let table = value.table(value.name.clone())?;
    let (mean, amplitude) = read_swing(&table, range);
    let every_ms = milliseconds(&table, "every-ms", "how long each value lasts, in ms", 1..=LAST_MS);
    let seed = table.get("seed").map_or(Some(0), |value| value.integer(0..=u64::from(u32::MAX)));
    table.finish();
    let (mean, amplitude) = swings(value, mean?, amplitude?, range)?;
    Some(Shape::Noise { mean, amplitude, every_ns: every_ms?, seed: seed? })
}

fn read_swing(table: &Table<'_>, range: &Range) -> (Option<f64>, Option<f64>) {
    let mean = table.require("mean", "the value in the middle");
    let mean = mean.and_then(|value| value.number(range.min..=range.max, range.unit));
    let amplitude = table.require("amplitude", "how far it goes to both sides");
    (mean, amplitude.and_then(|value| value.number(0.0..=range.max - range.min, range.unit)))
}

/// Refuses a swing that leaves the range.
fn swings(value: &Value<'_>, mean: f64, amplitude: f64, range: &Range) -> Option<(f64, f64)> {
    let (least, greatest) = (mean - amplitude, mean + amplitude);
    if least < range.min || greatest > range.max {
        let Range { min, max, unit, .. } = range;
        value.refuse(&format!("must stay within {min} to {max} {unit}, and goes from {least} to {greatest}"), None);
        return None;
    }
    Some((mean, amplitude))
}

fn read_ramp(value: &Value<'_>, range: &Range) -> Option<Shape> {
    let table = value.table(value.name.clone())?;
    let number = |key, meaning| {
        table.require(key, meaning).and_then(|value: Value<'_>| value.number(range.min..=range.max, range.unit))
    };
    let (from, to) = (number("from", "the value before it"), number("to", "the value after it"));
    let over_ms = milliseconds(&table, "over-ms", "how long it takes, in ms", 1..=LAST_MS);
    let start_ms = table.get("start-ms").map_or(Some(0), |value| value.integer(0..=LAST_MS).map(|ms| ms * NS_PER_MS));
    table.finish();
    let (start_ns, over_ns) = (start_ms?, over_ms?);
    Some(Shape::Points { points: vec![(start_ns, from?), (start_ns + over_ns, to?)] })
}

/// Reads a time that must be there, in milliseconds, as nanoseconds.
fn milliseconds(table: &Table<'_>, key: &'static str, meaning: &str, range: RangeInclusive<u64>) -> Option<u64> {
    Some(table.require(key, meaning)?.integer(range)? * NS_PER_MS)
}

/// Reads a file of two columns: milliseconds, and values.
fn read_csv(value: &Value<'_>, range: &Range) -> Option<Vec<(u64, f64)>> {
    let name = value.text()?;
    let text = match value.findings().context().read(name) {
        Ok(text) => text,
        Err(error) => {
            let help = "the name counts from the folder of the policy".to_owned();
            value.refuse(&format!("is \"{}\", which cannot be read: {error}", name.escape_debug()), Some(help));
            return None;
        }
    };
    match points_of(&text, range) {
        Ok(points) => in_order(value, points),
        Err((line, problem)) => {
            let help = "each line is a time in milliseconds, a comma, and a value; a first line of words is left out";
            value
                .refuse(&format!("is \"{}\", whose line {line} {problem}", name.escape_debug()), Some(help.to_owned()));
            None
        }
    }
}

/// Returns the points of a text of two columns, or the number of a line and what is wrong with it.
fn points_of(text: &str, range: &Range) -> Result<Vec<(u64, f64)>, (usize, String)> {
    let mut points = Vec::new();
    for (number, line) in text.lines().enumerate().map(|(index, line)| (index + 1, line.trim())) {
        let is_heading = number == 1 && !line.starts_with(|first: char| first.is_ascii_digit());
        if line.is_empty() || is_heading {
            continue;
        }
        let (time, value) = line.split_once(',').ok_or_else(|| (number, "has no comma".to_owned()))?;
        let time: u64 =
            time.trim().parse().map_err(|_| (number, "does not begin with whole milliseconds".to_owned()))?;
        let value: f64 = value.trim().parse().map_err(|_| (number, "does not end with a number".to_owned()))?;
        ValueKind::Number(*range).check(&Setpoint::Number(value)).map_err(|problem| (number, problem))?;
        if time > LAST_MS {
            return Err((number, format!("is at {time} ms, past {LAST_MS} ms")));
        }
        points.push((time * NS_PER_MS, value));
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use wasm_embedded_sim::model::Range;

    use super::points_of;

    const RANGE: Range = Range::new(-10.0, 50.0, 0.1, "degC");

    #[test]
    fn a_file_has_a_heading_or_not_and_blank_lines() {
        let points = vec![(0, 20.0), (1_500_000_000, -3.25)];
        assert_eq!(points_of("at-ms,temperature\n0,20\n\n1500, -3.25\n", &RANGE), Ok(points.clone()));
        assert_eq!(points_of("0,20\r\n1500,-3.25", &RANGE), Ok(points));
    }

    #[test]
    fn a_wrong_line_is_named() {
        let problem = |text| points_of(text, &RANGE).expect_err("a wrong line");
        assert_eq!(problem("0,20\n5;21\n"), (2, "has no comma".to_owned()));
        assert_eq!(problem("0,20\nx,21\n"), (2, "does not begin with whole milliseconds".to_owned()));
        assert_eq!(problem("time,value\n7,hot\n"), (2, "does not end with a number".to_owned()));
        assert_eq!(problem("0,51\n"), (1, "must be -10 to 50 degC, not 51".to_owned()));
        assert_eq!(problem("0,NaN\n").0, 1);
        assert_eq!(problem("99999999999,1\n").0, 1);
    }
}
