//! A board whose components are shell scripts: its program is one that runs them as `wasm-embedded-rt` runs components.
#![allow(dead_code, reason = "each test program uses a part of it")]

pub(crate) mod schema;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use wasm_embedded_manage::store::StoreError;
use wasm_embedded_manage::{Board, BoardError, Config, Name, Phase, Program, Status};

/// Ample for a busy machine.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// What `wasm-embedded-rt` does of what a board asks for, with scripts.
const PROGRAM: &str = r#"#!/bin/sh
case $1 in
check) exec sh -n "$2" ;;
run)
    component=$5
    shift 7
    tr '\0' '\n' < /proc/$$/environ | grep ^WASM_EMBEDDED_CONFIG
    shift
    exec sh "$component" "$@"
    ;;
i2c) [ "$6" = sensor ] && echo "70: -- 76" || { echo "error: the policy has no I2C label" >&2; exit 64; } ;;
esac
"#;

pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) config: String,
}

impl Place {
    /// Makes a place for a board with one application, with more keys of it.
    pub(crate) fn new(keys: &str) -> Place {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("program");
        fs::write(&program, PROGRAM).expect("a program");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a program");
        let config = format!("state = 'state'\n[application.fan]\npolicy = 'fan.toml'\n{keys}");
        Place { folder, config }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn config(&self) -> Config {
        Config::parse(&self.path("board.toml"), &self.config).expect("a board")
    }

    pub(crate) fn program(&self) -> Program {
        Program::new(self.path("program"), None)
    }

    pub(crate) fn try_open(&self) -> Result<Board, BoardError> {
        Board::open(self.config(), self.program(), Vec::new())
    }

    pub(crate) fn open(&self) -> Board {
        // A test that starts a process at this moment shares the lock with it until that runs its program.
        until("the folder is free", || match self.try_open() {
            Err(BoardError::Store(StoreError::Taken { .. })) => None,
            board => Some(board.expect("a board")),
        })
    }

    /// Says that the guest of an application begins, as its process would.
    pub(crate) fn ready(&self, name: &Name) {
        let socket = UnixDatagram::unbound().expect("a socket");
        let path = self.path("state/ready").join(name.as_str());
        socket.send_to(b"READY=1\nSTATUS=the guest runs", path).expect("somebody listens");
    }
}

pub(crate) fn fan() -> Name {
    "fan".parse().expect("a name")
}

/// Waits until something is so.
pub(crate) fn until<T>(what: &str, mut is: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + LONG;
    loop {
        match is() {
            Some(so) => return so,
            None => assert!(Instant::now() < end, "not in time: {what}"),
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// Waits until the status of the fan is so.
pub(crate) fn status(board: &Board, what: &str, is: impl Fn(&Status) -> bool) -> Status {
    let mut last = None;
    let end = Instant::now() + LONG;
    loop {
        let status = board.status(&fan()).expect("the fan");
        if is(&status) {
            return status;
        }
        assert!(Instant::now() < end, "not in time: {what}: {last:?}");
        last = Some(status);
        thread::sleep(Duration::from_millis(2));
    }
}

pub(crate) fn runs(status: &Status) -> bool {
    matches!(status.phase, Phase::Starting | Phase::Running) && status.pid.is_some()
}

/// Returns the texts of the log of the fan.
pub(crate) fn texts(board: &Board) -> Vec<String> {
    let log = board.log_of(&fan()).expect("the fan");
    log.from(0, Duration::ZERO).into_iter().map(|line| line.text).collect()
}

/// Waits until the log of the fan has a line with a text.
pub(crate) fn says(board: &Board, text: &str) {
    let mut all = Vec::new();
    let end = Instant::now() + LONG;
    while Instant::now() < end {
        all = texts(board);
        if all.iter().any(|line| line.contains(text)) {
            return;
        }
        thread::sleep(Duration::from_millis(2));
    }
    panic!("nobody says `{text}`: {all:#?}");
}

/// Returns the names of the files in a folder.
pub(crate) fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect();
    names.sort();
    names
}

/// A component that says its arguments, and runs until it is stopped.
pub(crate) const STEADY: &[u8] =
    b"echo \"{\\\"event\\\":\\\"stdout\\\",\\\"text\\\":\\\"steady $*\\\\n\\\"}\"; exec sleep 1000";
