//! A check: a command run inside, and what it has to do.

use std::time::Duration;

use super::board;
use super::recordings::Recorded;

/// A check, as data. `Check { name, command, ..PASSES }` is one whose command only has to succeed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Check {
    /// What it promises.
    pub(crate) name: &'static str,
    /// A shell script that runs in `/app`, for a minute at most. What it leaves running is killed. `outside` asks the
    /// harness to do or see something.
    pub(crate) command: &'static str,
    /// The exit status expected of it.
    pub(crate) exit: u8,
    /// Lines among those it prints, in this order; `…` in one stands for any text.
    pub(crate) prints: &'static [&'static str],
    /// Lines that it must not print.
    pub(crate) never_prints: &'static [&'static str],
    /// What the flash's image holds once the Pi is off.
    pub(crate) flash: Option<Flash>,
    /// What it recorded answers the same guest on this machine.
    pub(crate) recorded: Option<Recorded>,
}

/// Bytes of the flash.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flash {
    pub(crate) offset: usize,
    pub(crate) bytes: &'static [u8],
}

/// The check that any command passes which succeeds.
pub(crate) const PASSES: Check =
    Check { name: "", command: "", exit: 0, prints: &[], never_prints: &[], flash: None, recorded: None };

/// What a check's command did.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) exit: u8,
    pub(crate) lines: Vec<String>,
    pub(crate) took: Duration,
    /// What went over the wires meanwhile; see `board::traffic`.
    pub(crate) traffic: String,
}

/// What became of a check.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It passed; this was seen.
    Passed(String),
    /// It failed, for these reasons.
    Failed(Vec<String>),
}

impl Check {
    /// Returns whether it is about our programs, and not about the board alone.
    pub(crate) fn needs_programs(&self) -> bool {
        !self.name.starts_with("board: ")
    }

    /// Judges what the command did. The folder's image of the flash has to be final.
    pub(crate) fn judge(&self, outcome: &Outcome, folder: &std::path::Path) -> Verdict {
        let mut seen = Vec::new();
        let mut reasons = Vec::new();
        if outcome.exit != self.exit {
            reasons.push(format!("exit status {} instead of {}", outcome.exit, self.exit));
        } else if self.exit != 0 {
            seen.push(format!("exit status {}", self.exit));
        }
        let mut rest = outcome.lines.iter();
        for expected in self.prints {
            match rest.find(|line| matches(line.trim(), expected)) {
                Some(line) => seen.push(line.trim().to_owned()),
                None => {
                    reasons.push(format!("did not print {expected:?}, or not in this order"));
                    break;
                }
            }
        }
        for line in &outcome.lines {
            if self.never_prints.iter().any(|never| matches(line.trim(), never)) {
                reasons.push(format!("printed {line:?}"));
            }
            if let Some(fact) = line.strip_prefix("outside: ").filter(|_| !seen.contains(line)) {
                seen.push(fact.to_owned());
            }
        }
        if let Some(Flash { offset, bytes }) = self.flash {
            match board::flash(folder, offset, bytes.len()) {
                Ok(held) if held == bytes => {
                    seen.push(format!("the flash's image holds {} at {offset:#x}", hex(bytes)))
                }
                Ok(held) => reasons.push(format!(
                    "the flash's image holds {} at {offset:#x} instead of {}",
                    hex(&held),
                    hex(bytes)
                )),
                Err(error) => reasons.push(format!("{error:#}")),
            }
        }
        if let Some(recorded) = self.recorded {
            match recorded.replay(&outcome.lines, folder) {
                Ok(calls) => seen.push(format!("{calls} calls answered from the recording")),
                Err(error) => reasons.push(format!("{error:#}")),
            }
        }
        if reasons.is_empty() { Verdict::Passed(seen.join("; ")) } else { Verdict::Failed(reasons) }
    }
}

/// Returns whether a line is as expected; `…` stands for any text.
fn matches(line: &str, expected: &str) -> bool {
    let mut parts = expected.split('…');
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::{Check, Outcome, PASSES, Verdict, matches};

    fn judge(check: &Check, exit: u8, lines: &[&str]) -> Verdict {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        check.judge(&Outcome { exit, lines, took: Duration::ZERO, traffic: String::new() }, Path::new("/nowhere"))
    }

    #[test]
    fn an_ellipsis_stands_for_any_text_and_nothing_else_does() {
        for (line, expected) in [("abc", "abc"), ("abc", "a…c"), ("abc", "…"), ("abcbc", "a…b…bc"), ("", "")] {
            assert!(matches(line, expected), "{line:?} is {expected:?}");
        }
        for (line, expected) in [("abc", "ab"), ("abc", "bc"), ("abc", "a…d"), ("aba", "ab…ba"), ("x", "")] {
            assert!(!matches(line, expected), "{line:?} is not {expected:?}");
        }
    }

    #[test]
    fn lines_are_looked_for_in_order_and_others_between_them_do_not_matter() {
        let check = Check { prints: &["one…", "two"], ..PASSES };
        assert_eq!(judge(&check, 0, &["one 1", "noise", " two"]), Verdict::Passed("one 1; two".into()));
        assert!(matches!(judge(&check, 0, &["two", "one"]), Verdict::Failed(_)));
    }

    #[test]
    fn every_reason_of_a_failure_is_told() {
        let check = Check { exit: 3, prints: &["here"], never_prints: &["…panicked…"], ..PASSES };
        let Verdict::Failed(reasons) = judge(&check, 0, &["it panicked"]) else { panic!("it passed") };
        assert_eq!(reasons.len(), 3);
        assert_eq!(judge(&check, 3, &["here"]), Verdict::Passed("exit status 3; here".into()));
    }
}
