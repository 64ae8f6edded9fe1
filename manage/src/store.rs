//! What a board keeps on its disk, through a power cut at any write.
//!
//! ```text
//! STATE/lock                      held by the one program that uses this folder
//! STATE/applications/NAME.json    a Record for each application
//! STATE/components/SHA256.wasm    components, by their digests
//! ```
//!
//! A file is written under another name, brought to the disk, renamed, and then its folder is brought to the disk: so a file is always
//! the old or the new one, whole (rename(2), fsync(2)). A record is written after the component that it names, and a component is
//! removed after the record that named it.

mod disk;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

pub use self::disk::{Disk, RealDisk};
use crate::digest::Digest;
use crate::name::Name;
use crate::record::Record;

/// What a file that is still written is called at its end.
const UNFINISHED: &str = ".new";

/// The longest record, in bytes: 64 values of 4 KiB, with room for what JSON makes of them.
const MAX_RECORD_BYTES: u64 = 4 << 20;

/// Why something cannot be kept or found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another program uses the folder.
    #[error("another `serve` uses {}: stop it, or give this one another `state` folder", .folder.display())]
    Taken {
        /// The folder.
        folder: PathBuf,
    },
    /// The disk fails, or is full.
    #[error("cannot {what} {}", .path.display())]
    Io {
        /// What was being done.
        what: &'static str,
        /// To which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A record is not one. It is kept under another name.
    #[error("{} is damaged ({text}): it is kept as {}", .path.display(), .kept.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        text: String,
        /// Where it is now.
        kept: PathBuf,
    },
    /// A component is not the one that its name says.
    #[error("{} is damaged: its digest is {found}. Install the component again", .path.display())]
    Component {
        /// The file.
        path: PathBuf,
        /// The digest of what is there.
        found: Digest,
    },
}

/// What a board keeps. One thread writes at a time.
#[derive(Debug)]
pub struct Store<D: Disk = RealDisk> {
    folder: PathBuf,
    disk: D,
}

impl Store {
    /// Opens a folder, which is made if it is missing, for this program alone.
    ///
    /// # Errors
    ///
    /// Another program uses the folder, or the disk fails.
    pub fn open(folder: &Path) -> Result<Store, StoreError> {
        let disk = RealDisk::lock(folder).map_err(|source| match source.kind() {
            io::ErrorKind::WouldBlock => StoreError::Taken { folder: folder.to_owned() },
            _ => StoreError::Io { what: "use the folder", path: folder.to_owned(), source },
        })?;
        Store::on(disk, folder)
    }
}

impl<D: Disk> Store<D> {
    /// Uses a folder of a disk.
    ///
    /// # Errors
    ///
    /// The disk fails.
    pub fn on(disk: D, folder: &Path) -> Result<Store<D>, StoreError> {
        let store = Store { folder: folder.to_owned(), disk };
        for part in [store.records(), store.components()] {
            store.io("make the folder", &part, store.disk.create_folder(&part))?;
            // What a power cut left behind.
            for name in store.list(&part)?.iter().filter(|name| name.ends_with(UNFINISHED)) {
                let path = part.join(name);
                store.io("remove", &path, store.disk.remove(&path))?;
            }
        }
        store.io("write", folder, store.disk.sync_folder(folder))?;
        Ok(store)
    }

    /// Returns what is known of an application, if anything is.
    ///
    /// # Errors
    ///
    /// The disk fails, or the record is damaged; then it is kept under another name, and the next call finds none.
    pub fn record(&self, name: &Name) -> Result<Option<Record>, StoreError> {
        let path = self.records().join(format!("{name}.json"));
        let bytes = match self.disk.read(&path, MAX_RECORD_BYTES) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StoreError::Io { what: "read", path, source }),
        };
        Record::from_bytes(&bytes).map(Some).map_err(|text| {
            let kept = path.with_extension("json.damaged");
            match self.disk.rename(&path, &kept).and_then(|()| self.disk.sync_folder(&self.records())) {
                Ok(()) => StoreError::Damaged { path, text, kept },
                Err(source) => StoreError::Io { what: "rename", path, source },
            }
        })
    }

    /// Keeps what is known of an application. When this returns, a power cut does not take it away.
    ///
    /// # Errors
    ///
    /// The disk fails: then the old record is there, or the new one.
    pub fn keep(&self, name: &Name, record: &Record) -> Result<(), StoreError> {
        self.write(&self.records(), &format!("{name}.json"), &record.to_bytes())
    }

    /// Keeps a component, and returns its digest.
    ///
    /// # Errors
    ///
    /// The disk fails.
    pub fn keep_component(&self, bytes: &[u8]) -> Result<Digest, StoreError> {
        let digest = Digest::of(bytes);
        // One that is there already may be damaged: then it is written anew.
        if self.component(&digest).is_err() {
            self.write(&self.components(), &format!("{}.wasm", digest.digits()), bytes)?;
        }
        Ok(digest)
    }

    /// Returns where a component is, after its bytes were compared with its digest.
    ///
    /// # Errors
    ///
    /// It is missing or damaged, or the disk fails.
    pub fn component(&self, digest: &Digest) -> Result<PathBuf, StoreError> {
        let path = self.components().join(format!("{}.wasm", digest.digits()));
        let bytes = self.io("read", &path, self.disk.read(&path, u64::MAX))?;
        match Digest::of(&bytes) {
            found if found == *digest => Ok(path),
            found => Err(StoreError::Component { path, found }),
        }
    }

    /// Removes the components that no record names.
    ///
    /// # Errors
    ///
    /// The disk fails, or a record cannot be read: then nothing is removed.
    pub fn sweep(&self) -> Result<(), StoreError> {
        let mut used = BTreeSet::new();
        for file in self.list(&self.records())? {
            let name = file.strip_suffix(".json").and_then(|name| name.parse::<Name>().ok());
            if let Some(record) = name.map(|name| self.record(&name)).transpose()?.flatten() {
                used.extend(record.components());
            }
        }
        for file in self.list(&self.components())? {
            let digest = file.strip_suffix(".wasm").and_then(|digits| Digest::from_digits(digits).ok());
            if digest.is_some_and(|digest| !used.contains(&digest)) {
                let path = self.components().join(file);
                self.io("remove", &path, self.disk.remove(&path))?;
            }
        }
        Ok(())
    }

    fn records(&self) -> PathBuf {
        self.folder.join("applications")
    }

    fn components(&self) -> PathBuf {
        self.folder.join("components")
    }

    fn list(&self, folder: &Path) -> Result<Vec<String>, StoreError> {
        self.io("read the folder", folder, self.disk.list(folder))
    }

    /// Writes a file whole or not at all.
    fn write(&self, folder: &Path, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let (path, unfinished) = (folder.join(name), folder.join(format!("{name}{UNFINISHED}")));
        let written = self.disk.write(&unfinished, bytes).and_then(|()| self.disk.rename(&unfinished, &path));
        if written.is_err() {
            // What cannot be removed now is removed when the folder is opened next.
            let _ = self.disk.remove(&unfinished);
        }
        self.io("write", &path, written)?;
        self.io("write", &path, self.disk.sync_folder(folder))
    }

    fn io<T>(&self, what: &'static str, path: &Path, result: io::Result<T>) -> Result<T, StoreError> {
        result.map_err(|source| StoreError::Io { what, path: path.to_owned(), source })
    }
}
