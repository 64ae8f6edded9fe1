//! One process, with what it took.
#![expect(unsafe_code, reason = "wait4, kill and terminals have no safe form in the crates that are here")]

use std::ffi::{CStr, OsStr};
use std::fs::File;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd as _, FromRawFd as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

/// How often it is looked whether a process has ended.
const LOOK: Duration = Duration::from_micros(500);

/// How a process ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    /// Its status.
    pub(crate) status: ExitStatus,
    /// The most memory that it had, in KiB.
    pub(crate) peak_kib: u64,
    /// Whether it had to be killed, because it did not end.
    pub(crate) hung: bool,
}

/// Waits for a process, and kills it after a time.
pub(crate) fn wait(child: &Child, most: Duration) -> anyhow::Result<Ended> {
    let began = Instant::now();
    let mut hung = false;
    loop {
        if let Some((status, peak_kib)) = look(child)? {
            return Ok(Ended { status, peak_kib, hung });
        }
        if began.elapsed() > most && !hung {
            hung = true;
            signal(child, libc::SIGKILL)?;
        }
        thread::sleep(LOOK);
    }
}

/// Sends a signal to a process that has not been waited for.
pub(crate) fn signal(child: &Child, signal: i32) -> anyhow::Result<()> {
    let pid = i32::try_from(child.id()).context("a process has a number")?;
    // SAFETY: the number is that of our child, which is ours until it is waited for.
    match unsafe { libc::kill(pid, signal) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()).context("cannot send a signal"),
    }
}

fn look(child: &Child) -> anyhow::Result<Option<(ExitStatus, u64)>> {
    let pid = i32::try_from(child.id()).context("a process has a number")?;
    let (mut status, mut usage) = (0, MaybeUninit::<libc::rusage>::zeroed());
    // SAFETY: both pointers are to memory of the types that wait4(2) writes.
    let waited = unsafe { libc::wait4(pid, &raw mut status, libc::WNOHANG, usage.as_mut_ptr()) };
    if waited == 0 {
        return Ok(None);
    }
    if waited != pid {
        bail!("cannot wait for a process: {}", std::io::Error::last_os_error());
    }
    // SAFETY: zeroes are a valid `rusage`, and wait4 has written over them.
    let usage = unsafe { usage.assume_init() };
    Ok(Some((ExitStatus::from_raw(status), u64::try_from(usage.ru_maxrss).unwrap_or_default())))
}

/// Makes a terminal: returns its other side, and where programs find it.
pub(crate) fn terminal() -> anyhow::Result<(File, PathBuf)> {
    let failed = || std::io::Error::last_os_error();
    // SAFETY: it takes no pointer, and what it returns is ours alone.
    let peer = match unsafe { libc::posix_openpt(libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC) } {
        -1 => return Err(failed()).context("cannot make a terminal"),
        number => unsafe { File::from_raw_fd(number) },
    };
    let mut name = [0; 64];
    // SAFETY: the descriptor is open, and the name is written with its end into an array of that length.
    let made = unsafe {
        libc::grantpt(peer.as_raw_fd()) == 0
            && libc::unlockpt(peer.as_raw_fd()) == 0
            && libc::ptsname_r(peer.as_raw_fd(), name.as_mut_ptr().cast(), name.len()) == 0
    };
    if !made {
        return Err(failed()).context("cannot make a terminal");
    }
    let name = CStr::from_bytes_until_nul(&name).context("a terminal has a name")?;
    Ok((peer, PathBuf::from(OsStr::from_bytes(name.to_bytes()))))
}

/// Opens a terminal and keeps it to ourselves: TIOCEXCL of ioctl_tty(2). Others find it busy, but for root. It must not become the
/// terminal of this program, which may lead a session, and would be ended with it.
pub(crate) fn hold(path: &Path) -> anyhow::Result<File> {
    let terminal = File::options()
        .read(true)
        .write(true)
        .custom_flags(libc::O_NOCTTY)
        .open(path)
        .context("cannot open a terminal")?;
    // SAFETY: the descriptor is open, and this request takes no argument.
    match unsafe { libc::ioctl(terminal.as_raw_fd(), libc::TIOCEXCL) } {
        0 => Ok(terminal),
        _ => Err(std::io::Error::last_os_error()).context("cannot keep a terminal to ourselves"),
    }
}
