//! What was written, as far as it is still looked at.

use crate::pattern::TextPattern;

/// How much is kept.
const MOST_BYTES: usize = 1 << 20;
/// How long a match can be.
const LONGEST_MATCH: usize = 64 << 10;
/// How many lines a failure shows.
const SHOWN_LINES: usize = 8;

/// A text that grows at its end.
#[derive(Debug, Default)]
pub(super) struct Tape {
    bytes: Vec<u8>,
    /// How many bytes were dropped from the beginning.
    dropped: usize,
    /// Where the last match ended, counted from the beginning of all.
    cursor: usize,
}

impl Tape {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        // By halves, so that a byte is moved once.
        if self.bytes.len() > 2 * MOST_BYTES {
            let surplus = self.bytes.len() - MOST_BYTES;
            self.bytes.drain(..surplus);
            self.dropped += surplus;
        }
    }

    /// Returns where the next text will begin.
    pub(super) fn end(&self) -> usize {
        self.dropped + self.bytes.len()
    }

    /// Returns where the last match ended.
    pub(super) fn cursor(&self) -> usize {
        self.cursor
    }

    /// Looks for a pattern from a place on. If it is there the cursor moves behind it; else the place moves on, as far as no match can
    /// begin before.
    pub(super) fn find(&mut self, pattern: &TextPattern, from: &mut usize) -> bool {
        let begin = from.saturating_sub(self.dropped).min(self.bytes.len());
        let text = self.bytes.get(begin..).unwrap_or_default();
        if let Some(end) = pattern.find(text) {
            self.cursor = self.dropped + begin + end;
            return true;
        }
        let breaks = text.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        let line = breaks.take(pattern.lines()).last().filter(|_| pattern.lines() <= newlines(text)).unwrap_or(0);
        *from = (self.dropped + begin + line).max(self.end().saturating_sub(LONGEST_MATCH));
        false
    }

    /// Returns the last lines.
    pub(super) fn tail(&self) -> Vec<String> {
        let text =
            String::from_utf8_lossy(self.bytes.get(self.bytes.len().saturating_sub(4_096)..).unwrap_or_default());
        let lines: Vec<&str> = text.lines().collect();
        let shown = lines.get(lines.len().saturating_sub(SHOWN_LINES)..).unwrap_or_default();
        shown.iter().map(|line| wasm_embedded_policy::escape::line(line)).collect()
    }
}

fn newlines(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::{MOST_BYTES, Tape};
    use crate::pattern::TextPattern;

    #[test]
    fn a_match_begins_behind_the_last_one_and_may_come_in_pieces() {
        let (mut tape, pattern) = (Tape::default(), TextPattern::new("on\nat * C"));
        tape.add(b"fan on\nat ");
        let mut from = tape.cursor();
        assert!(!tape.find(&pattern, &mut from));
        tape.add(b"30 C\n");
        assert!(tape.find(&pattern, &mut from));
        let mut from = tape.cursor();
        assert!(!tape.find(&pattern, &mut from), "once only");
    }

    #[test]
    fn a_long_text_is_forgotten_from_its_beginning() {
        let mut tape = Tape::default();
        for _ in 0..40 {
            tape.add(&[b'x'; 100_000]);
        }
        tape.add(b"end\n");
        assert!(tape.bytes.len() <= 2 * MOST_BYTES);
        assert_eq!(tape.end(), 4_000_004);
        let mut from = 0;
        assert!(tape.find(&TextPattern::new("xend"), &mut from));
        assert_eq!(tape.cursor(), 4_000_003);
    }
}
