//! What came of scenarios, as text, JUnit XML, JSON and TAP.

mod json;
mod junit;
mod tap;

use std::fmt::Write as _;

pub use self::json::json;
pub use self::junit::junit;
pub use self::tap::tap;

/// What came of a scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// Its file.
    pub name: String,
    /// What it shows.
    pub title: Option<String>,
    /// What came of it.
    pub outcome: Outcome,
    /// What came of its steps.
    pub steps: Vec<StepReport>,
    /// The virtual time at which it was over, in nanoseconds.
    pub at_ns: u64,
}

/// What came of a scenario as a whole.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// It is not over.
    Unfinished,
    /// All steps passed.
    Passed,
    /// A step failed.
    Failed(Box<Failure>),
    /// It could not be played, for this reason.
    Broken(String),
}

/// What failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The number of the step, from 0.
    pub step: usize,
    /// What happened, in a sentence.
    pub message: String,
    /// What was seen in the place of what is expected, a line each.
    pub seen: Vec<String>,
    /// The last transactions before, a line each.
    pub exchanges: Vec<String>,
    /// When, in nanoseconds of virtual time.
    pub at_ns: u64,
}

/// What came of a step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StepReport {
    /// Its line in the file.
    pub line: usize,
    /// What it does, in words.
    pub text: String,
    /// What came of it.
    pub state: StepState,
    /// When it began, in nanoseconds of virtual time.
    pub began_ns: u64,
    /// When it ended.
    pub ended_ns: u64,
}

/// What came of a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StepState {
    /// It did not begin.
    NotReached,
    /// It is not over.
    Running,
    /// It passed.
    Passed,
    /// It failed.
    Failed,
}

/// One scenario of a run of several, with its attempts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// What came of it in the end.
    pub report: Report,
    /// What came of the attempts before, all of which failed.
    pub earlier: Vec<Report>,
    /// The files that a failure left.
    pub files: Vec<String>,
}

impl Report {
    /// Returns the report of a scenario that could not be played.
    #[must_use]
    pub fn broken(name: &str, reason: String) -> Report {
        let outcome = Outcome::Broken(reason);
        Report { name: name.to_owned(), title: None, outcome, steps: Vec::new(), at_ns: 0 }
    }

    /// Returns it as one that failed at its end, for this reason.
    #[must_use]
    pub fn failed(mut self, message: String) -> Report {
        let step = self.steps.len().saturating_sub(1);
        if let Some(report) = self.steps.get_mut(step) {
            report.state = StepState::Failed;
        }
        let (seen, exchanges) = (Vec::new(), Vec::new());
        self.outcome = Outcome::Failed(Box::new(Failure { step, message, seen, exchanges, at_ns: self.at_ns }));
        self
    }

    /// Returns whether all steps passed.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.outcome == Outcome::Passed
    }

    /// Says what failed in one line, if something did.
    #[must_use]
    pub fn message(&self) -> Option<String> {
        match &self.outcome {
            Outcome::Passed => None,
            Outcome::Unfinished => Some("it did not come to its end".to_owned()),
            Outcome::Broken(reason) => Some(reason.lines().next().unwrap_or_default().to_owned()),
            Outcome::Failed(failure) => {
                let step = self.steps.get(failure.step);
                let (line, text) = step.map_or((0, ""), |step| (step.line, step.text.as_str()));
                Some(format!("line {line}, {text}: {}", failure.message))
            }
        }
    }

    /// Says what came of each step, and what was seen where one failed.
    #[must_use]
    pub fn details(&self) -> String {
        let mut text = String::new();
        for step in &self.steps {
            let (mark, time) = match step.state {
                StepState::Passed => ("ok    ", seconds(step.ended_ns)),
                StepState::Failed => ("FAILED", seconds(step.ended_ns)),
                StepState::Running | StepState::NotReached => ("      ", "not reached".to_owned()),
            };
            let unit = if step.state == StepState::Passed || step.state == StepState::Failed { " s" } else { "" };
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {mark} {:>16}  line {}: {}", time + unit, step.line, step.text);
        }
        match &self.outcome {
            Outcome::Failed(failure) => {
                let _ = writeln!(text, "  at {} s: {}", seconds(failure.at_ns), failure.message);
                text.extend(failure.seen.iter().map(|line| format!("    seen: {line}\n")));
                if !failure.exchanges.is_empty() {
                    text += "  the last transactions:\n";
                    text.extend(failure.exchanges.iter().map(|line| format!("    {line}\n")));
                }
            }
            Outcome::Broken(reason) => text.extend(reason.lines().map(|line| format!("  {line}\n"))),
            Outcome::Passed | Outcome::Unfinished => {}
        }
        text
    }
}

/// Shows nanoseconds as seconds, without zeros at the end.
pub(crate) fn seconds(ns: u64) -> String {
    let text = format!("{}.{:09}", ns / 1_000_000_000, ns % 1_000_000_000);
    let short = text.trim_end_matches('0').trim_end_matches('.');
    short.to_owned()
}
