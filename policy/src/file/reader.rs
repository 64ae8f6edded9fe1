//! Reads tables and values of a TOML file with exact complaints: every key asked for is known, every other one is refused.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use toml::de::{DeTable, DeValue};

use super::problem::{Finding, Findings, Span};
use crate::suggest;

/// A table whose keys are being read.
#[derive(Debug)]
pub struct Table<'t> {
    /// How messages call it: `[i2c.sensor]`.
    pub name: String,
    /// Where it is.
    pub span: Span,
    entries: &'t DeTable<'t>,
    asked: RefCell<Vec<&'static str>>,
    /// Where complaints go.
    pub findings: &'t Findings,
}

impl<'t> Table<'t> {
    /// Makes it, with what messages call it.
    pub fn new(name: String, span: Span, entries: &'t DeTable<'t>, findings: &'t Findings) -> Table<'t> {
        Table { name, span, entries, asked: RefCell::default(), findings }
    }

    /// Returns the value of a key, if it is there.
    pub fn get(&self, key: &'static str) -> Option<Value<'t>> {
        self.asked.borrow_mut().push(key);
        let (key_spanned, value) = self.entries.get_key_value(key)?;
        let name = format!("`{key}` in {}", self.name);
        Some(Value {
            name,
            key: key_spanned.span(),
            span: value.span(),
            value: value.get_ref(),
            findings: self.findings,
        })
    }

    /// Returns whether it has no key.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns whether a key is there, which does not make it known.
    pub fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Returns the value of a key that must be there.
    pub fn require(&self, key: &'static str, meaning: &str) -> Option<Value<'t>> {
        let value = self.get(key);
        if value.is_none() {
            let message = format!("missing key `{key}` in {}", self.name);
            let finding = Finding::new(message, self.span.clone(), "this table");
            self.findings.add(finding.help(format!("add `{key}`: {meaning}")));
        }
        value
    }

    /// Returns every entry, for tables whose keys are labels.
    pub fn entries(&self) -> impl Iterator<Item = (&'t str, Value<'t>)> {
        let findings = self.findings;
        self.entries.iter().map(move |(key, value)| {
            let name = format!("`{}`", key.get_ref());
            let (key_span, span, value) = (key.span(), value.span(), value.get_ref());
            (key.get_ref().as_ref(), Value { name, key: key_span, span, value, findings })
        })
    }

    /// Refuses two keys that exclude each other.
    pub fn exclude(&self, one: &'static str, other: &'static str, reason: &str) {
        if let (Some((one_key, _)), Some((other_key, _))) =
            (self.entries.get_key_value(one), self.entries.get_key_value(other))
        {
            let message = format!("`{one}` and `{other}` cannot both be set in {}", self.name);
            let finding = Finding::new(message, other_key.span(), format!("conflicts with `{one}`"));
            self.findings.add(finding.and(one_key.span(), format!("`{one}` is set here")).help(reason));
        }
    }

    /// Refuses every key that was not asked for.
    pub fn finish(self) {
        let asked = self.asked.into_inner();
        for key in self.entries.keys().filter(|key| !asked.contains(&key.get_ref().as_ref())) {
            if self.findings.is_full() {
                return;
            }
            let name = key.get_ref();
            let mut known = asked.clone();
            known.sort_unstable();
            known.dedup();
            let message = format!("unknown key `{}` in {}", name.escape_debug(), self.name);
            let finding = Finding::new(message, key.span(), "unknown key");
            self.findings.add(finding.help(suggest::advice(name, "keys", &known)));
        }
    }
}

/// Writes an integer as a policy may: with `_` between groups of three digits, from five digits on.
fn grouped(number: &str) -> String {
    let digits = number.strip_prefix('-').unwrap_or(number);
    if digits.len() < 5 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return number.to_owned();
    }
    let mut text = number.get(..number.len() - digits.len()).unwrap_or_default().to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

/// The value of one key, or one element of an array.
#[derive(Clone, Debug)]
pub struct Value<'t> {
    /// How messages call it: "`mode` in \[spi.flash\]".
    pub name: String,
    /// Where the key is, or the element.
    pub key: Span,
    /// Where the value is.
    pub span: Span,
    value: &'t DeValue<'t>,
    findings: &'t Findings,
}

impl<'t> Value<'t> {
    /// Refuses the value: `problem` completes the sentence that begins with its name.
    pub fn refuse(&self, problem: &str, help: Option<String>) {
        let finding = Finding::new(format!("{} {problem}", self.name), self.span.clone(), "here");
        self.findings.add(match help {
            Some(help) => finding.help(help),
            None => finding,
        });
    }

    /// Returns where findings go, with what the file is read with.
    pub fn findings(&self) -> &'t Findings {
        self.findings
    }

    /// Reports something about this value that needs more than a sentence.
    pub fn report(&self, finding: Finding) {
        self.findings.add(finding);
    }

    fn wrong_type<T>(&self, wanted: &str) -> Option<T> {
        self.refuse(&format!("must be {wanted}, not {}", self.kind()), None);
        None
    }

    /// Returns what the value is, in words.
    fn kind(&self) -> &'static str {
        match self.value {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a fraction",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        }
    }

    /// Returns the string, if it is one, without a complaint if not.
    pub fn as_text(&self) -> Option<&'t str> {
        self.value.as_str()
    }

    /// Returns the truth value, if it is one, without a complaint if not.
    pub fn as_bool(&self) -> Option<bool> {
        self.value.as_bool()
    }

    /// Returns whether the value is an integer.
    pub fn is_integer(&self) -> bool {
        self.value.is_integer()
    }

    /// Returns whether the value is a table.
    pub fn is_table(&self) -> bool {
        self.value.is_table()
    }

    /// Returns the string.
    pub fn text(&self) -> Option<&'t str> {
        self.as_text().or_else(|| self.wrong_type("a string"))
    }

    /// Returns the truth value.
    pub fn boolean(&self) -> Option<bool> {
        self.as_bool().or_else(|| self.wrong_type("true or false"))
    }

    /// Returns an integer within a range of its type.
    pub fn integer<T>(&self, range: RangeInclusive<T>) -> Option<T>
    where
        T: TryFrom<i128> + PartialOrd + std::fmt::Display,
    {
        let DeValue::Integer(integer) = self.value else {
            return self.wrong_type("an integer");
        };
        let number = self.as_integer().filter(|number| range.contains(number));
        if number.is_none() {
            let (start, end) = (grouped(&range.start().to_string()), grouped(&range.end().to_string()));
            self.refuse(&format!("must be {start} to {end}, not {}", grouped(&integer.to_string())), None);
        }
        number
    }

    /// Returns the integer, if it is one of this type, without a complaint if not.
    pub fn as_integer<T: TryFrom<i128>>(&self) -> Option<T> {
        let integer = self.value.as_integer()?;
        T::try_from(i128::from_str_radix(integer.as_str(), integer.radix()).ok()?).ok()
    }

    /// Returns a number, with or without a fraction, within a range.
    pub fn number(&self, range: RangeInclusive<f64>, unit: &str) -> Option<f64> {
        let text = match self.value {
            DeValue::Integer(integer) => integer.to_string(),
            DeValue::Float(float) => float.as_str().to_owned(),
            _ => return self.wrong_type("a number"),
        };
        let number = text.replace('_', "").parse().ok().filter(|number| range.contains(number));
        if number.is_none() {
            self.refuse(&format!("must be {} to {} {unit}, not {text}", range.start(), range.end()), None);
        }
        number
    }

    /// Returns the meaning of one of a few words, in any case.
    pub fn choice<T: Copy>(&self, choices: &[(&'static str, T)]) -> Option<T> {
        let text = self.text()?;
        let found = choices.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
        if found.is_none() && !self.findings.is_full() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            let help = suggest::advice(text, "allowed values", &words);
            let message = format!("unknown value \"{}\" for {}", text.escape_debug(), self.name);
            self.report(Finding::new(message, self.span.clone(), "unknown value").help(help));
        }
        found.map(|(_, meaning)| *meaning)
    }

    /// Returns a date, a time, or both.
    pub fn datetime(&self) -> Option<toml::value::Datetime> {
        match self.value {
            DeValue::Datetime(datetime) => Some(*datetime),
            _ => self.wrong_type("a date and time, such as 2026-01-31T12:00:00"),
        }
    }

    /// Returns the elements of a list.
    pub fn list(&self) -> Option<Vec<Value<'t>>> {
        let Some(array) = self.value.as_array() else {
            return self.wrong_type("a list");
        };
        let element = |value: &'t toml::Spanned<DeValue<'t>>| Value {
            name: format!("an item of {}", self.name),
            key: value.span(),
            span: value.span(),
            value: value.get_ref(),
            findings: self.findings,
        };
        Some(array.iter().map(element).collect())
    }

    /// Returns the value as a table that messages call `name`.
    pub fn table(&self, name: String) -> Option<Table<'t>> {
        match self.value {
            DeValue::Table(entries) => Some(Table::new(name, self.key.clone(), entries, self.findings)),
            _ => self.wrong_type("a table"),
        }
    }
}
