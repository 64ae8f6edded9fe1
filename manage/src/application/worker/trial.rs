//! A new component on trial: it proves itself, or the one before comes back.

use super::super::{RolledBack, whole};
use super::Worker;
use crate::log::Level;
use crate::record::Trial;

impl Worker {
    /// Takes the component that runs as good. The one before is not needed any more.
    pub(super) fn trust(&mut self) {
        (self.healthy, self.is_first) = (None, false);
        if self.record.trial.is_none() {
            return;
        }
        match self.keep(|record| record.trial = None) {
            Ok(()) => self.say(Level::Info, "the new component has proved itself"),
            // It is on trial at the next start once more.
            Err(error) => self.say(Level::Error, &format!("the end of the trial cannot be kept: {}", whole(&error))),
        }
    }

    /// Brings the component back that was there before.
    pub(super) fn roll_back(&mut self, trial: Trial, reason: &str) {
        let failed = self.record.current;
        let kept = self.keep(|record| {
            record.current = trial.back;
            record.trial = None;
            record.failed = failed;
        });
        if let Err(error) = kept {
            self.say(Level::Error, &format!("the old component is started, which cannot be kept: {}", whole(&error)));
            (self.record.current, self.record.trial) = (trial.back, None);
        }
        if let (Some(from), Some(back)) = (failed, trial.back) {
            self.say(Level::Error, &format!("rolled back from {from} to {back}: {reason}"));
            self.rolled_back = Some(RolledBack { from, reason: reason.to_owned() });
        }
        self.pause = self.config.back_off;
        self.start();
    }
}
