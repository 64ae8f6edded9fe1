//! Where the host writes: a descriptor that may take nothing for ever, written so that every wait ends when it is told to.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, Mode, OFlags, fstat, open};
use rustix::io::{Errno, write};

use super::patience::{self, LAST, Patience, SLICE};

/// The most that is written at once to what cannot be told not to wait. A pipe that is ready takes a page (pipe(7), `PIPE_BUF`).
const PIECE_BYTES: usize = 4096;

/// The most that is kept of what nobody takes, while a guest ends.
const KEPT_BYTES: usize = 4 << 20;

/// Where the host writes. Clones are the same place. A message is written in one piece, whoever writes beside it.
#[derive(Clone, Debug)]
pub struct Outlet(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    place: Place,
    queue: Mutex<Queue>,
    /// Something was taken, or whoever wrote is done.
    moved: Condvar,
}

/// A descriptor, by how it is written without waiting.
#[derive(Debug)]
enum Place {
    /// A file: the disk takes it, or fails at once.
    File(Fd),
    /// One that says when it takes nothing, since nobody else has this description of it.
    Nonblocking(OwnedFd),
    /// One that is asked before each piece.
    Asked(Fd),
}

/// A descriptor of our own, or one of the standard streams.
#[derive(Debug)]
enum Fd {
    Own(OwnedFd),
    Stdout(io::Stdout),
    Stderr(io::Stderr),
}

/// What is to be written, in its order.
#[derive(Debug, Default)]
struct Queue {
    kept: Vec<u8>,
    /// How many bytes have ever come, and have left.
    come: u64,
    left: u64,
    /// Whether somebody is writing.
    is_written: bool,
    /// Whether a wait was given up since it was empty last.
    is_stuck: bool,
    /// Why nothing can be written any more.
    failure: Option<(ErrorKind, Option<i32>)>,
}

/// The standard output.
pub fn stdout() -> &'static Outlet {
    static STDOUT: LazyLock<Outlet> = LazyLock::new(|| Outlet::new(standard(Fd::Stdout(io::stdout()), 1)));
    &STDOUT
}

/// The standard error: the same outlet as the standard output if both are one pipe.
pub fn stderr() -> &'static Outlet {
    static STDERR: LazyLock<Outlet> = LazyLock::new(|| {
        let identity = |fd: BorrowedFd<'_>| fstat(fd).ok().map(|stat| (stat.st_dev, stat.st_ino));
        let is_pipe = matches!(kind(io::stderr().as_fd()), Some(FileType::Fifo));
        if is_pipe && identity(io::stderr().as_fd()) == identity(io::stdout().as_fd()) {
            return stdout().clone();
        }
        Outlet::new(standard(Fd::Stderr(io::stderr()), 2))
    });
    &STDERR
}

/// Returns how a standard stream is written. Its description is shared with other programs, which do not expect it to be made
/// non-blocking: so it is opened again, if the system lets us.
fn standard(fd: Fd, number: u8) -> Place {
    match kind(fd.as_fd()) {
        Some(FileType::RegularFile) => Place::File(fd),
        Some(FileType::Fifo | FileType::CharacterDevice) if cfg!(target_os = "linux") => {
            let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
            match open(format!("/proc/self/fd/{number}"), flags, Mode::empty()) {
                Ok(own) => Place::Nonblocking(own),
                Err(_) => Place::Asked(fd),
            }
        }
        _ => Place::Asked(fd),
    }
}

fn kind(fd: BorrowedFd<'_>) -> Option<FileType> {
    fstat(fd).ok().map(|stat| FileType::from_raw_mode(stat.st_mode))
}

impl Outlet {
    fn new(place: Place) -> Outlet {
        Outlet(Arc::new(Inner { place, queue: Mutex::default(), moved: Condvar::new() }))
    }

    /// Creates a file, or opens a FIFO or device. A FIFO that nobody reads is waited for, unless this program is to end.
    ///
    /// # Errors
    ///
    /// Returns what the system returns, and `Interrupted` when this program is to end.
    pub fn create(path: &Path) -> io::Result<Outlet> {
        let flags = i32::try_from(OFlags::NONBLOCK.bits()).map_err(io::Error::other)?;
        loop {
            let opened = OpenOptions::new().write(true).create(true).truncate(true).custom_flags(flags).open(path);
            match opened {
                Ok(file) => return Ok(Outlet::of_file(file)),
                Err(error) if error.raw_os_error() != Some(Errno::NXIO.raw_os_error()) => return Err(error),
                Err(error) if !path.metadata()?.file_type().is_fifo() => return Err(error),
                Err(_) if patience::is_lost() => {
                    return Err(io::Error::new(ErrorKind::Interrupted, "nobody reads it"));
                }
                Err(_) => thread::sleep(SLICE),
            }
        }
    }

    /// Returns whether it takes everything at once, as a file on a disk does and a FIFO does not.
    #[must_use]
    pub fn is_file(&self) -> bool {
        matches!(self.0.place, Place::File(_))
    }

    /// Takes a file that was opened so that it does not wait.
    fn of_file(file: File) -> Outlet {
        let fd = OwnedFd::from(file);
        Outlet::new(match kind(fd.as_fd()) {
            Some(FileType::RegularFile) => Place::File(Fd::Own(fd)),
            _ => Place::Nonblocking(fd),
        })
    }

    /// Writes a message. While a guest is to end, what is not taken at once is kept, for [`Outlet::finish`].
    ///
    /// # Errors
    ///
    /// Returns the first failure of this outlet; `TimedOut` if nobody takes it when this program ends.
    pub fn say(&self, bytes: &[u8]) -> io::Result<()> {
        let mut queue = self.queue();
        queue.check()?;
        let mut taken = 0;
        if !queue.is_written && queue.kept.is_empty() {
            // Nothing is before it: no copy is needed of what is taken at once, which is nearly always all of it.
            queue.is_written = true;
            drop(queue);
            let written = self.0.place.write_ready(bytes);
            queue = self.queue();
            queue.is_written = false;
            taken = *written.as_ref().unwrap_or(&0);
            queue.note(&written);
            self.0.moved.notify_all();
            queue.check()?;
            if taken == bytes.len() {
                return Ok(());
            }
            // What others have said meanwhile comes after it.
            let rest = bytes.get(taken..).unwrap_or_default();
            queue.kept.splice(0..0, rest.iter().copied());
        } else {
            queue.kept.extend_from_slice(bytes);
        }
        let rest = u64::try_from(bytes.len() - taken).unwrap_or(u64::MAX);
        queue.come = queue.come.saturating_add(rest);
        let end = queue.come;
        if queue.kept.len() > KEPT_BYTES && patience::now() == Patience::None {
            queue.fail(&nobody());
        }
        self.drain(queue, end)
    }

    /// Writes what is kept, to whoever still takes it.
    ///
    /// # Errors
    ///
    /// As of [`Outlet::say`].
    pub fn finish(&self) -> io::Result<()> {
        let queue = self.queue();
        let end = queue.come;
        self.drain(queue, end)
    }

    /// Writes up to a byte, or until patience is over.
    fn drain<'q>(&'q self, mut queue: MutexGuard<'q, Queue>, end: u64) -> io::Result<()> {
        let mut moved = (queue.left, Instant::now());
        loop {
            queue.check()?;
            if queue.left >= end {
                return Ok(());
            }
            if queue.left != moved.0 {
                moved = (queue.left, Instant::now());
            }
            match patience::now() {
                Patience::None => {
                    queue.is_stuck = true;
                    return Ok(());
                }
                Patience::Endless => {}
                Patience::Afterwards if !queue.is_stuck => {}
                Patience::Afterwards | Patience::Little if moved.1.elapsed() < LAST => {}
                Patience::Afterwards | Patience::Little => {
                    queue.fail(&nobody());
                    continue;
                }
            }
            if queue.is_written {
                queue = self.0.moved.wait_timeout(queue, SLICE).unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            queue.is_written = true;
            let kept = std::mem::take(&mut queue.kept);
            drop(queue);
            self.0.place.wait_ready(SLICE);
            let written = self.0.place.write_ready(&kept);
            queue = self.queue();
            queue.is_written = false;
            // What others have said meanwhile comes after it.
            let rest = kept.get(*written.as_ref().unwrap_or(&0)..).unwrap_or_default();
            queue.kept.splice(0..0, rest.iter().copied());
            let count = u64::try_from(kept.len() - rest.len()).unwrap_or(u64::MAX);
            queue.left = queue.left.saturating_add(count);
            queue.is_stuck &= !queue.kept.is_empty();
            queue.note(&written);
            self.0.moved.notify_all();
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn nobody() -> io::Error {
    io::Error::from(ErrorKind::TimedOut)
}

impl Queue {
    fn note(&mut self, written: &io::Result<usize>) {
        if let Err(error) = written {
            self.fail(error);
        }
    }

    fn fail(&mut self, error: &io::Error) {
        self.failure.get_or_insert((error.kind(), error.raw_os_error()));
        (self.kept, self.left) = (Vec::new(), self.come);
    }

    fn check(&self) -> io::Result<()> {
        match self.failure {
            None => Ok(()),
            Some((_, Some(number))) => Err(io::Error::from_raw_os_error(number)),
            Some((ErrorKind::TimedOut, None)) => {
                Err(io::Error::new(ErrorKind::TimedOut, "nobody takes it, and the rest of it is lost"))
            }
            Some((kind, None)) => Err(kind.into()),
        }
    }
}

impl Place {
    /// Writes what can be written without waiting, and returns how much that was.
    fn write_ready(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut count = 0;
        while let Some(rest) = bytes.get(count..).filter(|rest| !rest.is_empty()) {
            let written = match self {
                Place::File(fd) => write(fd.as_fd(), rest),
                Place::Nonblocking(fd) => write(fd, rest),
                Place::Asked(_) if !self.wait_ready(Duration::ZERO) => return Ok(count),
                Place::Asked(fd) => write(fd.as_fd(), rest.get(..PIECE_BYTES).unwrap_or(rest)),
            };
            match written {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(more) => count += more,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(count),
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(count)
    }

    /// Waits until something is taken, or failed. Returns whether it is.
    fn wait_ready(&self, most: Duration) -> bool {
        let fd = match self {
            Place::File(_) => return true,
            Place::Nonblocking(fd) => fd.as_fd(),
            Place::Asked(fd) => fd.as_fd(),
        };
        let most = Timespec::try_from(most).ok();
        matches!(poll(&mut [PollFd::from_borrowed_fd(fd, PollFlags::OUT)], most.as_ref()), Ok(1..))
    }
}

impl AsFd for Fd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Fd::Own(fd) => fd.as_fd(),
            Fd::Stdout(stdout) => stdout.as_fd(),
            Fd::Stderr(stderr) => stderr.as_fd(),
        }
    }
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.say(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.finish()
    }
}
