//! What of the rules can be seen on the emulated Raspberry Pi, which `cargo xtask pi` boots: a guest on the real back end and a real
//! kernel, and beside them QEMU's record of what its chips heard, and the levels of its GPIO controller.
//!
//! QEMU tells every message that an I2C chip hears and every byte in it, every selection of a flash and every word out, and nothing of
//! acknowledge bits, times and clock edges. Its I2C controller ends each message with a STOP. So less can be seen there than on the
//! [`bench`](crate::bench), and other chips are on it; [`exception`] says of each other rule why not.

mod runs;

use crate::case::Case;
use crate::report::Report;
use crate::rule::Rule;

/// What the Pi is called in reports.
pub const NAME: &str = "Raspberry Pi 3B in QEMU";

/// A run on the Pi.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// The rule that it is for.
    pub rule: &'static str,
    /// What the guest does.
    pub case: Case,
    /// What is done around it, as a shell script: `run` runs the guest, and `after N` waits until it has given N answers.
    pub around: &'static str,
}

/// Returns all runs, by both guests where both have to be as expected.
pub fn runs() -> impl Iterator<Item = Run> {
    runs::RUNS.iter().flat_map(|&(rule, runs)| {
        let by_guests = move |&(case, around): &(Case, &'static str)| {
            case.guests.iter().map(move |&guest| Run { rule, case: Case { guest, ..case }, around })
        };
        runs.iter().flat_map(by_guests)
    })
}

/// Returns the cases of a rule.
#[must_use]
pub fn cases(rule: &Rule) -> Vec<Case> {
    let of_rule = runs::RUNS.iter().filter(|(id, _)| *id == rule.id);
    of_rule.flat_map(|(_, runs)| runs.iter().map(|(case, _)| *case)).collect()
}

/// Returns why a rule cannot be seen there, if it cannot.
#[must_use]
pub fn exception(rule: &str) -> Option<&'static str> {
    let seen = runs::RUNS.iter().any(|(id, _)| *id == rule);
    if seen { None } else { Some(runs::reason(rule)) }
}

/// Returns the report that `cargo xtask pi` demands: that every rule passes which can be seen.
#[must_use]
pub fn demanded() -> Report {
    Report::demanded(NAME, cases, exception)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::case::Guest;
    use crate::catalogue;
    use crate::report::Verdict;

    #[test]
    fn every_run_is_for_a_rule_of_the_catalogue_and_its_script_says_which_it_is() {
        let mut scripts = BTreeSet::new();
        for run in runs() {
            assert!(catalogue::rules().any(|rule| rule.id == run.rule), "{}", run.rule);
            let is_new = scripts.insert((run.rule, run.case.script(), run.case.guest() == Guest::Asynchronous));
            assert!(is_new, "{} has `{}` twice", run.rule, run.case.script());
        }
    }

    #[test]
    fn every_rule_is_seen_or_has_a_reason() {
        let counts = demanded().counts();
        assert_eq!(counts.passed + counts.not_applicable, 110);
        assert!(demanded().lines.iter().all(|line| line.verdict != Verdict::NotApplicable(String::new())));
    }
}
