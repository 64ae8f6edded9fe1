//! Pieces of TOML.

use std::fmt::Write as _;

/// Returns a text in quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            char if char.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04X}", u32::from(char));
            }
            char => out.push(char),
        }
    }
    out.push('"');
    out
}

/// Returns a key: bare where TOML allows it.
pub(crate) fn key(text: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !text.is_empty() && text.bytes().all(is_bare) { text.to_owned() } else { quoted(text) }
}

/// Returns a text with nothing but what the name of a net may have.
pub(crate) fn word(text: &str) -> String {
    text.chars().map(|char| if char.is_ascii_alphanumeric() || char == '_' { char } else { '-' }).collect()
}

/// Returns a number as TOML has it, if it is one.
pub(crate) fn number(text: &str) -> Option<String> {
    let number: f64 = text.trim().parse().ok()?;
    number.is_finite().then(|| format!("{number:?}"))
}

/// Returns an address: `0x3c`, or a decimal number.
pub(crate) fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let number = hex.map_or_else(|| text.parse().ok(), |hex| u8::from_str_radix(hex, 16).ok())?;
    Some(format!("{number:#04x}"))
}

#[cfg(test)]
mod tests {
    use super::{address, key, number, quoted, word};

    #[test]
    fn pieces_are_toml() {
        assert_eq!(quoted("a\"b\\c\nd\u{7f}"), "\"a\\\"b\\\\c\\u000Ad\\u007F\"");
        assert_eq!((key("led-1").as_str(), key("a.b").as_str(), key("").as_str()), ("led-1", "\"a.b\"", "\"\""));
        assert_eq!(word("D/C 1.l"), "D-C-1-l");
        assert_eq!((number("24").as_deref(), number("-1.5e1").as_deref()), (Some("24.0"), Some("-15.0")));
        assert_eq!((number("inf"), number("1 2"), number("")), (None, None, None));
        assert_eq!((address("0x3C").as_deref(), address("39").as_deref()), (Some("0x3c"), Some("0x27")));
        assert_eq!((address("0x1ff"), address("x")), (None, None));
    }
}
