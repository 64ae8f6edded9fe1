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
    failed: Vec<&'static str>,
    skipped: Vec<(&'static str, String)>,
    only: Option<String>,
}

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
                self.failed.push(name);
            }
        }
    }

    /// Says how it went.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        println!();
        for (name, reason) in &self.skipped {
            println!("skipped: {name}: {reason}");
        }
        for name in &self.failed {
            println!("FAILED: {name}");
        }
        println!("steps: {} passed, {} failed, {} skipped", self.passed, self.failed.len(), self.skipped.len());
        if !self.failed.is_empty() {
            bail!("failed: {}", self.failed.join(", "));
        }
        if self.passed == 0 {
            bail!("no step has a name like that");
        }
        Ok(())
    }
}
