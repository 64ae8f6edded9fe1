//! Makes a guest's text safe for a terminal, a log and a line-based format.

use std::fmt::Write;

pub(crate) use wasm_embedded_policy::escape::{is_active, line, push};

fn escape(text: &str, keep: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if keep(char) {
            out.push(char);
        } else {
            push(&mut out, char);
        }
    }
    out
}

/// Returns JSON in which everything active is written as JSON's own escapes. All of it is within strings.
pub(crate) fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if is_active(char) {
            let mut units = [0; 2];
            for unit in char.encode_utf16(&mut units) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(char);
        }
    }
    out
}

/// Finds the characters in a stream of bytes.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    /// The beginning of a character whose rest has not come yet.
    rest: Vec<u8>,
}

impl Decoder {
    /// Takes the next bytes and returns their text, with what `replace` makes of each byte that is no UTF-8. `keep` is asked
    /// how to write each piece of text.
    fn push(&mut self, bytes: &[u8], keep: impl Fn(&str) -> String, replace: impl Fn(u8) -> String) -> String {
        let mut pending = std::mem::take(&mut self.rest);
        pending.extend_from_slice(bytes);
        let mut out = String::new();
        for chunk in pending.utf8_chunks() {
            out.push_str(&keep(chunk.valid()));
            let at_end = chunk.invalid().as_ptr_range().end == pending.as_ptr_range().end;
            let unfinished = std::str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none());
            if at_end && unfinished {
                self.rest = chunk.invalid().to_vec();
            } else {
                chunk.invalid().iter().for_each(|byte| out.push_str(&replace(*byte)));
            }
        }
        out
    }

    /// Takes the next bytes and returns their text as it is, with a replacement character for each byte that is no UTF-8.
    pub(crate) fn text(&mut self, bytes: &[u8]) -> String {
        self.push(bytes, str::to_owned, |_| char::REPLACEMENT_CHARACTER.to_string())
    }

    /// Takes the next bytes and returns their text for a terminal: line feeds, tabs and carriage returns stay, and what else is
    /// active is written as an escape. Bytes that are no UTF-8 become `\xNN`.
    pub(crate) fn terminal(&mut self, bytes: &[u8]) -> String {
        let keep = |text: &str| escape(text, |char| matches!(char, '\n' | '\t' | '\r'));
        self.push(bytes, keep, |byte| format!("\\x{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::Decoder;

    #[test]
    fn characters_may_be_split_between_writes() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.terminal(b"21 \xc2"), "21 ");
        assert_eq!(decoder.terminal(b"\xb0C\n"), "°C\n");
        assert_eq!(decoder.terminal(b"\xff\x1b[2J\xe2\x82"), "\\xff\\u{1b}[2J");
        assert_eq!(decoder.terminal(b"x"), "\\xe2\\x82x");
        assert_eq!(decoder.text(b"\x1b\xc2"), "\u{1b}");
        assert_eq!(decoder.text(b"\xb0\xff."), "°\u{fffd}.");
    }
}
