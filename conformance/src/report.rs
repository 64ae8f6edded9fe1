//! Examines a host, rule by rule.

use std::fmt;

use crate::case::Case;
use crate::catalogue;
use crate::host::{Ending, Host, Ran, Unable};
use crate::rule::{Body, Rule};
use crate::text::{on_wire, says};

/// What became of a rule on a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All of its runs were as expected.
    Pass,
    /// This was not as expected.
    Fail(Vec<String>),
    /// It cannot be seen on this host, or does not apply to it, for this reason.
    NotApplicable(String),
}

/// One rule and its verdict.
#[derive(Clone, Debug)]
pub struct Line {
    /// The rule.
    pub rule: &'static Rule,
    /// What became of it.
    pub verdict: Verdict,
}

/// How many rules ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
    /// How many were not applicable.
    pub not_applicable: usize,
}

/// What became of all rules on a host.
#[derive(Clone, Debug)]
pub struct Report {
    /// The host's name.
    pub host: String,
    /// A line for each rule, in the catalogue's order.
    pub lines: Vec<Line>,
}

impl Report {
    /// Counts the verdicts.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for line in &self.lines {
            *match line.verdict {
                Verdict::Pass => &mut counts.passed,
                Verdict::Fail(_) => &mut counts.failed,
                Verdict::NotApplicable(_) => &mut counts.not_applicable,
            } += 1;
        }
        counts
    }
}

/// Examines a host by all rules whose names begin with one of `only`, or by all if there is none.
pub fn examine(host: &mut dyn Host, only: &[String]) -> Report {
    let wanted = |rule: &&Rule| only.is_empty() || only.iter().any(|only| rule.id.starts_with(only.as_str()));
    let lines = catalogue::rules().filter(wanted).map(|rule| Line { rule, verdict: verdict(rule, host) }).collect();
    Report { host: host.name().to_owned(), lines }
}

fn verdict(rule: &Rule, host: &mut dyn Host) -> Verdict {
    let cases = match rule.body {
        Body::Pending(why) => return Verdict::NotApplicable(why.to_owned()),
        Body::Cases(cases) => cases,
    };
    if let Some(why) = host.exception(rule.id) {
        return Verdict::NotApplicable(why.to_owned());
    }
    let (mut wrong, mut missing) = (Vec::new(), None);
    for case in cases {
        match host.run(case) {
            Ok(ran) => wrong.extend(judge(case, &ran).into_iter().map(|what| format!("`{}`: {what}", case.script))),
            Err(Unable::Missing(why)) => missing = missing.or(Some(why)),
            Err(Unable::Failed(why)) => wrong.push(format!("`{}`: {why}", case.script)),
        }
    }
    if missing.is_none()
        && let Err(why) = host.evidence(rule.id)
    {
        wrong.push(why);
    }
    match missing {
        _ if !wrong.is_empty() => Verdict::Fail(wrong),
        Some(why) => Verdict::NotApplicable(why),
        None => Verdict::Pass,
    }
}

/// Returns what is not as the case expects.
fn judge(case: &Case, ran: &Ran) -> Vec<String> {
    let mut wrong = Vec::new();
    let stops = case.conditions.stop_after_ms.is_some();
    match &ran.ending {
        Ending::Trapped { reason } => wrong.push(format!("the guest trapped: {reason}")),
        Ending::Stopped { .. } if !stops => wrong.push("the guest was stopped".to_owned()),
        Ending::Returned if stops => wrong.push("the guest returned before it was stopped".to_owned()),
        Ending::Returned | Ending::Stopped { .. } => {}
    }
    let commands = case.script.split(';').count();
    let answers: Vec<&str> = ran.answers().collect();
    if !stops && answers.len() != commands {
        wrong.push(format!("{} answers to {commands} commands: {answers:?}", answers.len()));
    }
    if let Some(bad) = answers.iter().find(|answer| answer.starts_with("bad")) {
        wrong.push(format!("the script is wrong: {bad}"));
    }
    if let Some(expected) = case.says {
        let expected: Vec<&str> = expected.split(';').map(str::trim).collect();
        let fits = expected.len() == answers.len()
            && expected.iter().zip(&answers).all(|(expected, answer)| says(answer, expected));
        if !fits {
            wrong.push(format!("said {:?} instead of {:?}", answers.join("; "), expected.join("; ")));
        }
    }
    for (wire, expected) in case.wires {
        let seen = on_wire(&ran.events, wire);
        if seen != *expected {
            wrong.push(format!("on {wire} was {seen:?} instead of {expected:?}"));
        }
    }
    if let Some(judge) = case.judge
        && let Err(why) = judge(ran)
    {
        wrong.push(why);
    }
    wrong
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Line { rule: Rule { id, text, .. }, verdict } = self;
        match verdict {
            Verdict::Pass => write!(f, "{id:<7} pass            {text}"),
            Verdict::NotApplicable(why) => write!(f, "{id:<7} not applicable  {why}"),
            Verdict::Fail(wrong) => {
                write!(f, "{id:<7} FAIL            {text}")?;
                wrong.iter().try_for_each(|wrong| write!(f, "\n        {wrong}"))
            }
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { passed, failed, not_applicable } = self;
        write!(f, "{passed} passed, {failed} failed, {not_applicable} not applicable")
    }
}
