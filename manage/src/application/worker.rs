//! The thread that supervises an application.

mod changes;
mod pause;
mod trial;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use self::pause::pause;
use super::child::{Ended, Running};
use super::ready::Ready;
use super::{Change, OrderError, Phase, RolledBack, Status, whole};
use crate::config::{ApplicationConfig, Restart};
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
    /// Whether the component was installed where no other was before, and has yet to prove itself: none comes back if it fails.
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
