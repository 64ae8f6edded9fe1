//! An application of a board: what it is asked, and what is known of it.

mod call;
mod child;
mod ready;
mod worker;

use std::collections::BTreeMap;
use std::io;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use serde::{Deserialize, Serialize};

pub(crate) use self::call::call;
use self::worker::{Order, Worker};
use crate::config::ApplicationConfig;
use crate::digest::Digest;
use crate::log::Log;
use crate::name::{Key, Name, Value};
use crate::program::Program;
use crate::record::Record;
use crate::store::{Store, StoreError};

/// What an application does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Phase {
    /// It has no component: install one.
    Empty,
    /// It was stopped.
    Stopped,
    /// Its process was started, and its guest has not begun yet.
    Starting,
    /// Its guest runs.
    Running,
    /// It failed, and is started again after a pause.
    BackingOff,
    /// Its guest has ended, and is not started again.
    Ended,
    /// Its guest failed, and is not started again.
    Failed,
}

/// A component that failed, for which the one before came back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RolledBack {
    /// The component that failed.
    pub from: Digest,
    /// How it failed; empty if this program was started since.
    pub reason: String,
}

/// What is known of an application.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Status {
    /// Its name.
    pub name: Name,
    /// What it does.
    pub phase: Phase,
    /// Whether it is to run.
    pub wanted: bool,
    /// Counts the changes that it was told.
    pub generation: u64,
    /// Its component.
    pub component: Option<Digest>,
    /// Whether the component is new, and has yet to prove itself. If it fails, the one before comes back, where there was one.
    pub on_trial: bool,
    /// The component that failed last, for which another came back.
    pub rolled_back: Option<RolledBack>,
    /// The number of its process.
    pub pid: Option<u32>,
    /// How much memory its process has, in bytes, where the kernel tells.
    pub memory_bytes: Option<u64>,
    /// How often it was started since this program was.
    pub starts: u64,
    /// How often it was started again after it had ended by itself.
    pub restarts: u64,
    /// How often it ended at a limit of its policy, since this program was started.
    pub limits: u64,
    /// How it ended last.
    pub last_exit: Option<String>,
    /// The exit status of its last end: 128 and the number of a signal that ended it.
    pub last_status: Option<i32>,
    /// How long its guest did not run when its component was replaced last, in microseconds: from the request to stop the old one
    /// until the new one had begun.
    pub replaced_in_us: Option<u64>,
}

/// Why an application does not do what it is asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// The board has no such application.
    #[error("the board has no application `{0}`: its owner has to add [application.{0}] with a policy to board.toml")]
    Unknown(Name),
    /// The application has no component.
    #[error("the application `{0}` has no component: install one")]
    NoComponent(Name),
    /// The component cannot be run with the policy of this application.
    #[error("the component cannot be run as `{name}`, and nothing was changed: {text}")]
    Refused {
        /// The application.
        name: Name,
        /// What the program says of it.
        text: String,
    },
    /// The component is too long.
    #[error("the component has {bytes} bytes, and may have {most} (`component-bytes` in board.toml)")]
    TooLong {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        most: usize,
    },
    /// There is no value of that key.
    #[error("the application `{name}` has no configuration value `{key}`")]
    NoValue {
        /// The application.
        name: Name,
        /// The key.
        key: Key,
    },
    /// There are too many values.
    #[error("the application `{name}` has {most} configuration values, and may not have more: remove one")]
    TooManyValues {
        /// The application.
        name: Name,
        /// How many it may have.
        most: usize,
    },
    /// A program that was called did not answer in time, or failed.
    #[error("cannot {what}")]
    Call {
        /// What was to be done.
        what: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// The command for a bus failed.
    #[error("{0}")]
    Bus(String),
    /// The state cannot be kept.
    #[error("what was asked cannot be kept on the disk, and nothing was changed")]
    Store(#[from] StoreError),
    /// The board is about to end.
    #[error("the board is about to end")]
    Over,
}

/// A change of an application.
#[derive(Debug)]
pub(crate) enum Change {
    Start,
    Stop,
    Install(Digest),
    Remove,
    Set(Key, Value),
    Unset(Key),
}

/// An application, with the thread that supervises it.
#[derive(Debug)]
pub(crate) struct Application {
    pub(crate) config: ApplicationConfig,
    pub(crate) log: Log,
    status: Arc<Mutex<Status>>,
    orders: Sender<Order>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Application {
    /// Begins to supervise an application, and starts it if it is to run.
    ///
    /// # Errors
    ///
    /// The machine has no room for a thread or a socket.
    pub(crate) fn begin(
        name: &Name,
        config: ApplicationConfig,
        record: Record,
        program: Program,
        store: Arc<Store>,
        ready: &std::path::Path,
        log: Log,
    ) -> io::Result<Application> {
        let (orders, received) = mpsc::channel();
        let status = Arc::new(Mutex::new(Status::of(name, &record)));
        let ready = ready::Ready::listen(ready, orders.clone())?;
        let worker = Worker::new(
            name.clone(),
            config.clone(),
            record,
            program,
            store,
            log.clone(),
            status.clone(),
            (orders.clone(), received),
            ready,
        );
        // One thread for as long as the board lives: the kernel ends a process with the thread that started it (PR_SET_PDEATHSIG).
        let thread = thread::Builder::new().name(format!("app {name}")).spawn(move || worker.run())?;
        Ok(Application { config, log, status, orders, thread: Mutex::new(Some(thread)) })
    }

    /// Makes a change, and returns when it is kept and made.
    pub(crate) fn change(&self, change: Change) -> Result<(), OrderError> {
        let (reply, answer) = mpsc::channel();
        self.orders.send(Order::Change(change, reply)).map_err(|_| OrderError::Over)?;
        answer.recv().unwrap_or(Err(OrderError::Over))
    }

    /// Returns the configuration values as the guest gets them.
    pub(crate) fn values(&self) -> Result<BTreeMap<Key, Value>, OrderError> {
        let (reply, answer) = mpsc::channel();
        self.orders.send(Order::Values(reply)).map_err(|_| OrderError::Over)?;
        answer.recv().map_err(|_| OrderError::Over)
    }

    /// Returns what is known of it.
    pub(crate) fn status(&self) -> Status {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner).clone();
        status.memory_bytes = status.pid.and_then(child::memory_bytes);
        status
    }

    /// Asks it to end, without waiting for it.
    pub(crate) fn leave(&self) {
        // A thread that is gone has left.
        let _ = self.orders.send(Order::Leave);
    }

    /// Waits until it has ended.
    pub(crate) fn join(&self) {
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }
}

impl Status {
    fn of(name: &Name, record: &Record) -> Status {
        Status {
            name: name.clone(),
            phase: if record.current.is_some() { Phase::Stopped } else { Phase::Empty },
            wanted: record.wanted,
            generation: record.generation,
            component: record.current,
            on_trial: record.trial.is_some(),
            rolled_back: None,
            pid: None,
            memory_bytes: None,
            starts: 0,
            restarts: 0,
            limits: 0,
            last_exit: None,
            last_status: None,
            replaced_in_us: None,
        }
    }
}

/// Returns an error with its causes, on one line.
pub(crate) fn whole(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
