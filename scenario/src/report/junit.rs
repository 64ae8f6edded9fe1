//! A run of scenarios as JUnit XML, as Jenkins, GitLab and junitparser read it.

use std::fmt::Write as _;

use super::{Entry, Outcome, Report, seconds};

/// Returns a run as JUnit XML. Times are virtual.
///
/// An attempt that failed before the one that passed is a test case of its own that was skipped, with what failed as the reason:
/// readers drop the elements that others have for it, `flakyFailure` and `rerunFailure`.
#[must_use]
pub fn junit(entries: &[Entry]) -> String {
    let failed = |entry: &&Entry| matches!(entry.report.outcome, Outcome::Failed(_) | Outcome::Unfinished);
    let failures = entries.iter().filter(failed).count();
    let errors = entries.iter().filter(|entry| matches!(entry.report.outcome, Outcome::Broken(_))).count();
    let skipped: usize = entries.iter().filter(|entry| entry.report.is_passed()).map(|entry| entry.earlier.len()).sum();
    let tests = entries.len() + skipped;
    let total_ns: u64 = entries.iter().map(|entry| entry.report.at_ns).fold(0, u64::saturating_add);
    let counts = format!(
        "tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{}\"",
        seconds(total_ns)
    );
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"wasm-embedded-rt test\" {counts}>\n  \
         <testsuite name=\"scenarios\" {counts}>\n"
    );
    for entry in entries {
        if entry.report.is_passed() {
            for (number, earlier) in (1_usize..).zip(&entry.earlier) {
                case(&mut xml, earlier, &format!(" (attempt {number})"), |xml| {
                    let message = earlier.message().unwrap_or_default();
                    let message = format!("failed, and passed at attempt {}: {message}", entry.earlier.len() + 1);
                    // Writing to a string cannot fail, here and below.
                    let _ = writeln!(xml, "      <skipped message=\"{}\"/>", escaped(&message));
                });
            }
        }
        case(&mut xml, &entry.report, "", |xml| {
            let element = match entry.report.outcome {
                Outcome::Passed => return,
                Outcome::Failed(_) | Outcome::Unfinished => "failure",
                Outcome::Broken(_) => "error",
            };
            let message = entry.report.message().unwrap_or_default();
            let details = escaped(&entry.report.details());
            let _ = writeln!(xml, "      <{element} message=\"{}\">{details}</{element}>", escaped(&message));
            if !entry.files.is_empty() {
                let _ = writeln!(xml, "      <system-out>{}</system-out>", escaped(&entry.files.join("\n")));
            }
        });
    }
    xml += "  </testsuite>\n</testsuites>\n";
    xml
}

fn case(xml: &mut String, report: &Report, suffix: &str, inside: impl FnOnce(&mut String)) {
    let title = report.title.as_deref().unwrap_or(&report.name);
    let _ = writeln!(
        xml,
        "    <testcase classname=\"{}\" name=\"{}{suffix}\" time=\"{}\">",
        escaped(&report.name),
        escaped(title),
        seconds(report.at_ns)
    );
    inside(xml);
    *xml += "    </testcase>\n";
}

/// Escapes what XML 1.0 (fifth edition, sections 2.2 and 2.4) does not allow in a text or attribute.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for char in text.chars() {
        match char {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\n' => out += "&#10;",
            '\t' => out += "&#9;",
            char if char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            char => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Failure, StepReport, StepState};

    fn report(outcome: Outcome) -> Report {
        let step = StepReport {
            line: 7,
            text: "expect output \"<&>\"".to_owned(),
            state: StepState::Failed,
            began_ns: 0,
            ended_ns: 1_500_000_000,
        };
        Report { name: "a.toml".to_owned(), title: None, outcome, steps: vec![step], at_ns: 1_500_000_000 }
    }

    fn failed() -> Report {
        let failure = Failure {
            step: 0,
            message: "it did not happen".to_owned(),
            seen: vec!["\u{1b}[31m".to_owned()],
            exchanges: Vec::new(),
            at_ns: 1_500_000_000,
        };
        report(Outcome::Failed(Box::new(failure)))
    }

    #[test]
    fn what_xml_does_not_allow_is_escaped() {
        let xml = junit(&[Entry { report: failed(), earlier: Vec::new(), files: vec!["a&b.vcd".to_owned()] }]);
        assert!(
            xml.contains("message=\"line 7, expect output &quot;&lt;&amp;&gt;&quot;: it did not happen\""),
            "{xml}"
        );
        assert!(xml.contains("a&amp;b.vcd") && !xml.contains('\u{1b}'), "{xml}");
        assert!(xml.contains("tests=\"1\" failures=\"1\" errors=\"0\" skipped=\"0\" time=\"1.5\""), "{xml}");
    }

    #[test]
    fn an_attempt_before_the_one_that_passed_is_a_test_that_was_skipped() {
        let entry = Entry { report: report(Outcome::Passed), earlier: vec![failed()], files: Vec::new() };
        let xml = junit(&[entry]);
        assert!(xml.contains("tests=\"2\" failures=\"0\" errors=\"0\" skipped=\"1\""), "{xml}");
        assert!(xml.contains("name=\"a.toml (attempt 1)\""), "{xml}");
        assert!(xml.contains("<skipped message=\"failed, and passed at attempt 2: line 7"), "{xml}");
    }
}
