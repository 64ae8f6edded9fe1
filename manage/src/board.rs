//! A board: its applications together.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::application::{Application, Change, OrderError, Status, call};
use crate::config::Config;
use crate::digest::Digest;
use crate::log::{Level, Log, Source};
use crate::name::{Key, Name, Value};
use crate::program::Program;
use crate::record::{Record, Trial};
use crate::sink::{Sink, Way};
use crate::store::{Store, StoreError};

/// How long a component may take to be compiled. A Raspberry Pi Zero takes a minute for a large one.
const COMPILE: Duration = Duration::from_secs(300);

/// How long a scan of a bus may take: 120 addresses, each of which may hold the bus for the kernel's timeout.
const SCAN: Duration = Duration::from_secs(60);

/// How long the last lines may take to where they go beside the log.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Why there is no board.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BoardError {
    /// What was kept cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The component of `board.toml` cannot be read.
    #[error("[application.{name}]: cannot read the component {}", .path.display())]
    Component {
        /// The application.
        name: Name,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The machine has no room for the thread of the logs, or does not say which folder this is.
    #[error("cannot begin to supervise")]
    Start(#[source] io::Error),
    /// The machine has no room.
    #[error("cannot supervise the application `{name}`")]
    Begin {
        /// The application.
        name: Name,
        /// Why not.
        source: io::Error,
    },
}

/// A board whose applications are supervised until it is dropped. Then they end, with their outputs at `on-exit`.
#[derive(Debug)]
pub struct Board {
    config: Config,
    program: Program,
    store: Arc<Store>,
    applications: BTreeMap<Name, Application>,
    /// Held for reading while a component is kept whose record is still to be written, and for writing while those are removed that
    /// no record names.
    installing: RwLock<()>,
    /// One component is written at a time.
    writing: Mutex<()>,
    log: Log,
    /// The way to the sinks, until the board ends.
    sinks: Mutex<Option<(Way, JoinHandle<()>)>>,
}

impl Board {
    /// Begins to supervise the applications of a board, and starts those that are to run. What they say goes to sinks too.
    ///
    /// # Errors
    ///
    /// The disk fails, another program uses the state's folder, or a component of `board.toml` cannot be read.
    pub fn open(config: Config, program: Program, sinks: Vec<Box<dyn Sink>>) -> Result<Board, BoardError> {
        let store = Arc::new(Store::open(&config.state)?);
        let (way, sinks) = Way::begin(sinks).map_err(BoardError::Start)?;
        let log = Log::to("board", way.clone());
        let mut records = BTreeMap::new();
        for name in config.applications.keys() {
            let record = match store.record(name) {
                Err(error @ StoreError::Damaged { .. }) => {
                    log.say(Source::Board, Level::Error, &format!("{error}; `{name}` begins as board.toml says"));
                    None
                }
                record => record?,
            };
            let mut record = record.unwrap_or_default();
            take_file(&config, &store, name, &mut record)?;
            records.insert(name.clone(), record);
        }
        store.sweep()?;
        // sd_notify(3): an address is a whole path.
        let ready = std::path::absolute(config.state.join("ready")).map_err(BoardError::Start)?;
        let folder = fs::DirBuilder::new().recursive(true).mode(0o700).create(&ready);
        let mut applications = BTreeMap::new();
        for (name, record) in records {
            let Some(settings) = config.applications.get(&name).cloned() else { continue };
            let begun = match &folder {
                Ok(()) => {
                    let (ready, log) = (ready.join(name.as_str()), Log::to(name.as_str(), way.clone()));
                    Application::begin(&name, settings, record, program.clone(), store.clone(), &ready, log)
                }
                Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
            };
            applications.insert(name.clone(), begun.map_err(|source| BoardError::Begin { name, source })?);
        }
        let (installing, writing, sinks) = (RwLock::new(()), Mutex::new(()), Mutex::new(Some((way, sinks))));
        Ok(Board { config, program, store, applications, installing, writing, log, sinks })
    }

    /// Returns what its owner says of it.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Returns what is known of all applications, by their names.
    #[must_use]
    pub fn statuses(&self) -> Vec<Status> {
        self.applications.values().map(Application::status).collect()
    }

    /// Returns what is known of an application.
    ///
    /// # Errors
    ///
    /// The board has no such application.
    pub fn status(&self, name: &Name) -> Result<Status, OrderError> {
        self.application(name).map(Application::status)
    }

    /// Returns the log of an application.
    ///
    /// # Errors
    ///
    /// The board has no such application.
    pub fn log_of(&self, name: &Name) -> Result<Log, OrderError> {
        self.application(name).map(|application| application.log.clone())
    }

    /// Returns the log of the board itself: who asked for what, and what was refused.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Puts a component in the place of the one that an application has. It is compiled while the old one runs; then the old one
    /// ends, and the new one begins. If it fails within the application's health time, the old one comes back.
    ///
    /// # Errors
    ///
    /// The component is too long, or cannot be run with the application's policy, or it cannot be kept: nothing is changed then.
    pub fn install(&self, name: &Name, component: &[u8]) -> Result<Digest, OrderError> {
        let application = self.application(name)?;
        let (bytes, most) = (component.len(), self.config.component_bytes);
        if bytes > most {
            return Err(OrderError::TooLong { bytes, most });
        }
        let installed = {
            let _installing = self.installing.read().unwrap_or_else(PoisonError::into_inner);
            let digest = {
                let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
                self.store.keep_component(component)?
            };
            let path = self.store.component(&digest)?;
            let checked = call(self.program.check(&application.config, &path), COMPILE);
            let checked = checked.map_err(|source| OrderError::Call { what: "check the component", source });
            checked.and_then(|called| match called.status.success() {
                true => application.change(Change::Install(digest)).map(|()| digest),
                false => Err(OrderError::Refused { name: name.clone(), text: reason(&called.stderr) }),
            })
        };
        self.sweep();
        installed
    }

    /// Starts an application, now and whenever the board starts.
    ///
    /// # Errors
    ///
    /// It has no component, or this cannot be kept.
    pub fn start(&self, name: &Name) -> Result<(), OrderError> {
        self.application(name)?.change(Change::Start)
    }

    /// Stops an application until it is started, with its outputs at their `on-exit` levels.
    ///
    /// # Errors
    ///
    /// This cannot be kept: then it goes on.
    pub fn stop(&self, name: &Name) -> Result<(), OrderError> {
        self.application(name)?.change(Change::Stop)
    }

    /// Stops an application, and forgets its component and the configuration values that were set.
    ///
    /// # Errors
    ///
    /// This cannot be kept: then it goes on.
    pub fn remove(&self, name: &Name) -> Result<(), OrderError> {
        self.application(name)?.change(Change::Remove)?;
        self.sweep();
        Ok(())
    }

    /// Returns the configuration values of an application.
    ///
    /// # Errors
    ///
    /// The board has no such application.
    pub fn values(&self, name: &Name) -> Result<BTreeMap<Key, Value>, OrderError> {
        self.application(name)?.values()
    }

    /// Sets a configuration value, which the guest gets when it is started next.
    ///
    /// # Errors
    ///
    /// There are too many, or this cannot be kept.
    pub fn set(&self, name: &Name, key: Key, value: Value) -> Result<(), OrderError> {
        self.application(name)?.change(Change::Set(key, value))
    }

    /// Removes a configuration value that was set. The one of `board.toml` holds again, if there is one.
    ///
    /// # Errors
    ///
    /// It was not set, or this cannot be kept.
    pub fn unset(&self, name: &Name, key: Key) -> Result<(), OrderError> {
        self.application(name)?.change(Change::Unset(key))
    }

    /// Shows which of the addresses answer that an application's policy grants on a bus, as `i2c detect` does.
    ///
    /// # Errors
    ///
    /// The policy has no such label, or the bus fails.
    pub fn i2c_detect(&self, name: &Name, label: &str) -> Result<String, OrderError> {
        let command = self.program.i2c_detect(&self.application(name)?.config, label);
        let called = call(command, SCAN).map_err(|source| OrderError::Call { what: "scan the bus", source })?;
        if called.status.success() { Ok(called.stdout) } else { Err(OrderError::Bus(reason(&called.stderr))) }
    }

    fn application(&self, name: &Name) -> Result<&Application, OrderError> {
        self.applications.get(name).ok_or_else(|| OrderError::Unknown(name.clone()))
    }

    /// Removes components that no record names, unless one is being installed: then that one does it.
    fn sweep(&self) {
        let Ok(_alone) = self.installing.try_write() else { return };
        if let Err(error) = self.store.sweep() {
            self.log.say(Source::Board, Level::Warn, &format!("old components stay on the disk: {error}"));
        }
    }

    /// Ends all applications, with their outputs at `on-exit`, and waits for them. They run again when the board is opened next.
    pub fn close(&self) {
        // All at once: each is then waited for.
        self.applications.values().for_each(Application::leave);
        self.applications.values().for_each(Application::join);
        self.log.end();
        if let Some((way, thread)) = self.sinks.lock().unwrap_or_else(PoisonError::into_inner).take() {
            way.end(thread, LAST_LINES);
        }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        self.close();
    }
}

/// Takes the component of `board.toml`, if it is another one than the last time.
fn take_file(config: &Config, store: &Store, name: &Name, record: &mut Record) -> Result<(), BoardError> {
    let Some(path) = config.applications.get(name).and_then(|settings| settings.component.as_deref()) else {
        return Ok(());
    };
    let read = || read(path, config.component_bytes);
    let bytes = read().map_err(|source| BoardError::Component { name: name.clone(), path: path.to_owned(), source })?;
    if record.file == Some(Digest::of(&bytes)) {
        return Ok(());
    }
    let digest = store.keep_component(&bytes)?;
    let old = record.trial.map_or(record.current, |trial| trial.back).filter(|old| *old != digest);
    record.trial = old.map(|back| Trial { starts: 0, back: Some(back) });
    (record.current, record.file, record.failed) = (Some(digest), Some(digest), None);
    record.generation += 1;
    Ok(store.keep(name, record)?)
}

fn read(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX);
    fs::File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > most {
        let text = format!("it is longer than {most} bytes (`component-bytes`)");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
    }
    Ok(bytes)
}

/// Returns what a program said of its failure.
fn reason(stderr: &str) -> String {
    let text = stderr.trim();
    text.strip_prefix("error: ").unwrap_or(text).to_owned()
}
