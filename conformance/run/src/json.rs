//! Reports for programs.

use serde_json::{Value, json};
use wasm_embedded_conformance::{Line, Report, Verdict};

/// Returns reports as JSON: a list of hosts, each with its counts and a list of rules.
pub(crate) fn text(reports: &[Report]) -> String {
    let hosts: Vec<Value> = reports.iter().map(host).collect();
    format!("{:#}\n", Value::Array(hosts))
}

fn host(report: &Report) -> Value {
    let counts = report.counts();
    json!({
        "host": report.host,
        "passed": counts.passed,
        "passed-blocking": counts.blocking,
        "passed-asynchronous": counts.asynchronous,
        "failed": counts.failed,
        "not-applicable": counts.not_applicable,
        "rules": report.lines.iter().map(rule).collect::<Vec<_>>(),
    })
}

fn rule(line: &Line) -> Value {
    let (verdict, reasons) = match &line.verdict {
        Verdict::Pass => ("pass", Vec::new()),
        Verdict::Fail(wrong) => ("fail", wrong.clone()),
        Verdict::NotApplicable(why) => ("not-applicable", vec![why.clone()]),
    };
    let rule = line.rule;
    json!({ "id": rule.id, "text": rule.text, "source": rule.source, "verdict": verdict, "reasons": reasons,
        "blocking": line.by.blocking, "asynchronous": line.by.asynchronous })
}
