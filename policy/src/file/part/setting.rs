//! Reads settings, each by its kind.

use wasm_embedded_sim::model::{Fields, Preset, Setting, Settings, Value as Setpoint, ValueKind};
use wasm_embedded_sim::parts::ds3231::DateTime;

use super::{Refused, all};
use crate::file::problem::Finding;
use crate::file::reader::{Table, Value};

/// Reads the settings of a table; `owner` is what messages call what they are settings of.
pub(super) fn read_all<'s>(
    table: &Table<'_>,
    settings: impl Iterator<Item = &'s Setting>,
    owner: &str,
    old: bool,
) -> Option<Settings> {
    let values = settings.filter_map(|setting| {
        let value = read(table, setting, owner, old).transpose()?;
        Some(value.ok().map(|value| (setting.key.to_owned(), value)))
    });
    Some(all(values)?.into_iter().collect())
}

fn read(table: &Table<'_>, setting: &Setting, owner: &str, old: bool) -> Result<Option<Setpoint>, Refused> {
    let key = setting.old_key.filter(|_| old).unwrap_or(setting.key);
    let value = match setting.preset {
        Preset::Required => Some(table.require(key, &meaning(setting)).ok_or(Refused)?),
        Preset::OneOf(other) => {
            table.exclude(key, other, &format!("a {owner} part has either `{key}` or `{other}`"));
            let value = table.get(key);
            if value.is_none() && !table.has(other) {
                let message = format!("missing key `{key}` or `{other}` in {}", table.name);
                let finding = Finding::new(message, table.span.clone(), "this table");
                table.findings.add(finding.help(format!("add `{key}`: {}; or `{other}`", meaning(setting))));
                return Err(Refused);
            }
            value
        }
        _ => table.get(key),
    };
    value.map(|value| read_kind(&value, &setting.kind).ok_or(Refused)).transpose()
}

/// Returns what a setting is, with an example if its form needs one.
fn meaning(setting: &Setting) -> String {
    match setting.kind {
        ValueKind::Records(Fields { example, .. }) => format!("{}, such as {example}", setting.about),
        _ => setting.about.to_owned(),
    }
}

/// Reads a value of a kind.
pub(crate) fn read_kind(value: &Value<'_>, kind: &ValueKind) -> Option<Setpoint> {
    Some(match kind {
        ValueKind::Number(range) => Setpoint::Number(value.number(range.min..=range.max, range.unit)?),
        ValueKind::Integer(first, last, _) => Setpoint::Integer(value.integer(*first..=*last)?),
        ValueKind::Choice(words) => {
            let words: Vec<(&'static str, &'static str)> = words.iter().map(|word| (*word, *word)).collect();
            Setpoint::Text(value.choice(&words)?.to_owned())
        }
        ValueKind::Switch => Setpoint::Switch(value.boolean()?),
        ValueKind::Text => Setpoint::Text(value.text()?.to_owned()),
        ValueKind::Bytes => Setpoint::Bytes(read_bytes(value)?),
        ValueKind::Time => Setpoint::Time(read_time(value)?),
        ValueKind::Records(fields) => Setpoint::Records(read_records(value, fields)?),
    })
}

/// Reads bytes, as a list or as text.
fn read_bytes(value: &Value<'_>) -> Option<Vec<u8>> {
    if let Some(text) = value.as_text() {
        return Some(text.as_bytes().to_vec());
    }
    all(value.list()?.iter().map(|element| element.integer(0..=u8::MAX)))
}

fn read_time(value: &Value<'_>) -> Option<DateTime> {
    let datetime = value.datetime()?;
    let (date, time) = (datetime.date, datetime.time);
    let parts = date.zip(time).filter(|_| datetime.offset.is_none());
    let Some((date, time)) = parts else {
        value.refuse("must be a date and time without an offset, such as 2026-01-31T12:00:00", None);
        return None;
    };
    let second = time.second.unwrap_or(0);
    let time = DateTime::new(date.year, date.month, date.day, time.hour, time.minute, second);
    if let Err(error) = &time {
        value.refuse(&format!("is invalid: {error}"), None);
    }
    time.ok()
}

/// Reads all tables of a list, and reports each that is wrong.
fn read_records(value: &Value<'_>, fields: &Fields) -> Option<Vec<Settings>> {
    all(value.list()?.into_iter().map(|element| {
        let table = element.table(element.name.clone())?;
        let record = read_all(&table, fields.fields.iter(), "", false);
        let checked = record.and_then(|record| match (fields.check)(&record) {
            Ok(()) => Some(record),
            Err(problem) => {
                element.refuse(problem, None);
                None
            }
        });
        table.finish();
        checked
    }))
}
