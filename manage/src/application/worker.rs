//! The thread that supervises an application.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::child::{Ended, Running};
use super::ready::Ready;
use super::{Change, OrderError, Phase, RolledBack, Status, whole};
use crate::config::{ApplicationConfig, MAX_VALUES, Restart};
use crate::digest::Digest;
use crate::log::{Level, Log, Source};
use crate::name::{Key, Name, Value};
use crate::program::Program;
use crate::record::{Record, Trial};
use crate::store::{Store, StoreError};

/// Exit statuses of `run` that stay so, however often it is started: the command line is wrong, and the component is refused.
const FINAL: [i32; 2] = [64, 121];

/// Exit statuses of a process that somebody else asked to end, by SIGHUP, SIGINT or SIGTERM: no fault of its component.
const ASKED: [i32; 3] = [129, 130, 143];

/// How often a component on trial is started before the one before comes back: one that takes the machine's power away fails in no
/// other way.
const MOST_TRIALS: u32 = 3;

/// What the thread is told.
#[derive(Debug)]
pub(super) enum Order {
    /// Somebody wants a change, and an answer.
    Change(Change, Sender<Result<(), OrderError>>),
    /// Somebody wants the configuration values.
    Values(Sender<BTreeMap<Key, Value>>),
    /// The guest begins.
    Ready,
    /// The output of a process has ended: it has ended too, or is about to.
    Closed,
    /// The board ends.
    Leave,
}

/// An application, as its thread has it.
pub(super) struct Worker {
    name: Name,
    config: ApplicationConfig,
    record: Record,
    program: Program,
    store: Arc<Store>,
    log: Log,
    status: Arc<Mutex<Status>>,
    sender: Sender<Order>,
    orders: Receiver<Order>,
    ready: Ready,
    running: Option<Running>,
    phase: Phase,
    /// When the process was started.
    started: Instant,
    /// When it is started again.
    again: Option<Instant>,
    /// When a process whose output has ended is looked at again, and after how long then.
    look: Option<(Instant, Duration)>,
    /// Whether the component was installed where none was before, and has yet to prove itself. None comes back if it fails.
    is_first: bool,
    /// When a component on trial has proved itself.
    healthy: Option<Instant>,
    /// When the old component was asked to end, until the new one has begun.
    replacing: Option<Instant>,
    pause: Duration,
    rolled_back: Option<RolledBack>,
}

impl Worker {
    #[expect(clippy::too_many_arguments, reason = "it is made in one place, and these are its fields")]
    pub(super) fn new(
        name: Name,
        config: ApplicationConfig,
        record: Record,
        program: Program,
        store: Arc<Store>,
        log: Log,
        status: Arc<Mutex<Status>>,
        (sender, orders): (Sender<Order>, Receiver<Order>),
        ready: Ready,
    ) -> Worker {
        let (pause, started) = (config.back_off, Instant::now());
        let phase = if record.current.is_some() { Phase::Stopped } else { Phase::Empty };
        let rolled_back = record.failed.map(|from| RolledBack { from, reason: String::new() });
        Worker {
            name,
            config,
            record,
            program,
            store,
            log,
            status,
            sender,
            orders,
            ready,
            running: None,
            phase,
            started,
            again: None,
            look: None,
            is_first: false,
            healthy: None,
            replacing: None,
            pause,
            rolled_back,
        }
    }

    /// Supervises until the board ends.
    pub(super) fn run(mut self) {
        if self.record.wanted && self.record.current.is_some() {
            self.start();
        }
        self.publish();
        loop {
            let due = [self.again, self.look.map(|(at, _)| at), self.healthy].into_iter().flatten().min();
            let order = match due {
                Some(due) => self.orders.recv_timeout(due.saturating_duration_since(Instant::now())),
                None => self.orders.recv().map_err(RecvTimeoutError::from),
            };
            match order {
                Ok(Order::Leave) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(order) => self.obey(order),
                Err(RecvTimeoutError::Timeout) => self.look(),
            }
            self.publish();
        }
        self.halt();
        self.publish();
        self.log.end();
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Change(change, reply) => {
                let made = self.change(change);
                self.publish();
                // Whoever asked may be gone.
                let _ = reply.send(made);
            }
            Order::Values(reply) => {
                let _ = reply.send(self.values());
            }
            Order::Ready => {
                if self.phase == Phase::Starting {
                    self.phase = Phase::Running;
                    if let Some(since) = self.replacing.take() {
                        let us = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
                        self.tell(|status| status.replaced_in_us = Some(us));
                    }
                }
            }
            Order::Closed => self.look = Some((Instant::now(), Duration::from_millis(1))),
            Order::Leave => {}
        }
        self.look();
    }

    /// Does what is due.
    fn look(&mut self) {
        let now = Instant::now();
        if let Some((at, pause)) = self.look.filter(|(at, _)| *at <= now) {
            match self.running.as_mut().map(Running::ended) {
                Some(Some(ended)) => {
                    self.running = None;
                    self.look = None;
                    self.after(&ended);
                }
                // A process may close its output and live on: it is looked at ever more rarely.
                Some(None) => self.look = Some((at.max(now) + pause, (pause * 2).min(Duration::from_secs(1)))),
                None => self.look = None,
            }
        }
        if self.healthy.is_some_and(|at| at <= now) && self.running.is_some() {
            self.trust();
        }
        if self.again.is_some_and(|at| at <= now) {
            self.tell(|status| status.restarts += 1);
            self.start();
        }
    }

    /// Makes a change: first on the disk, then in fact.
    fn change(&mut self, change: Change) -> Result<(), OrderError> {
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

    /// Starts the component that is to run.
    fn start(&mut self) {
        self.again = None;
        let Some(digest) = self.record.current else { return };
        if let Some(trial) = self.record.trial {
            if trial.starts >= MOST_TRIALS {
                let text = format!("it was started {} times, and never ran for {:?}", trial.starts, self.config.health);
                return self.roll_back(trial, &text);
            }
            // Before it is started: it may take the power away.
            let counted = self.keep(|record| record.trial = Some(Trial { starts: trial.starts + 1, ..trial }));
            if let Err(error) = counted {
                self.say(Level::Error, &format!("the start cannot be counted: {}", whole(&error)));
            }
        }
        let spawned = self.spawn(&digest);
        self.started = Instant::now();
        match spawned {
            Ok(running) => {
                self.say(Level::Info, &format!("started {} as process {}", digest.short(), running.pid()));
                self.running = Some(running);
                self.phase = Phase::Starting;
                self.healthy =
                    (self.is_first || self.record.trial.is_some()).then(|| self.started + self.config.health);
                self.tell(|status| status.starts += 1);
            }
            Err(text) => self.after(&Ended { status: -1, text, is_limit: false }),
        }
    }

    fn spawn(&self, digest: &Digest) -> Result<Running, String> {
        let path: PathBuf = self.store.component(digest).map_err(|error| whole(&error))?;
        let values = self.values();
        let mut command = self.program.run(&self.config, &path, values.iter());
        command.env("NOTIFY_SOCKET", self.ready.path());
        let sender = self.sender.clone();
        let closed = move || {
            // The thread may have left.
            let _ = sender.send(Order::Closed);
        };
        Running::start(command, &self.log, closed).map_err(|error| format!("the program cannot be started: {error}"))
    }

    /// Ends the process, if there is one, and everything that is due.
    fn halt(&mut self) {
        (self.again, self.look, self.healthy, self.replacing) = (None, None, None, None);
        if let Some(running) = self.running.take() {
            let ended = running.end(&self.log);
            self.say(Level::Info, &format!("ended: {}", ended.text));
            self.note(&ended);
        }
    }

    /// Decides what follows the end of a process that nobody asked for.
    fn after(&mut self, ended: &Ended) {
        self.is_first = false;
        (self.healthy, self.again) = (None, None);
        self.note(ended);
        let succeeded = ended.status == 0;
        let level = if succeeded { Level::Info } else { Level::Error };
        self.say(level, &format!("ended: {}", ended.text));
        match self.record.trial {
            Some(_) if ASKED.contains(&ended.status) => {}
            Some(trial) if !succeeded => return self.roll_back(trial, &ended.text),
            Some(_) => self.trust(),
            None => {}
        }
        self.replacing = None;
        let restarts = match self.config.restart {
            Restart::Never => false,
            Restart::OnFailure => !succeeded,
            Restart::Always => true,
        };
        if !restarts || FINAL.contains(&ended.status) {
            self.phase = if succeeded { Phase::Ended } else { Phase::Failed };
            return;
        }
        let pause = pause(self.pause, self.started.elapsed(), &self.config);
        self.say(Level::Info, &format!("starts again in {pause:?}"));
        self.again = Some(Instant::now() + pause);
        self.pause = pause * 2;
        self.phase = Phase::BackingOff;
    }

    /// Takes the component that runs as good. The one before is not needed any more.
    fn trust(&mut self) {
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
    fn roll_back(&mut self, trial: Trial, reason: &str) {
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

    /// Changes the record, on the disk first.
    fn keep(&mut self, change: impl FnOnce(&mut Record)) -> Result<(), StoreError> {
        let mut record = self.record.clone();
        change(&mut record);
        if record != self.record {
            record.generation += 1;
            self.store.keep(&self.name, &record)?;
            self.record = record;
        }
        Ok(())
    }

    /// Returns the configuration values: those that were set, before those of the owner's file.
    fn values(&self) -> BTreeMap<Key, Value> {
        let mut values = self.config.values.clone();
        values.extend(self.record.values.clone());
        values
    }

    fn note(&self, ended: &Ended) {
        self.tell(|status| {
            status.last_exit = Some(ended.text.clone());
            status.last_status = Some(ended.status);
            status.limits += u64::from(ended.is_limit);
        });
    }

    fn say(&self, level: Level, text: &str) {
        self.log.say(Source::Board, level, text);
    }

    fn tell(&self, change: impl FnOnce(&mut Status)) {
        change(&mut self.status.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn publish(&self) {
        self.tell(|status| {
            status.phase = self.phase;
            status.wanted = self.record.wanted;
            status.generation = self.record.generation;
            status.component = self.record.current;
            status.on_trial = self.record.trial.is_some() || self.is_first && self.healthy.is_some();
            status.rolled_back.clone_from(&self.rolled_back);
            status.pid = self.running.as_ref().map(Running::pid);
        });
    }
}

/// Returns how long the pause before a start is: at most the longest, and the first one again after a run that was longer than that.
fn pause(next: Duration, ran: Duration, config: &ApplicationConfig) -> Duration {
    if ran >= config.back_off_max { config.back_off } else { next.min(config.back_off_max) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;

    #[test]
    fn pauses_grow_to_the_longest_and_begin_anew_after_a_long_run() {
        let text = "state = 's'\n[application.fan]\npolicy = 'p'\nback-off-ms = 10\nback-off-max-ms = 35";
        let config = Config::parse(Path::new("board.toml"), text).expect("a board");
        let fan = config.applications.values().next().expect("the fan");
        let ms = Duration::from_millis;
        for (next, ran, expected) in [(10, 0, 10), (20, 34, 20), (40, 34, 35), (70, 0, 35), (70, 35, 10)] {
            assert_eq!(pause(ms(next), ms(ran), fan), ms(expected), "{next}, {ran}");
        }
    }
}
