//! What an application is asked to change: first on the disk, then in fact.

use std::time::Instant;

use super::super::{Change, OrderError, Phase};
use super::Worker;
use crate::config::MAX_VALUES;
use crate::digest::Digest;
use crate::log::Level;
use crate::record::Trial;

impl Worker {
    /// Makes a change: first on the disk, then in fact.
    pub(super) fn change(&mut self, change: Change) -> Result<(), OrderError> {
        match change {
            Change::Start => {
                if self.record.current.is_none() {
                    return Err(OrderError::NoComponent(self.name.clone()));
                }
                self.keep(|record| record.wanted = true)?;
                if self.running.is_none() {
                    self.pause = self.config.back_off;
                    self.say(Level::Info, "start was asked for");
                    self.start();
                }
            }
            Change::Stop => {
                self.keep(|record| record.wanted = false)?;
                self.say(Level::Info, "stop was asked for");
                self.halt();
                self.phase = if self.record.current.is_some() { Phase::Stopped } else { Phase::Empty };
            }
            Change::Install(digest) => self.install(digest)?,
            Change::Remove => {
                self.keep(|record| {
                    record.wanted = false;
                    (record.current, record.trial, record.failed) = (None, None, None);
                    record.values.clear();
                })?;
                self.say(Level::Info, "removal was asked for");
                self.halt();
                self.phase = Phase::Empty;
                self.rolled_back = None;
            }
            Change::Set(key, value) => {
                if !self.record.values.contains_key(&key) && self.record.values.len() >= MAX_VALUES {
                    return Err(OrderError::TooManyValues { name: self.name.clone(), most: MAX_VALUES });
                }
                self.say(Level::Info, &format!("configuration: `{key}` was set; it holds from the next start on"));
                self.keep(|record| drop(record.values.insert(key, value)))?;
            }
            Change::Unset(key) => {
                if !self.record.values.contains_key(&key) {
                    return Err(OrderError::NoValue { name: self.name.clone(), key });
                }
                self.say(Level::Info, &format!("configuration: `{key}` was removed; it holds from the next start on"));
                self.keep(|record| drop(record.values.remove(&key)))?;
            }
        }
        Ok(())
    }

    /// Puts a component in the place of the one that is there. It was checked, and compiled, while that one ran.
    fn install(&mut self, digest: Digest) -> Result<(), OrderError> {
        let old = self.record.trial.map_or(self.record.current, |trial| trial.back);
        let trial = old.filter(|old| *old != digest).map(|back| Trial { starts: 0, back: Some(back) });
        let was_running = self.running.is_some();
        self.keep(|record| {
            record.trial = trial;
            record.current = Some(digest);
            record.failed = None;
        })?;
        self.is_first = trial.is_none();
        self.say(Level::Info, &format!("installed {digest}"));
        self.rolled_back = None;
        if self.record.wanted {
            let began = Instant::now();
            self.halt();
            self.replacing = was_running.then_some(began);
            self.pause = self.config.back_off;
            self.start();
        } else {
            self.phase = Phase::Stopped;
        }
        Ok(())
    }
}
