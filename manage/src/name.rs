//! Names of applications, and the keys and values of their configuration. A name is part of a file's name and of an address.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest name of an application, in bytes.
const MAX_NAME_BYTES: usize = 32;

/// The longest key, in bytes.
const MAX_KEY_BYTES: usize = 64;

/// The longest value, in bytes.
pub(crate) const MAX_VALUE_BYTES: usize = 4096;

/// Why a text is not a name, key or value.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// It is not the name of an application.
    #[error(
        "`{}` is not a name of an application: use 1 to 32 of a-z, 0-9 and -, beginning with a letter",
        shown(.0)
    )]
    Name(String),
    /// It is not a key.
    #[error("`{}` is not a key: use 1 to 64 of a-z, A-Z, 0-9, `_`, `-` and `.`, beginning with a letter", shown(.0))]
    Key(String),
    /// It is not a value.
    #[error("a value must be text of at most 4096 bytes without zero bytes; this one has {0} bytes")]
    Value(usize),
}

/// Returns the beginning of a text of somebody else's, without control characters.
fn shown(text: &str) -> String {
    text.chars().take(MAX_KEY_BYTES).flat_map(char::escape_debug).collect()
}

/// The name of an application: 1 to 32 of a-z, 0-9 and -, beginning with a letter.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// A key of an application's configuration: 1 to 64 of a-z, A-Z, 0-9, `_`, `-` and `.`, beginning with a letter.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key(String);

/// A value of an application's configuration: text of at most 4,096 bytes, without zero bytes.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Value(String);

fn is_of(text: &str, most: usize, more: &[char], capitals: bool) -> bool {
    let is_letter = |letter: char| letter.is_ascii_lowercase() || (capitals && letter.is_ascii_uppercase());
    let is_one = |letter: char| is_letter(letter) || letter.is_ascii_digit() || more.contains(&letter);
    text.len() <= most && text.starts_with(is_letter) && text.chars().all(is_one)
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Name, NameError> {
        let is_name = is_of(text, MAX_NAME_BYTES, &['-'], false);
        is_name.then(|| Name(text.to_owned())).ok_or_else(|| NameError::Name(text.to_owned()))
    }
}

impl FromStr for Key {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Key, NameError> {
        let is_key = is_of(text, MAX_KEY_BYTES, &['_', '-', '.'], true);
        is_key.then(|| Key(text.to_owned())).ok_or_else(|| NameError::Key(text.to_owned()))
    }
}

impl FromStr for Value {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Value, NameError> {
        let is_value = text.len() <= MAX_VALUE_BYTES && !text.contains('\0');
        is_value.then(|| Value(text.to_owned())).ok_or(NameError::Value(text.len()))
    }
}

macro_rules! text {
    ($($type:ident)*) => {$(
        impl $type {
            /// Returns it as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl TryFrom<String> for $type {
            type Error = NameError;

            fn try_from(text: String) -> Result<$type, NameError> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(text: $type) -> String {
                text.0
            }
        }
    )*};
}

text!(Name Key Value);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_lead_to_another_folder() {
        for name in ["station", "a", "fan-2", &"a".repeat(32)] {
            assert_eq!(name.parse::<Name>().map(String::from), Ok(name.to_owned()));
        }
        let long = "a".repeat(33);
        for name in [
            "",
            ".",
            "..",
            "../x",
            "a/b",
            "a\\b",
            "/etc/passwd",
            "a.b",
            "a%2e",
            "A",
            "2fan",
            "-rf",
            "a b",
            "a\n",
            "a\0",
            "é",
            "~",
            "$HOME",
            &long,
        ] {
            let refused = name.parse::<Name>().expect_err(name).to_string();
            assert!(refused.contains("is not a name of an application") && !refused.contains('\n'), "{refused}");
        }
        assert!("\u{1b}[2J".repeat(1000).parse::<Name>().expect_err("refused").to_string().len() < 600);
    }

    #[test]
    fn keys_and_values_are_bounded() {
        for key in ["interval", "mqtt.topic", "A_b-9", &"k".repeat(64)] {
            assert!(key.parse::<Key>().is_ok(), "{key}");
        }
        for key in ["", "1a", "a=b", "a b", "../x", "a/b", ".a", &"k".repeat(65)] {
            assert!(key.parse::<Key>().is_err(), "{key}");
        }
        assert!("".parse::<Value>().is_ok() && "ä\n=\u{1b}".parse::<Value>().is_ok());
        assert!("v".repeat(4096).parse::<Value>().is_ok());
        assert!("v".repeat(4097).parse::<Value>().is_err() && "\0".parse::<Value>().is_err());
    }
}
