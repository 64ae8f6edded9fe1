//! The store and power cuts: a disk that loses what was not brought to it, and a process that is killed at each of its system calls.

#![cfg(unix)]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use wasm_embedded_manage::store::{Disk, Store};
use wasm_embedded_manage::{Digest, Name, Record};

fn fan() -> Name {
    "fan".parse().expect("a name")
}

/// A component and a record of it.
fn version(number: u64) -> (Vec<u8>, Record) {
    let component = format!("component {number}").repeat(50).into_bytes();
    let mut record = Record::default();
    record.generation = number;
    record.current = Some(Digest::of(&component));
    record.values.insert("number".parse().expect("a key"), number.to_string().parse().expect("a value"));
    (component, record)
}

/// Does to a store what installing a component does.
fn install<D: Disk>(store: &Store<D>, number: u64) -> bool {
    let (component, record) = version(number);
    store.keep_component(&component).and_then(|_| store.keep(&fan(), &record)).and_then(|()| store.sweep()).is_ok()
}

/// Checks that a store has one of these versions, whole, and returns which.
fn version_of<D: Disk>(store: &Store<D>, versions: std::ops::RangeInclusive<u64>) -> u64 {
    let record = store.record(&fan()).expect("a record that can be read").expect("a record");
    let number = record.generation;
    assert!(versions.contains(&number), "version {number}, and not one of {versions:?}");
    let (_, expected) = version(number);
    assert_eq!(record, expected, "half of a record");
    store.component(&expected.current.expect("a component")).expect("the component of the record, whole");
    number
}

/// What a file is: its bytes, and how many of them have come to the disk.
#[derive(Clone, Debug)]
struct File {
    bytes: Vec<u8>,
    synced: usize,
}

/// A disk in memory, whose power ends after so many operations. What was not synchronised is then there or not, as `luck` has it.
#[derive(Clone)]
struct Losing {
    state: Rc<RefCell<State>>,
    left: Rc<Cell<usize>>,
    luck: usize,
}

#[derive(Default)]
struct State {
    files: Vec<File>,
    /// The names, as programs see them.
    seen: BTreeMap<PathBuf, usize>,
    /// The names that a power cut leaves.
    safe: BTreeMap<PathBuf, usize>,
    /// The changes of names that no `sync_folder` has brought to the disk yet: the name, and what it is of then.
    pending: Vec<(PathBuf, Option<usize>)>,
}

impl Losing {
    fn new(left: usize, luck: usize) -> Losing {
        Losing { state: Rc::default(), left: Rc::new(Cell::new(left)), luck }
    }

    /// Counts an operation; after the last one there is no power.
    fn step(&self) -> io::Result<()> {
        match self.left.get().checked_sub(1) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => Err(io::Error::other("no power")),
        }
    }

    fn name(&self, path: &Path, file: Option<usize>) {
        let mut state = self.state.borrow_mut();
        match file {
            Some(file) => drop(state.seen.insert(path.to_owned(), file)),
            None => drop(state.seen.remove(path)),
        }
        state.pending.push((path.to_owned(), file));
    }

    /// Ends the power, and returns the disk as it is after that. Of the changes of names that were not synchronised, a file system
    /// keeps any beginning, since its journal has an order; of bytes that were not, none, half or all.
    fn after_power_cut(&self) -> Losing {
        let state = self.state.borrow();
        let mut names = state.safe.clone();
        let kept = self.luck % (state.pending.len() + 1);
        for (path, file) in &state.pending[..kept] {
            match file {
                Some(file) => drop(names.insert(path.clone(), *file)),
                None => drop(names.remove(path)),
            }
        }
        let cut = |file: &File| {
            let unsynced = file.bytes.len() - file.synced;
            let length = file.synced + [0, unsynced / 2, unsynced][self.luck / 7 % 3];
            let mut bytes = file.bytes[..length].to_vec();
            if self.luck % 2 == 1 {
                // The length came, and the bytes did not.
                bytes[file.synced..].fill(0);
            }
            File { synced: bytes.len(), bytes }
        };
        let files = state.files.iter().map(cut).collect();
        let after = State { files, seen: names.clone(), safe: names, pending: Vec::new() };
        Losing { state: Rc::new(RefCell::new(after)), left: Rc::new(Cell::new(usize::MAX)), luck: 0 }
    }
}

impl Disk for Losing {
    fn create_folder(&self, _path: &Path) -> io::Result<()> {
        self.step()
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        // Made, half written, written, synchronised: the power may end between any two.
        self.step()?;
        let file = self.state.borrow().files.len();
        self.state.borrow_mut().files.push(File { bytes: Vec::new(), synced: 0 });
        self.name(path, Some(file));
        for end in [bytes.len() / 2, bytes.len()] {
            self.step()?;
            self.state.borrow_mut().files[file].bytes = bytes[..end].to_vec();
        }
        self.step()?;
        self.state.borrow_mut().files[file].synced = bytes.len();
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        let file = self.state.borrow().seen.get(from).copied().ok_or(io::ErrorKind::NotFound)?;
        // One change for a journal: both names or none. The new one comes first, so that half of it loses nothing.
        self.name(to, Some(file));
        self.name(from, None);
        Ok(())
    }

    fn sync_folder(&self, _path: &Path) -> io::Result<()> {
        self.step()?;
        let mut state = self.state.borrow_mut();
        state.safe = state.seen.clone();
        state.pending.clear();
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        if !self.state.borrow().seen.contains_key(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        self.name(path, None);
        Ok(())
    }

    fn read(&self, path: &Path, _most: u64) -> io::Result<Vec<u8>> {
        let state = self.state.borrow();
        let file = state.seen.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(state.files[*file].bytes.clone())
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let state = self.state.borrow();
        let names = state.seen.keys().filter_map(|file| file.strip_prefix(path).ok()?.to_str().map(str::to_owned));
        Ok(names.collect())
    }
}

#[test]
fn a_power_cut_at_any_operation_leaves_the_old_or_the_new_version_whole() {
    let folder = Path::new("/state");
    let (mut cuts, mut old, mut new) = (0, 0, 0);
    for luck in 0..42 {
        for operations in 0.. {
            let disk = Losing::new(usize::MAX, luck);
            let store = Store::on(disk.clone(), folder).expect("a store");
            assert!(install(&store, 1));
            disk.left.set(operations);
            let finished = install(&store, 2);
            let after = Store::on(disk.after_power_cut(), folder).expect("a store opens after a power cut");
            match version_of(&after, 1..=2) {
                1 => old += 1,
                _ => new += 1,
            }
            assert!(!finished || version_of(&after, 2..=2) == 2, "what was reported as kept is kept");
            assert!(install(&after, 3) && version_of(&after, 3..=3) == 3, "it goes on");
            cuts += 1;
            if finished {
                break;
            }
        }
    }
    assert!(
        cuts > 42 * 12 && old > 42 && new > 42,
        "{cuts} cuts, {old} times the old version, {new} times the new one"
    );
}

/// Is called by the test below, in a process of its own.
#[test]
fn installs_in_a_folder_of_the_environment() {
    let Some(folder) = std::env::var_os("POWER_FOLDER") else { return };
    let store = Store::open(Path::new(&folder)).expect("a store");
    assert!(install(&store, 2));
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_is_killed_at_any_of_its_writing_calls_leaves_the_old_or_the_new_version_whole() {
    if Command::new("strace").arg("--version").output().is_err() {
        eprintln!("skipped: strace, which kills a process at its system calls, is not installed (Debian: strace)");
        return;
    }
    let program = std::env::current_exe().expect("this test");
    let calls = ["openat", "write", "fsync", "rename,renameat,renameat2", "unlink,unlinkat", "close"];
    let (mut kills, mut old, mut new) = (0, 0, 0);
    for call in calls {
        for number in 1..200 {
            let folder = tempfile::tempdir().expect("a folder");
            let state = folder.path().join("state");
            let first = Store::open(&state).expect("a store");
            assert!(install(&first, 1));
            drop(first);
            // Only calls on this folder's files count, and only those of the thread that tests.
            let mut command = Command::new("strace");
            command.args(["-f", "-qq", "-o", "/dev/null"]).arg("-P").arg(&state);
            for file in paths(&state) {
                command.arg("-P").arg(file);
            }
            command.arg(format!("--inject={call}:signal=SIGKILL:when={number}")).arg(&program);
            let ended =
                command.args(["--exact", "installs_in_a_folder_of_the_environment"]).env("POWER_FOLDER", &state);
            let ended = ended.output().expect("strace runs");
            let after = Store::open(&state).expect("a store opens after a kill");
            let version = version_of(&after, 1..=2);
            if ended.status.success() {
                assert_eq!(version, 2, "{call}");
                assert!(number > 1, "no {call} was seen");
                break;
            }
            kills += 1;
            *if version == 1 { &mut old } else { &mut new } += 1;
            assert!(install(&after, 3) && version_of(&after, 3..=3) == 3, "it goes on");
        }
    }
    assert!(kills > 15 && old > 5 && new > 1, "{kills} kills, {old} times the old version, {new} times the new one");
}

/// Returns the files that the installation of version 2 touches.
#[cfg(target_os = "linux")]
fn paths(state: &Path) -> Vec<PathBuf> {
    let (components, records) = (state.join("components"), state.join("applications"));
    let of = |number| components.join(format!("{}.wasm", version(number).1.current.expect("a component").digits()));
    let unfinished = |path: &Path| PathBuf::from(format!("{}.new", path.display()));
    let record = records.join("fan.json");
    vec![of(1), of(2), unfinished(&of(2)), record.clone(), unfinished(&record), components, records]
}
