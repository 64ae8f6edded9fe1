//! What applications say: the newest lines of each, and who listens.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};

use crate::sink::Way;

/// How many lines of an application are kept, and how many bytes of text.
const MAX_LINES: usize = 1000;
const MAX_BYTES: usize = 256 * 1024;

/// The longest line, in bytes. What is longer is cut: rsyslog splits a message at 8 KiB.
pub(crate) const MAX_LINE_BYTES: usize = 4096;

/// What stands at the end of a line that was cut.
const CUT: &str = " [cut]";

/// Who said a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Source {
    /// The guest's standard output.
    Stdout,
    /// The guest's standard error.
    Stderr,
    /// The guest's log.
    Log,
    /// The program that runs the guest.
    Host,
    /// The board: starts, ends, installations.
    Board,
}

/// How important a line is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Level {
    /// Something failed.
    Error,
    /// Something may fail.
    Warn,
    /// Something happened.
    Info,
    /// For whoever looks for a fault.
    Debug,
    /// Everything.
    Trace,
}

/// A line of a log.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Line {
    /// Counts the lines of an application, from 0.
    pub number: u64,
    /// When it was said.
    pub at: SystemTime,
    /// Who said it.
    pub source: Source,
    /// How important it is.
    pub level: Level,
    /// The text, without control characters.
    pub text: String,
}

/// The log of an application, of which the newest 1,000 lines are kept. Clones are the same log.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    kept: Mutex<Kept>,
    changed: Condvar,
    /// Whose log it is, and where its lines go beside it.
    way: Option<(Arc<str>, Way)>,
}

#[derive(Debug, Default)]
struct Kept {
    lines: VecDeque<Line>,
    bytes: usize,
    next: u64,
    over: bool,
}

impl Log {
    /// Makes the log of an application, whose lines also go to sinks.
    pub(crate) fn to(of: &str, way: Way) -> Log {
        Log(Arc::new(Shared { way: Some((of.into(), way)), ..Shared::default() }))
    }

    /// Adds a text, line by line.
    pub fn say(&self, source: Source, level: Level, text: &str) {
        let at = SystemTime::now();
        let mut kept = self.lock();
        for text in text.lines() {
            let text = clean(text);
            let number = kept.next;
            kept.next += 1;
            kept.bytes += text.len();
            let line = Line { number, at, source, level, text };
            if let Some((of, way)) = &self.0.way {
                way.send(of, &line);
            }
            kept.lines.push_back(line);
            while kept.lines.len() > MAX_LINES || kept.bytes > MAX_BYTES {
                kept.bytes -= kept.lines.pop_front().map_or(kept.bytes, |line| line.text.len());
            }
        }
        drop(kept);
        self.0.changed.notify_all();
    }

    /// Returns the number of the first of the newest lines, of which there are at most so many.
    #[must_use]
    pub fn newest(&self, count: usize) -> u64 {
        let kept = self.lock();
        let skipped = kept.lines.len().saturating_sub(count);
        kept.lines.get(skipped).map_or(kept.next, |line| line.number)
    }

    /// Returns the lines from a number on. If there are none, it waits so long for one.
    #[must_use]
    pub fn from(&self, number: u64, patience: Duration) -> Vec<Line> {
        let end = Instant::now() + patience;
        let mut kept = self.lock();
        loop {
            // Numbers follow each other: where a line is, is known.
            let first = kept.lines.front().map_or(kept.next, |line| line.number);
            let skipped = usize::try_from(number.saturating_sub(first)).unwrap_or(usize::MAX);
            let left = end.saturating_duration_since(Instant::now());
            if skipped < kept.lines.len() || left.is_zero() || kept.over {
                return kept.lines.iter().skip(skipped).cloned().collect();
            }
            kept = self.0.changed.wait_timeout(kept, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Says that nothing more comes, to whoever waits.
    pub(crate) fn end(&self) {
        self.lock().over = true;
        self.0.changed.notify_all();
    }

    /// Returns whether nothing more comes.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.lock().over
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns a text without control characters and what turns a line around, and not too long.
fn clean(text: &str) -> String {
    let is_active = |letter: char| {
        // Unicode 15, Bidi_Control, and the separators of lines and paragraphs.
        letter.is_control()
            || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut clean = String::new();
    for letter in text.chars() {
        if clean.len() >= MAX_LINE_BYTES {
            return clean + CUT;
        }
        match letter {
            '\t' => clean.push(' '),
            letter if is_active(letter) => clean.extend(letter.escape_unicode()),
            letter => clean.push(letter),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(log: &Log, number: u64) -> Vec<String> {
        log.from(number, Duration::ZERO).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn the_newest_lines_are_kept_and_a_flood_costs_no_more() {
        let log = Log::default();
        for number in 0..5000 {
            log.say(Source::Stdout, Level::Info, &format!("line {number}"));
        }
        let kept = texts(&log, 0);
        assert_eq!((kept.len(), kept[0].as_str(), kept[999].as_str()), (1000, "line 4000", "line 4999"));
        assert_eq!(texts(&log, 4998), ["line 4998", "line 4999"]);
        assert_eq!((log.newest(2), log.newest(0), log.newest(9999)), (4998, 5000, 4000));
        assert_eq!(texts(&log, 5000), [""; 0]);
        for _ in 0..1000 {
            log.say(Source::Stdout, Level::Info, &"x".repeat(100_000));
        }
        let bytes: usize = texts(&log, 0).iter().map(String::len).sum();
        assert!(bytes <= MAX_BYTES && bytes > MAX_BYTES / 2, "{bytes}");
    }

    #[test]
    fn text_of_a_guest_stays_one_line_without_commands() {
        let log = Log::default();
        log.say(Source::Stdout, Level::Info, "a\u{1b}[2Jb\tc\u{202e}d\r\ne\u{2028}f");
        assert_eq!(texts(&log, 0), ["a\\u{1b}[2Jb c\\u{202e}d", "e\\u{2028}f"]);
        log.say(Source::Stdout, Level::Info, &"ä".repeat(5000));
        let long = texts(&log, 2).remove(0);
        assert!(long.ends_with("ä [cut]") && long.len() <= MAX_LINE_BYTES + 10, "{}", long.len());
    }

    #[test]
    fn who_waits_hears_the_next_line_and_the_end() {
        let log = Log::default();
        let (heard, other) = (log.clone(), log.clone());
        let waiting = std::thread::spawn(move || heard.from(0, Duration::from_secs(60)));
        other.say(Source::Board, Level::Info, "started");
        assert_eq!(waiting.join().expect("no panic").len(), 1);
        log.end();
        assert!(log.from(1, Duration::from_secs(60)).is_empty() && log.is_over());
    }
}
