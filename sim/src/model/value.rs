//! The values of settings, controls and readouts.

use alloc::string::String;
use alloc::vec::Vec;

use crate::parts::ds3231::DateTime;

/// A value of a setting, control or readout.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// A number, in the unit of its model.
    Number(f64),
    /// A whole number, in the unit of its model.
    Integer(i64),
    /// On or off.
    Switch(bool),
    /// A text, or one of a few words.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A date and time.
    Time(DateTime),
    /// A list of tables.
    Records(Vec<Settings>),
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Number(number)
    }
}

impl From<bool> for Value {
    fn from(on: bool) -> Value {
        Value::Switch(on)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Integer(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.into())
    }
}

/// Values by their keys.
#[derive(Clone, PartialEq, Default)]
pub struct Settings(Vec<(String, Value)>);

impl Settings {
    /// Makes settings without any value.
    #[must_use]
    pub const fn new() -> Settings {
        Settings(Vec::new())
    }

    /// Sets the value of a key that has none yet.
    pub fn insert(&mut self, key: &str, value: Value) {
        self.0.push((key.into(), value));
    }

    /// Returns the value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// Returns the keys with their values, in the order in which they were set.
    #[must_use]
    pub fn entries(&self) -> &[(String, Value)] {
        &self.0
    }

    /// Returns the keys and their values.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Returns whether a switch is on; one that is not there is off.
    #[must_use]
    pub fn is_on(&self, key: &str) -> bool {
        matches!(self.get(key), Some(Value::Switch(true)))
    }

    /// Returns a text, or a choice.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.get(key)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns a whole number that fits the type.
    #[must_use]
    pub fn integer<T: TryFrom<i64>>(&self, key: &str) -> Option<T> {
        match self.get(key)? {
            Value::Integer(number) => T::try_from(*number).ok(),
            _ => None,
        }
    }

    /// Returns bytes.
    #[must_use]
    pub fn bytes(&self, key: &str) -> Option<&[u8]> {
        match self.get(key)? {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Returns a date and time.
    #[must_use]
    pub fn time(&self, key: &str) -> Option<DateTime> {
        match self.get(key)? {
            Value::Time(time) => Some(*time),
            _ => None,
        }
    }

    /// Returns a list of tables.
    #[must_use]
    pub fn records(&self, key: &str) -> Option<&[Settings]> {
        match self.get(key)? {
            Value::Records(records) => Some(records),
            _ => None,
        }
    }
}

impl FromIterator<(String, Value)> for Settings {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(entries: I) -> Settings {
        Settings(entries.into_iter().collect())
    }
}

impl core::fmt::Debug for Settings {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
