//! A run of scenarios in the Test Anything Protocol, version 14.

use std::fmt::Write as _;

use super::Entry;

/// Returns a run as TAP.
#[must_use]
pub fn tap(entries: &[Entry]) -> String {
    let mut text = format!("TAP version 14\n1..{}\n", entries.len());
    for (number, entry) in (1_usize..).zip(entries) {
        let report = &entry.report;
        let word = if report.is_passed() { "ok" } else { "not ok" };
        let title = report.title.as_ref().map(|title| format!(": {title}")).unwrap_or_default();
        // A number sign would begin a directive. Writing to a string cannot fail.
        let name = format!("{}{title}", report.name).replace('\\', "\\\\").replace('#', "\\#");
        let _ = writeln!(text, "{word} {number} - {name}");
        if let (1.., true) = (entry.earlier.len(), report.is_passed()) {
            let _ = writeln!(text, "# passed at attempt {}", entry.earlier.len() + 1);
        }
        if let Some(message) = report.message() {
            let _ = writeln!(text, "  ---\n  message: {message:?}\n  details: |");
            text.extend(report.details().lines().map(|line| format!("    {line}\n")));
            text += "  ...\n";
        }
    }
    text
}
