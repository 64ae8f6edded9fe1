//! Answers from a recording.

use std::collections::VecDeque;
use std::fmt;

use wasm_embedded_host::{Interrupt, Reason};

use super::{Answer, HEADER};

/// How far apart calls of an asynchronous guest may be in a recording and in a run.
const WINDOW: usize = 64;
/// How many calls a difference shows that came before.
const SHOWN: usize = 10;

/// A call of a recording.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// When it ended, in nanoseconds.
    pub at_ns: u64,
    /// Whether others may have been on their way at the same time.
    pub is_concurrent: bool,
    /// The label.
    pub label: String,
    /// What was asked for.
    pub call: String,
    /// What came back, or the name of an error.
    pub answer: Result<String, String>,
}

/// A recording.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Recording(pub Vec<Call>);

/// A text is not a recording.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct RecordingError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl Recording {
    /// Reads a recording.
    ///
    /// # Errors
    ///
    /// The text is not a recording.
    pub fn parse(text: &str) -> Result<Recording, RecordingError> {
        let mut calls = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            if number == 1 && line != HEADER {
                return Err(RecordingError {
                    line: 1,
                    problem: "a recording begins with `# wasm-embedded-rt recording 1`",
                });
            }
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            calls.push(read(line).map_err(|problem| RecordingError { line: number, problem })?);
        }
        Ok(Recording(calls))
    }
}

fn read(line: &str) -> Result<Call, &'static str> {
    let (asked, answer) =
        line.split_once(" -> ").or_else(|| line.split_once(" ->")).ok_or("it has no ` -> ` before an answer")?;
    let mut words = asked.splitn(3, ' ');
    let at_ns = words.next().and_then(nanoseconds).ok_or("it does not begin with a time in seconds")?;
    let label = words.next().filter(|label| !label.is_empty()).ok_or("it has no label after the time")?;
    let call = words.next().filter(|call| !call.is_empty()).ok_or("it has no call after the label")?;
    let answer = match answer.strip_prefix("error ") {
        Some(error) => Err(error.to_owned()),
        None => Ok(answer.to_owned()),
    };
    let (is_concurrent, label) = label.strip_prefix('~').map_or((false, label), |label| (true, label));
    Ok(Call { at_ns, is_concurrent, label: label.to_owned(), call: call.to_owned(), answer })
}

fn nanoseconds(text: &str) -> Option<u64> {
    let (seconds, rest) = text.split_once('.').unwrap_or((text, "0"));
    let rest = format!("{rest:0<9}");
    let seconds = seconds.parse::<u64>().ok()?.checked_mul(1_000_000_000)?;
    seconds.checked_add(rest.get(..9)?.parse().ok()?)
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:09} {} {}", self.at_ns / 1_000_000_000, self.at_ns % 1_000_000_000, self.label, self.call)?;
        match &self.answer {
            Ok(answer) => write!(f, " -> {answer}"),
            Err(error) => write!(f, " -> error {error}"),
        }
    }
}

/// The first difference between a guest and a recording. Its text is a diff.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The calls before that were the same.
    pub before: Vec<Call>,
    /// The call of the recording, if it goes on.
    pub expected: Option<Call>,
    /// What the guest asked for, at a virtual time, unless it ended.
    pub asked: Option<(u64, String)>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.before.iter().try_for_each(|call| writeln!(f, "  {call}"))?;
        match &self.expected {
            Some(call) => writeln!(f, "- {call}")?,
            None => writeln!(f, "- (the recording ends)")?,
        }
        match &self.asked {
            Some((at_ns, asked)) => write!(f, "+ {}.{:09} {asked}", at_ns / 1_000_000_000, at_ns % 1_000_000_000),
            None => write!(f, "+ (the guest ended)"),
        }
    }
}

/// A recording that is being replayed.
pub(super) struct Replay {
    left: VecDeque<Call>,
    before: VecDeque<Call>,
    difference: Option<Difference>,
    stop: Interrupt,
}

impl Replay {
    pub(super) fn new(recording: Recording, stop: Interrupt) -> Replay {
        Replay { left: recording.0.into(), before: VecDeque::new(), difference: None, stop }
    }

    /// Returns when a call ended, and its answer; nothing if the guest differs.
    pub(super) fn answer(&mut self, label: &str, call: &str, now_ns: u64) -> Option<(u64, Answer)> {
        if self.difference.is_some() {
            return None;
        }
        let is_it = |other: &Call| other.label == label && other.call == call;
        let at = match self.left.front() {
            Some(first) if is_it(first) => Some(0),
            _ => self.left.iter().take(WINDOW).position(|other| other.is_concurrent && is_it(other)),
        };
        let Some(found) = at.and_then(|at| self.left.remove(at)) else {
            let before = self.before.iter().cloned().collect();
            let asked = Some((now_ns, format!("{label} {call}")));
            self.difference = Some(Difference { before, expected: self.left.front().cloned(), asked });
            self.stop.request(Reason::Killed);
            return None;
        };
        let answer = (found.at_ns, found.answer.clone());
        if self.before.len() == SHOWN {
            self.before.pop_front();
        }
        self.before.push_back(found);
        Some(answer)
    }

    pub(super) fn difference(&self, is_over: bool) -> Option<Difference> {
        let rest = || {
            let before = self.before.iter().cloned().collect();
            self.left.front().map(|call| Difference { before, expected: Some(call.clone()), asked: None })
        };
        self.difference.clone().or_else(|| is_over.then(rest).flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# wasm-embedded-rt recording 1
0.5 sensor 0x76 write d0, read 1 -> 60
0.6 LED set high -> ok
0.7 ~sensor 0x76 read 1 -> 01
0.8 ~screen 0x3c write 00 -> error no-acknowledge-address
";

    fn replay() -> Replay {
        Replay::new(Recording::parse(TEXT).expect("a recording"), Interrupt::default())
    }

    #[test]
    fn calls_are_answered_in_their_order_and_concurrent_ones_in_any() {
        let mut replay = replay();
        let first = replay.answer("sensor", "0x76 write d0, read 1", 0);
        assert_eq!(first, Some((500_000_000, Ok("60".to_owned()))));
        assert!(replay.answer("LED", "set high", 0).is_some());
        let error = replay.answer("screen", "0x3c write 00", 0);
        assert_eq!(error, Some((800_000_000, Err("no-acknowledge-address".to_owned()))));
        assert!(replay.answer("sensor", "0x76 read 1", 0).is_some());
        assert_eq!(replay.difference(true), None);
    }

    #[test]
    fn the_first_difference_is_shown_with_what_came_before_and_stops_the_guest() {
        let mut replay = replay();
        assert!(replay.answer("sensor", "0x76 write d0, read 1", 0).is_some());
        assert_eq!(replay.answer("LED", "set low", 510_000_000), None);
        assert!(replay.stop.requested().is_some());
        let text = replay.difference(true).expect("a difference").to_string();
        assert_eq!(
            text,
            "  0.500000000 sensor 0x76 write d0, read 1 -> 60\n- 0.600000000 LED set high -> ok\n+ 0.510000000 LED set low"
        );
    }

    #[test]
    fn a_guest_that_ends_early_differs() {
        let text = replay().difference(true).expect("a difference").to_string();
        assert!(text.ends_with("+ (the guest ended)"), "{text}");
        assert_eq!(replay().difference(false), None);
    }

    #[test]
    fn a_wrong_line_is_named() {
        let wrong = |line: &str| Recording::parse(&format!("{HEADER}\n{line}\n")).expect_err("not a call");
        assert_eq!(wrong("0.5 sensor read 1").to_string(), "line 2: it has no ` -> ` before an answer");
        assert_eq!(wrong("x sensor read 1 -> 00").line, 2);
        assert!(Recording::parse("hello\n").is_err());
    }
}
