//! Examines a host, rule by rule.

use std::collections::BTreeSet;
use std::fmt;

use crate::case::{Case, Guest};
use crate::catalogue;
use crate::host::{Ending, Host, Ran, Unable};
use crate::rule::Rule;
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
    /// The guests that ran for it.
    pub by: By,
    /// What became of it.
    pub verdict: Verdict,
}

/// The guests that ran for a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct By {
    /// The blocking one.
    pub blocking: bool,
    /// The asynchronous one.
    pub asynchronous: bool,
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
    /// How many of those that passed did so by the blocking guest.
    pub blocking: usize,
    /// How many did so by the asynchronous one. Most do by both, with the same events on every wire.
    pub asynchronous: usize,
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
    /// Returns the report in which every rule passes that can be seen on a host: by the guests of its `cases`, unless `exception` says why
    /// it cannot.
    #[must_use]
    pub(crate) fn demanded(
        host: &str,
        cases: fn(&Rule) -> Vec<Case>,
        exception: fn(&str) -> Option<&'static str>,
    ) -> Report {
        let line = |rule: &'static Rule| {
            let guests: BTreeSet<bool> =
                cases(rule).iter().flat_map(|case| case.guests).map(|guest| *guest == Guest::Asynchronous).collect();
            let by = By { blocking: guests.contains(&false), asynchronous: guests.contains(&true) };
            let verdict = exception(rule.id).map_or(Verdict::Pass, |why| Verdict::NotApplicable(why.to_owned()));
            Line { rule, by, verdict }
        };
        Report { host: host.to_owned(), lines: catalogue::rules().map(line).collect() }
    }

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
            if line.verdict == Verdict::Pass {
                counts.blocking += usize::from(line.by.blocking);
                counts.asynchronous += usize::from(line.by.asynchronous);
            }
        }
        counts
    }
}

/// Examines a host by all rules whose names begin with one of `only`, or by all if there is none.
pub fn examine(host: &mut dyn Host, only: &[String]) -> Report {
    let wanted = |rule: &Rule| only.is_empty() || only.iter().any(|only| rule.id.starts_with(only.as_str()));
    examine_by(host, wanted, |rule| rule.cases.to_vec())
}

/// Examines a host by the rules that are wanted, each by these cases instead of its own: for a host with other parts than the
/// [`bench`](crate::bench).
pub fn examine_by(host: &mut dyn Host, wanted: impl Fn(&Rule) -> bool, cases: impl Fn(&Rule) -> Vec<Case>) -> Report {
    let rules = catalogue::rules().filter(|rule| wanted(rule));
    let lines = rules.map(|rule| line(rule, &cases(rule), host)).collect();
    Report { host: host.name().to_owned(), lines }
}

/// What came of the runs of a rule.
#[derive(Default)]
struct Runs {
    by: By,
    wrong: Vec<String>,
    missing: Option<String>,
}

fn line(rule: &'static Rule, cases: &[Case], host: &mut dyn Host) -> Line {
    if let Some(why) = host.exception(rule.id) {
        return Line { rule, by: By::default(), verdict: Verdict::NotApplicable(why.to_owned()) };
    }
    let mut runs = Runs::default();
    cases.iter().for_each(|case| run(case, host, &mut runs));
    let Runs { by, mut wrong, missing } = runs;
    if missing.is_none()
        && let Err(why) = host.evidence(rule.id)
    {
        wrong.push(why);
    }
    let verdict = match missing {
        _ if !wrong.is_empty() => Verdict::Fail(wrong),
        Some(why) => Verdict::NotApplicable(why),
        None => Verdict::Pass,
    };
    Line { rule, by, verdict }
}

/// Runs a case by its guests, and compares what they made of the wires.
fn run(case: &Case, host: &mut dyn Host, runs: &mut Runs) {
    let mut ran: Vec<Ran> = Vec::new();
    for &guest in case.guests {
        if guest == Guest::Asynchronous && !host.is_asynchronous() {
            if case.guests.len() == 1 {
                runs.missing.get_or_insert_with(|| "this host runs no asynchronous guests".to_owned());
            }
            continue;
        }
        let case = Case { guest, ..*case };
        let name = match guest {
            Guest::Blocking => "",
            Guest::Asynchronous => " asynchronously",
        };
        match host.run(&case) {
            Ok(now) => {
                let wrong = judge(&case, &now);
                runs.wrong.extend(wrong.into_iter().map(|what| format!("`{}`{name}: {what}", case.script)));
                ran.push(now);
                match guest {
                    Guest::Blocking => runs.by.blocking = true,
                    Guest::Asynchronous => runs.by.asynchronous = true,
                }
            }
            Err(Unable::Missing(_)) if case.optional => {}
            Err(Unable::Missing(why)) => drop(runs.missing.get_or_insert(why)),
            Err(Unable::Failed(why)) => runs.wrong.push(format!("`{}`{name}: {why}", case.script)),
        }
    }
    if let [blocking, asynchronous] = ran.as_slice() {
        runs.wrong.extend(differences(blocking, asynchronous).map(|what| format!("`{}`: {what}", case.script)));
        // How many bytes a serial port has at once depends on time.
        if case.conditions.serial.is_empty() && blocking.output != asynchronous.output {
            let what = format!("said {:?}, and asynchronously {:?}", blocking.output, asynchronous.output);
            runs.wrong.push(format!("`{}`: {what}", case.script));
        }
    }
}

/// Returns the wires on which two runs were not the same.
fn differences<'a>(blocking: &'a Ran, asynchronous: &'a Ran) -> impl Iterator<Item = String> + 'a {
    let wires: BTreeSet<&str> =
        [blocking, asynchronous].iter().flat_map(|ran| &ran.events).map(|event| event.wire.as_str()).collect();
    wires.into_iter().filter_map(|wire| {
        let (first, second) = (on_wire(&blocking.events, wire), on_wire(&asynchronous.events, wire));
        (first != second).then(|| format!("on {wire} was {first:?}, and asynchronously {second:?}"))
    })
}

/// Returns what is not as the case expects.
fn judge(case: &Case, ran: &Ran) -> Vec<String> {
    let mut wrong = Vec::new();
    let stops = case.conditions.stop_after_ms.is_some();
    match &ran.ending {
        Ending::Trapped { .. } if case.traps => {}
        _ if case.traps => wrong.push("the guest did not trap".to_owned()),
        Ending::Trapped { reason } => wrong.push(format!("the guest trapped: {reason}")),
        Ending::Stopped { .. } if !stops => wrong.push("the guest was stopped".to_owned()),
        Ending::Returned if stops => wrong.push("the guest returned before it was stopped".to_owned()),
        Ending::Returned | Ending::Stopped { .. } => {}
    }
    let commands = case.script.split(';').count() - usize::from(case.traps);
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
        let Line { rule: Rule { id, text, .. }, by, verdict } = self;
        let by = match (by.blocking, by.asynchronous) {
            (true, true) => "both",
            (true, false) => "blocking",
            (false, true) => "async",
            (false, false) => "",
        };
        match verdict {
            Verdict::Pass => write!(f, "{id:<7} pass  {by:<8}  {text}"),
            Verdict::NotApplicable(why) => write!(f, "{id:<7} not applicable  {why}"),
            Verdict::Fail(wrong) => {
                write!(f, "{id:<7} FAIL  {by:<8}  {text}")?;
                wrong.iter().try_for_each(|wrong| write!(f, "\n        {wrong}"))
            }
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { passed, failed, not_applicable, blocking, asynchronous } = self;
        write!(
            f,
            "{passed} passed ({blocking} by a blocking guest, {asynchronous} by an asynchronous one), {failed} failed, {not_applicable} not applicable"
        )
    }
}
