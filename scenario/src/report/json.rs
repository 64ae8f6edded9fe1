//! A run of scenarios as JSON.

use serde_json::{Value, json as object};

use super::{Entry, Outcome, Report, StepState};

/// Returns a run as one object. `docs/test.schema.json` in the repository is its schema.
#[must_use]
pub fn json(entries: &[Entry]) -> Value {
    let passed = entries.iter().filter(|entry| entry.report.is_passed()).count();
    object!({
        "scenarios": entries.iter().map(entry).collect::<Vec<_>>(),
        "passed": passed,
        "failed": entries.len() - passed,
    })
}

fn entry(entry: &Entry) -> Value {
    let mut value = report(&entry.report);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("attempts".to_owned(), object!(entry.earlier.len() + 1));
        fields.insert("files".to_owned(), object!(entry.files));
        if !entry.earlier.is_empty() {
            fields.insert("earlier".to_owned(), entry.earlier.iter().map(report).collect());
        }
    }
    value
}

fn report(report: &Report) -> Value {
    let steps = report.steps.iter().map(|step| {
        let state = match step.state {
            StepState::Passed => "passed",
            StepState::Failed => "failed",
            StepState::Running | StepState::NotReached => "not-reached",
        };
        object!({
            "line": step.line, "text": step.text, "state": state, "began-ns": step.began_ns, "ended-ns": step.ended_ns,
        })
    });
    let mut value = object!({
        "file": report.name,
        "title": report.title,
        "state": match report.outcome {
            Outcome::Passed => "passed",
            Outcome::Failed(_) | Outcome::Unfinished => "failed",
            Outcome::Broken(_) => "broken",
        },
        "time-ns": report.at_ns,
        "steps": steps.collect::<Vec<_>>(),
    });
    if let (Some(message), Some(fields)) = (report.message(), value.as_object_mut()) {
        fields.insert("message".to_owned(), message.into());
        if let Outcome::Failed(failure) = &report.outcome {
            fields.insert("seen".to_owned(), object!(failure.seen));
            fields.insert("transactions".to_owned(), object!(failure.exchanges));
        }
    }
    value
}
