//! Runs scenarios, several at once, and tells of them in their order.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc;
use std::thread;

use wasm_embedded_scenario::report::Entry;
use wasm_embedded_scenario::{Outcome, Report, Scenario};

use super::leftovers;
use super::play::play;
use super::programs::Programs;
use crate::cli::failure::Failure;

/// How scenarios are run.
pub(super) struct Jobs<'o> {
    pub(super) programs: &'o Programs,
    pub(super) filter: &'o [String],
    pub(super) retries: u8,
    /// The folder for what failures leave.
    pub(super) failures: Option<&'o Path>,
}

impl Jobs<'_> {
    /// Runs the scenarios of files, `jobs` at once, and tells of each in the order of the files.
    pub(super) fn run(
        &self,
        paths: &[PathBuf],
        jobs: usize,
        mut tell: impl FnMut(&Entry) -> Result<(), Failure>,
    ) -> Result<Vec<Entry>, Failure> {
        let next = AtomicUsize::new(0);
        let folders = Mutex::new(leftovers::Folders::default());
        let (send, receive) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..jobs.min(paths.len()) {
                let (next, folders, send) = (&next, &folders, send.clone());
                scope.spawn(move || {
                    while let Some((number, path)) = {
                        let number = next.fetch_add(1, Relaxed);
                        paths.get(number).map(|path| (number, path))
                    } {
                        // Nobody listens once the output is closed.
                        if send.send((number, self.entry(path, folders))).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(send);
            let (mut early, mut entries, mut turn) = (BTreeMap::new(), Vec::new(), 0);
            for (number, entry) in receive {
                early.insert(number, entry);
                while let Some(entry) = early.remove(&turn) {
                    turn += 1;
                    if let Some(entry) = entry {
                        let told = tell(&entry);
                        if told.is_err() {
                            next.store(paths.len(), Relaxed);
                        }
                        told?;
                        entries.push(entry);
                    }
                }
            }
            Ok(entries)
        })
    }

    /// Returns what came of a scenario, unless it is filtered out.
    fn entry(&self, path: &Path, folders: &Mutex<leftovers::Folders>) -> Option<Entry> {
        let name = path.display().to_string();
        let scenario = match Scenario::load(path) {
            Ok(scenario) => scenario,
            Err(_) if !self.is_wanted(&name, None) => return None,
            Err(error) => {
                let text = Failure::from(error).plain();
                return Some(Entry { report: Report::broken(&name, text), earlier: Vec::new(), files: Vec::new() });
            }
        };
        if !self.is_wanted(&name, scenario.title.as_deref()) {
            return None;
        }
        let mut entry = Entry { report: self.attempt(&scenario), earlier: Vec::new(), files: Vec::new() };
        while matches!(entry.report.outcome, Outcome::Failed(_)) && entry.earlier.len() < usize::from(self.retries) {
            let again = self.attempt(&scenario);
            entry.earlier.push(std::mem::replace(&mut entry.report, again));
        }
        if let (Outcome::Failed(failure), Some(folder)) = (&entry.report.outcome, self.failures) {
            let folder = folders.lock().unwrap_or_else(PoisonError::into_inner).one(folder, path);
            let left = self.programs.with(&scenario, |program| leftovers::leave(&scenario, program, failure, &folder));
            entry.files = left.unwrap_or_else(|error| vec![format!("nothing: {error}")]);
        }
        Some(entry)
    }

    fn is_wanted(&self, name: &str, title: Option<&str>) -> bool {
        let has = |text: &String| name.contains(text) || title.is_some_and(|title| title.contains(text.as_str()));
        self.filter.is_empty() || self.filter.iter().any(has)
    }

    fn attempt(&self, scenario: &Scenario) -> Report {
        let played = self.programs.with(scenario, |program| play(scenario, program, None, |_| (), |_| ()));
        match played.and_then(|played| played) {
            Ok((report, _)) => report,
            Err(reason) => Report::broken(&scenario.name, reason),
        }
    }
}
