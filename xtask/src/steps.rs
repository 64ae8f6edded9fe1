//! Steps of a long job, with what they did and how long they took.

use std::time::Instant;

use anyhow::bail;

/// How a step ended, when it did not fail.
#[derive(Debug)]
pub(crate) enum Done {
    /// It was done.
    Passed,
    /// It could not be done here, for this reason.
    Skipped(String),
}

/// A job of several steps.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    passed: usize,
    failed: Vec<(&'static str, String)>,
    skipped: Vec<(&'static str, String)>,
    only: Option<String>,
}

/// The steps that CI may skip, each with the reason. Any other step that is skipped there fails the run: what it examines would be
/// off without anybody noticing.
const MAY_BE_SKIPPED_IN_CI: [(&str, &str); 1] = [(
    "nextest runs the tests of a guest",
    "cargo-nextest takes longer to build on two cores than all tests of the small crates take",
)];

impl Steps {
    /// Returns a job without steps, that will do all or only those whose name contains `only`.
    pub(crate) fn new(only: Option<String>) -> Steps {
        Steps { only, ..Steps::default() }
    }

    /// Does a step. The others are done even if it fails.
    pub(crate) fn step(&mut self, name: &'static str, step: impl FnOnce() -> anyhow::Result<Done>) {
        if self.only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
            return;
        }
        println!("\n== {name}");
        let start = Instant::now();
        match step() {
            Ok(Done::Passed) => {
                self.passed += 1;
                println!("== {name}: passed after {:.1} s", start.elapsed().as_secs_f64());
            }
            Ok(Done::Skipped(reason)) => {
                println!("== {name}: skipped: {reason}");
                self.skipped.push((name, reason));
            }
            Err(error) => {
                println!("== {name}: FAILED: {error:#}");
                self.failed.push((name, format!("{error:#}")));
            }
        }
    }

    /// Says how it went.
    ///
    /// # Errors
    ///
    /// A step failed, no step was done, or one was skipped in CI that may not be.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        self.finish_where(std::env::var_os("CI").is_some_and(|ci| ci == "true"))
    }

    fn finish_where(self, is_ci: bool) -> anyhow::Result<()> {
        println!();
        for (name, reason) in &self.skipped {
            println!("skipped: {name}: {reason}");
        }
        for (name, error) in &self.failed {
            println!("FAILED: {name}: {error}");
        }
        println!("steps: {} passed, {} failed, {} skipped", self.passed, self.failed.len(), self.skipped.len());
        if !self.failed.is_empty() {
            bail!("failed: {}", self.failed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "));
        }
        let excused = |name: &str| MAY_BE_SKIPPED_IN_CI.iter().any(|(step, _)| *step == name);
        let missing: Vec<_> = self.skipped.iter().map(|(name, _)| *name).filter(|name| !excused(name)).collect();
        if is_ci && !missing.is_empty() {
            bail!("skipped, though CI (`CI=true`) has to run it: {}", missing.join(", "));
        }
        if self.passed == 0 {
            bail!("no step has a name like that");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Done, Steps};

    fn job(second: Done) -> Steps {
        let mut steps = Steps::new(None);
        steps.step("first", || Ok(Done::Passed));
        steps.step("second", || Ok(second));
        steps
    }

    #[test]
    fn a_skipped_step_fails_in_ci_and_only_there() {
        let skipped = || Done::Skipped("QEMU is not installed".into());
        assert!(job(skipped()).finish_where(false).is_ok());
        let error = job(skipped()).finish_where(true).expect_err("CI took a skipped step");
        assert!(error.to_string().contains("second"), "{error}");
        assert!(job(Done::Passed).finish_where(true).is_ok());
    }
}
