//! Texts and bytes with wildcards.

use std::fmt::{self, Write as _};

/// A text in which `*` stands for anything within a line; `\*` is a star.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextPattern {
    text: String,
    /// What is between the stars, at least one.
    pieces: Vec<Vec<u8>>,
}

impl TextPattern {
    /// Reads a pattern.
    #[must_use]
    pub fn new(text: &str) -> TextPattern {
        let (mut pieces, mut piece, mut escaped) = (Vec::new(), Vec::new(), false);
        for byte in text.bytes() {
            match (escaped, byte) {
                (false, b'\\') => escaped = true,
                (false, b'*') => pieces.push(std::mem::take(&mut piece)),
                (true, b'*') => {
                    piece.push(byte);
                    escaped = false;
                }
                (true, _) => {
                    piece.extend([b'\\', byte]);
                    escaped = false;
                }
                (false, _) => piece.push(byte),
            }
        }
        if escaped {
            piece.push(b'\\');
        }
        pieces.push(piece);
        TextPattern { text: text.to_owned(), pieces }
    }

    /// Returns how many lines a match may be on.
    #[must_use]
    pub fn lines(&self) -> usize {
        1 + self.pieces.iter().flatten().filter(|byte| **byte == b'\n').count()
    }

    /// Returns where the first match ends, if there is one.
    #[must_use]
    pub fn find(&self, text: &[u8]) -> Option<usize> {
        let (first, rest) = self.pieces.split_first()?;
        let mut from = 0;
        loop {
            let begin = from + position(text.get(from..)?, first)?;
            if let Some(end) = follow(text, begin + first.len(), rest) {
                return Some(end);
            }
            from = begin + 1;
        }
    }
}

/// Returns where the pieces end that follow each other from `from` on in a line.
fn follow(text: &[u8], from: usize, pieces: &[Vec<u8>]) -> Option<usize> {
    pieces.iter().try_fold(from, |from, piece| {
        let line = text.get(from..)?;
        let line = line.split(|byte| *byte == b'\n').next()?;
        Some(from + position(line, piece)? + piece.len())
    })
}

fn position(text: &[u8], piece: &[u8]) -> Option<usize> {
    match piece {
        [] => Some(0),
        _ => text.windows(piece.len()).position(|window| window == piece),
    }
}

impl fmt::Display for TextPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.text.escape_debug())
    }
}

/// A byte of a pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Item {
    /// This one.
    Byte(u8),
    /// Any one: `"*"`.
    Any,
    /// Any number of any: `"..."`.
    Rest,
}

/// Bytes of which some may be anything.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BytePattern(pub Vec<Item>);

impl BytePattern {
    /// Returns how many bytes match, if only so many do.
    #[must_use]
    pub fn count(&self) -> Option<usize> {
        (!self.0.contains(&Item::Rest)).then_some(self.0.len())
    }

    /// Returns whether these bytes match.
    #[must_use]
    pub fn matches(&self, bytes: &[u8]) -> bool {
        // The last place at which any number of bytes may be skipped: the one before need not be tried again.
        let (mut at, mut from, mut resume) = (0, 0, None);
        loop {
            match (self.0.get(at), bytes.get(from)) {
                (Some(Item::Rest), _) => {
                    resume = Some((at + 1, from));
                    at += 1;
                    continue;
                }
                (Some(Item::Any), Some(_)) => {
                    (at, from) = (at + 1, from + 1);
                    continue;
                }
                (Some(Item::Byte(wanted)), Some(byte)) if wanted == byte => {
                    (at, from) = (at + 1, from + 1);
                    continue;
                }
                (None, None) => return true,
                _ => {}
            }
            match resume {
                Some((after, skipped)) if skipped < bytes.len() => {
                    (at, from) = (after, skipped + 1);
                    resume = Some((after, skipped + 1));
                }
                _ => return false,
            }
        }
    }
}

impl fmt::Display for BytePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, item) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_char(' ')?;
            }
            match item {
                Item::Byte(byte) => write!(f, "{byte:02x}")?,
                Item::Any => f.write_str("*")?,
                Item::Rest => f.write_str("...")?,
            }
        }
        Ok(())
    }
}

/// Shows bytes as hexadecimal numbers; of many only the first.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const MOST: usize = 32;
    let mut text = String::new();
    for (index, byte) in bytes.iter().take(MOST).enumerate() {
        let space = if index > 0 { " " } else { "" };
        // Writing to a string cannot fail.
        let _ = write!(text, "{space}{byte:02x}");
    }
    if bytes.len() > MOST {
        let _ = write!(text, " ... {} bytes", bytes.len());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{BytePattern, Item, TextPattern};

    #[test]
    fn a_star_stands_for_anything_within_a_line() {
        let find = |pattern: &str, text: &str| TextPattern::new(pattern).find(text.as_bytes());
        assert_eq!(find("fan on", "x fan on\n"), Some(8));
        assert_eq!(find("fan * at *C", "fan off\nfan on at 30 C"), Some(22));
        assert_eq!(find("fan*C", "fan on\n30 C"), None);
        assert_eq!(find("a*b", "a\na-b"), Some(5));
        assert_eq!(find("2 \\* 3", "2 * 3"), Some(5));
        assert_eq!(find("2 \\* 3", "2 x 3"), None);
        assert_eq!(find("\\d", "\\d"), Some(2));
        assert_eq!(find("", ""), Some(0));
    }

    #[test]
    fn bytes_match_one_by_one_or_in_any_number() {
        let matches = |pattern: &[Item], bytes: &[u8]| BytePattern(pattern.to_vec()).matches(bytes);
        let (one, any, rest) = (Item::Byte(1), Item::Any, Item::Rest);
        assert!(matches(&[one, any], &[1, 9]));
        assert!(!matches(&[one, any], &[1]));
        assert!(!matches(&[one], &[1, 2]));
        assert!(matches(&[one, rest], &[1]));
        assert!(matches(&[rest, one], &[3, 1, 2, 1]));
        assert!(!matches(&[rest, one], &[3, 1, 2]));
        assert!(matches(&[rest, one, any, rest, one], &[1, 1, 2, 1]));
        assert!(matches(&[], &[]));
        assert!(matches(&[rest], &[]));
    }
}
