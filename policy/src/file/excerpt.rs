//! The few lines of a policy file that a problem is about, fit to be printed.
//!
//! A file may be a mebibyte in one line, and hold what a terminal takes for a command. What is shown of it is bounded in lines
//! and in columns, and every active character of it is written as an escape. The library that renders the report sees this text
//! only, never the file, and each place that it marks lies within one line and begins and ends at a character.

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::problem::Span;
use crate::escape;

/// The lines that are shown above and below a place.
const CONTEXT_LINES: usize = 1;
/// The most lines between two places that are shown in one piece.
const GAP_LINES: usize = 6;
/// The longest line that is shown whole, in characters.
const LONGEST_LINE: usize = 128;
/// What is shown of a longer line on each side of a place, in characters.
const AROUND: usize = 40;
/// The most characters of a place that are shown in a longer line.
const LONGEST_PLACE: usize = 60;
/// What a tab becomes, and what stands where something was left out.
const TAB: &str = "    ";
const LEFT_OUT: char = '…';

/// Pieces of a policy file, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Excerpt {
    name: String,
    text: String,
    pieces: Vec<Piece>,
    places: Vec<Place>,
}

/// Lines that follow each other.
#[derive(Clone, Debug)]
struct Piece {
    /// Where they are in the excerpt.
    range: Range<usize>,
    /// The number of the first one in the file, from 0.
    line: usize,
    lines: usize,
}

/// What a problem points to.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Where it is in the excerpt.
    pub(super) span: Range<usize>,
    /// The number of its line in the file, from 0.
    pub(super) line: usize,
    /// How many characters of the line come before it.
    pub(super) column: usize,
    /// Where it is in the line of the file.
    within: Range<usize>,
}

impl Excerpt {
    /// Cuts what is around `spans` out of a file that messages call `name`. Of a span over several lines the first one is shown.
    pub(super) fn new(name: &str, text: &str, spans: &[&Span]) -> Excerpt {
        let places: Vec<Place> = spans.iter().map(|span| Place::find(text, span)).collect();
        // What follows the last line's end is no line, unless something is missing there.
        let lines = text.bytes().filter(|&byte| byte == b'\n').count();
        let text = text.strip_suffix('\n').filter(|_| places.iter().all(|place| place.line < lines)).unwrap_or(text);
        let mut excerpt = Excerpt { name: escape::line(name), text: String::new(), pieces: Vec::new(), places };
        for range in excerpt.ranges() {
            let start = excerpt.text.len();
            let mut lines = 0;
            for (number, line) in text.split('\n').enumerate().skip(range.start).take(range.len()) {
                excerpt.push_line(number, line.strip_suffix('\r').unwrap_or(line));
                lines += 1;
            }
            excerpt.pieces.push(Piece { range: start..excerpt.text.len(), line: range.start, lines });
        }
        excerpt
    }

    /// Returns the places, in the order of their spans.
    pub(super) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Returns which lines of the file are shown: those around each place, together if they are near each other.
    fn ranges(&self) -> Vec<Range<usize>> {
        let mut numbers: Vec<usize> = self.places.iter().map(|place| place.line).collect();
        numbers.sort_unstable();
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for line in numbers {
            let range = line.saturating_sub(CONTEXT_LINES)..line.saturating_add(CONTEXT_LINES + 1);
            match ranges.last_mut() {
                Some(last) if range.start <= last.end.saturating_add(GAP_LINES) => last.end = range.end,
                _ => ranges.push(range),
            }
        }
        ranges
    }

    /// Adds a line of the file, and notes where the places in it have come to.
    fn push_line(&mut self, number: usize, line: &str) {
        let shown = self.shown(number, line);
        let first = shown.iter().map(|range| range.start).min().unwrap_or(0);
        let last = shown.iter().map(|range| range.end).max().unwrap_or(0);
        let mut left_out = false;
        // The end of the line counts as a character: what is missing is often missed there.
        let chars = line.char_indices().map(|(at, char)| (at, Some(char))).chain([(line.len(), None)]);
        for (index, (at, char)) in chars.enumerate() {
            // The line may be a mebibyte.
            if left_out && !(first..=last).contains(&index) {
                continue;
            }
            let is_shown = char.is_none() || shown.iter().any(|range| range.contains(&index));
            if !is_shown && !left_out {
                self.text.push(LEFT_OUT);
            }
            left_out = !is_shown;
            for place in self.places.iter_mut().filter(|place| place.line == number) {
                if place.within.start == at {
                    place.span.start = self.text.len();
                }
                if place.within.end == at {
                    place.span.end = self.text.len();
                }
            }
            match char.filter(|_| is_shown) {
                Some('\t') => self.text.push_str(TAB),
                Some(char) => escape::push(&mut self.text, char),
                None => {}
            }
        }
        self.text.push('\n');
    }

    /// Returns which characters of a line are shown.
    fn shown(&self, number: usize, line: &str) -> Vec<Range<usize>> {
        if !is_long(line) {
            return std::iter::once(0..LONGEST_LINE).collect();
        }
        let here = self.places.iter().filter(|place| place.line == number);
        let around = here.map(|place| {
            let length = line.get(place.within.clone()).map_or(0, |text| text.chars().count());
            place.column.saturating_sub(AROUND)..place.column + length + AROUND
        });
        let around: Vec<Range<usize>> = around.collect();
        if around.is_empty() { std::iter::once(0..2 * AROUND).collect() } else { around }
    }
}

impl Place {
    /// Finds the line of a span, and what of the span is in it.
    fn find(text: &str, span: &Span) -> Place {
        let start = text.floor_char_boundary(span.start);
        let (before, after) = text.split_at_checked(start).unwrap_or((text, ""));
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line_end = start + after.find('\n').unwrap_or(after.len());
        let line = text.get(line_start..line_end).unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let start = (start - line_start).min(line.len());
        let mut end = line.ceil_char_boundary(span.end.saturating_sub(line_start)).max(start);
        let place = line.get(start..end).unwrap_or_default();
        if let Some((at, _)) = place.char_indices().nth(LONGEST_PLACE).filter(|_| is_long(line)) {
            end = start + at;
        }
        Place {
            span: 0..0,
            line: before.bytes().filter(|&byte| byte == b'\n').count(),
            column: line.get(..start).unwrap_or_default().chars().count(),
            within: start..end,
        }
    }
}

fn is_long(line: &str) -> bool {
    line.chars().nth(LONGEST_LINE).is_some()
}

impl SourceCode for Excerpt {
    /// Returns the piece that a span is in, whatever the context asked for; without context, the span alone with its line and
    /// column in the file.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let wanted = span.offset()..span.offset().saturating_add(span.len());
        let piece =
            self.pieces.iter().find(|piece| piece.range.contains(&wanted.start) && wanted.end <= piece.range.end);
        let piece = piece.ok_or(MietteError::OutOfBounds)?;
        let place = self.places.iter().find(|place| before == 0 && place.span == wanted);
        let (range, line, column, lines) = match place {
            Some(place) => (wanted, place.line, place.column, 1),
            None => (piece.range.clone(), piece.line, 0, piece.lines),
        };
        let data = self.text.as_bytes().get(range.clone()).ok_or(MietteError::OutOfBounds)?;
        let span = SourceSpan::new(range.start.into(), range.len());
        Ok(Box::new(MietteSpanContents::new_named(self.name.clone(), data, span, line, column, lines)))
    }
}

#[cfg(test)]
mod tests;
