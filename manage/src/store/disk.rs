//! The few things that the store does to a disk.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

/// What the store does to a disk: for tests, also to one that loses power.
pub trait Disk {
    /// Makes a folder, with those above it, unless it is there.
    ///
    /// # Errors
    ///
    /// The disk fails.
    fn create_folder(&self, path: &Path) -> io::Result<()>;

    /// Writes a file and brings its bytes to the disk. A file that is there is written over.
    ///
    /// # Errors
    ///
    /// The disk fails, or is full.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Gives a file another name, at which there may be a file already.
    ///
    /// # Errors
    ///
    /// The disk fails.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Brings the names in a folder to the disk.
    ///
    /// # Errors
    ///
    /// The disk fails.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    ///
    /// The disk fails.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Reads a file of at most so many bytes.
    ///
    /// # Errors
    ///
    /// The disk fails, or the file is longer.
    fn read(&self, path: &Path, most: u64) -> io::Result<Vec<u8>>;

    /// Returns the names of the files in a folder.
    ///
    /// # Errors
    ///
    /// The disk fails.
    fn list(&self, path: &Path) -> io::Result<Vec<String>>;
}

/// The disk of this machine. Files are for this user alone.
#[derive(Debug)]
pub struct RealDisk {
    /// Locked until this is dropped, or the program ends in any way.
    _lock: File,
}

impl RealDisk {
    /// Uses a folder, which is made if it is missing, alone.
    ///
    /// # Errors
    ///
    /// The disk fails, or another program uses the folder (`WouldBlock`).
    pub(crate) fn lock(folder: &Path) -> io::Result<RealDisk> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(folder.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(RealDisk { _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

impl Disk for RealDisk {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn read(&self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let count = File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        match u64::try_from(count).is_ok_and(|count| count <= most) {
            true => Ok(bytes),
            false => Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is longer than {most} bytes"))),
        }
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        // A name that is not text is not one of ours.
        let name =
            |entry: io::Result<fs::DirEntry>| entry.map(|entry| entry.file_name().into_string().ok()).transpose();
        fs::read_dir(path)?.filter_map(name).collect()
    }
}
