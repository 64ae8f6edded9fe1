//! What a setting, control or readout can be.

use alloc::format;
use alloc::string::String;

use super::{Setting, Settings, Value};

/// What a setting, control or readout can be.
#[derive(Clone, Copy, Debug)]
pub enum ValueKind {
    /// A number.
    Number(Range),
    /// A whole number from the first to the last, with its unit.
    Integer(i64, i64, &'static str),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// On or off.
    Switch,
    /// A text.
    Text,
    /// Bytes: a list of numbers, or a text.
    Bytes,
    /// A date and time from 2000 to 2099.
    Time,
    /// A list of tables with fields of their own.
    Records(Fields),
}

/// The numbers that a [`ValueKind::Number`] can be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Range {
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// The smallest change that the part can show, or a hand would make.
    pub step: f64,
    /// The unit, empty if there is none.
    pub unit: &'static str,
}

impl Range {
    /// Makes a range.
    #[must_use]
    pub const fn new(min: f64, max: f64, step: f64, unit: &'static str) -> Range {
        Range { min, max, step, unit }
    }
}

/// The fields of each table in a list.
#[derive(Clone, Copy, Debug)]
pub struct Fields {
    /// The fields.
    pub fields: &'static [Setting],
    /// Looks at a table whose fields are each right, and says what is wrong with it, as the end of a sentence that begins with its name.
    pub check: fn(&Settings) -> Result<(), &'static str>,
    /// One such list, as a policy says it.
    pub example: &'static str,
}

impl ValueKind {
    /// A level of a net.
    pub const LEVEL: ValueKind = ValueKind::Choice(&["low", "high"]);

    /// Checks a value, and says what is wrong with it as the end of a sentence that begins with its name.
    ///
    /// # Errors
    /// The value is of another type, or lies outside the range.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        match (self, value) {
            (ValueKind::Number(range), Value::Number(number)) if (range.min..=range.max).contains(number) => Ok(()),
            (ValueKind::Number(Range { min, max, unit, .. }), Value::Number(number)) => {
                Err(outside(&number, &min, &max, unit))
            }
            (ValueKind::Integer(first, last, _), Value::Integer(number)) if (*first..=*last).contains(number) => Ok(()),
            (ValueKind::Integer(first, last, unit), Value::Integer(number)) => Err(outside(number, first, last, unit)),
            (ValueKind::Choice(words), Value::Text(text)) if words.contains(&text.as_str()) => Ok(()),
            (ValueKind::Choice(words), Value::Text(text)) => {
                Err(format!("must be one of {}, not \"{}\"", words.join(", "), text.escape_debug()))
            }
            (ValueKind::Switch, Value::Switch(_))
            | (ValueKind::Text, Value::Text(_))
            | (ValueKind::Bytes, Value::Bytes(_))
            | (ValueKind::Time, Value::Time(_))
            | (ValueKind::Records(_), Value::Records(_)) => Ok(()),
            _ => Err(format!("must be {}", self.name())),
        }
    }

    /// Returns what it is, with an article.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            ValueKind::Number(_) => "a number",
            ValueKind::Integer(..) => "a whole number",
            ValueKind::Choice(_) => "one of a few words",
            ValueKind::Switch => "true or false",
            ValueKind::Text => "a text",
            ValueKind::Bytes => "a list of bytes, or a text",
            ValueKind::Time => "a date and time",
            ValueKind::Records(_) => "a list of tables",
        }
    }
}

fn outside(
    value: &dyn core::fmt::Display,
    min: &dyn core::fmt::Display,
    max: &dyn core::fmt::Display,
    unit: &str,
) -> String {
    let space = if unit.is_empty() { "" } else { " " };
    format!("must be {min} to {max}{space}{unit}, not {value}")
}
