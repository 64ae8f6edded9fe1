//! Signals: the guest is stopped, and what it leaves behind is written.
//!
//! Every signal that ends a program and can be caught is caught: an output that stays as it is does harm, whichever signal it was.
//! Left alone are those that mean a fault of the program itself (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGSYS, SIGTRAP), and those
//! that nobody can catch.

use std::fs;
use std::io;
use std::process;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering::SeqCst};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use signal_hook::low_level::signal_name;
use wasm_embedded_host::{Interrupt, Reason};

use super::failure::Failure;
use super::status;
use wasm_embedded_runtime::output::patience;

/// The signals that end the guest.
const ENDING: &[Signal] = &[
    Signal::HUP,
    Signal::INT,
    Signal::QUIT,
    // A service manager's watchdog sends it, and this program itself when it aborts: then it ends all the same.
    Signal::ABORT,
    Signal::USR1,
    Signal::USR2,
    Signal::ALARM,
    Signal::TERM,
    Signal::XCPU,
    Signal::VTALARM,
    Signal::PROF,
    Signal::IO,
    #[cfg(any(target_os = "linux", target_os = "android"))]
    Signal::POWER,
    #[cfg(any(target_os = "linux", target_os = "android"))]
    Signal::STKFLT,
];

/// How long after the first signal another one says that this program is to end at once. A terminal and its shell both send
/// SIGHUP, and a service manager SIGTERM with SIGHUP: within milliseconds that is one request.
const APART: Duration = Duration::from_secs(1);

/// How long what is left to be done may take then.
const LAST: Duration = Duration::from_millis(500);

/// What is done before this program ends at once, in this order.
type Last = Arc<Mutex<Vec<Box<dyn FnOnce() + Send>>>>;

/// What listens to signals.
pub(super) struct Signals {
    interrupt: Interrupt,
    /// Whether there is something to be left in a safe state.
    guarded: Arc<AtomicBool>,
    /// The number of the first signal; 0 if none came.
    first: Arc<AtomicI32>,
    last: Last,
}

impl Signals {
    /// Begins to listen. Until [`Signals::stop`] is called, the first signal ends this program at once. After it, that is what a
    /// signal does which comes a second or more after the first, when it has done what [`Signals::at_last`] was given: for guests
    /// that can neither be stopped nor waited for.
    pub(super) fn listen() -> io::Result<Signals> {
        let ignored = ignored();
        let is_heard = |signal: &i32| !is_ignored(*signal, ignored);
        let mut signals =
            signal_hook::iterator::Signals::new(ENDING.iter().map(|signal| signal.as_raw()).filter(is_heard))?;
        let heard = Signals {
            interrupt: Interrupt::default(),
            guarded: Arc::default(),
            first: Arc::default(),
            last: Arc::default(),
        };
        let (interrupt, guarded, first) = (heard.interrupt.clone(), heard.guarded.clone(), heard.first.clone());
        let last = heard.last.clone();
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            // The interrupt does not say it: a guest whose time is over requests it too.
            let mut since: Option<Instant> = None;
            for signal in &mut signals {
                match since {
                    _ if !guarded.load(SeqCst) => process::exit(status::SIGNALLED.saturating_add(signal)),
                    None => {
                        since = Some(Instant::now());
                        first.store(signal, SeqCst);
                        patience::lose();
                        interrupt.request(Reason::Killed);
                    }
                    Some(at) if at.elapsed() < APART => {}
                    Some(_) => {
                        // It may get stuck where the guests are.
                        let _ = leave(&last).recv_timeout(LAST);
                        process::exit(status::SIGNALLED.saturating_add(first.load(SeqCst)));
                    }
                }
            }
        })?;
        Ok(heard)
    }

    /// Returns what the first signal from now on requests.
    pub(super) fn stop(&self) -> Interrupt {
        self.guarded.store(true, SeqCst);
        self.interrupt.clone()
    }

    /// Has something done before a second signal ends this program, after what was given before. It must not wait for a guest, and
    /// all of it together has half a second.
    pub(super) fn at_last(&self, act: impl FnOnce() + Send + 'static) {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(act));
    }

    /// Returns the status of a program that the first signal ended.
    pub(super) fn status(&self) -> u8 {
        let number = match self.first.load(SeqCst) {
            // Stopped by something else than a signal.
            0 => Signal::INT.as_raw(),
            signal => signal,
        };
        u8::try_from(status::SIGNALLED.saturating_add(number)).unwrap_or(u8::MAX)
    }

    /// Returns the name of the first signal, if one came.
    pub(super) fn name(&self) -> Option<String> {
        match self.first.load(SeqCst) {
            0 => None,
            signal => Some(signal_name(signal).map_or_else(|| format!("signal {signal}"), str::to_owned)),
        }
    }

    /// Returns a failure to begin with the status of the first signal, if one came meanwhile.
    pub(super) fn over(&self, failure: Failure) -> Failure {
        match self.name() {
            None => failure,
            Some(_) => failure.with_status(self.status()),
        }
    }
}

/// Begins to do what is to be done at last. Nothing is sent: the other end is gone when all is done.
fn leave(last: &Last) -> Receiver<()> {
    let (done, is_done) = mpsc::channel();
    let act = |all: &Last| {
        let all = std::mem::take(&mut *all.lock().unwrap_or_else(PoisonError::into_inner));
        all.into_iter().for_each(|act| act());
    };
    let theirs = last.clone();
    let started = thread::Builder::new().name("last".to_owned()).spawn(move || {
        let _done: mpsc::Sender<()> = done;
        act(&theirs);
    });
    if started.is_err() {
        // No room for a thread: then without a bound.
        act(last);
    }
    is_done
}

/// Has a write past the longest file that this user may have (`ulimit -f`) fail as one to a full disk does, in the place of ending
/// this program.
pub(super) fn outlive_long_files() {
    // Without it such a write ends this program: what cannot be set up then is no reason to refuse all others.
    let _ = signal_hook::flag::register(Signal::XFSZ.as_raw(), Arc::default());
}

/// Returns whether a signal was ignored when this program was started, and is to stay so: `nohup` means it. A shell has background
/// jobs of a script ignore SIGINT and SIGQUIT, whether or not anybody wants that; those end the guest all the same.
fn is_ignored(signal: i32, ignored: u64) -> bool {
    let by_accident = [Signal::INT.as_raw(), Signal::QUIT.as_raw()].contains(&signal);
    let bit = u32::try_from(signal).ok().and_then(|signal| 1_u64.checked_shl(signal.checked_sub(1)?));
    !by_accident && bit.is_some_and(|bit| ignored & bit != 0)
}

/// Returns the signals that this program was started with ignored, as a mask, if the kernel tells: `SigIgn` of proc_pid_status(5).
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_ignored_stays_so_but_for_what_shells_ignore_by_themselves() {
        let mask = |signal: Signal| 1 << (signal.as_raw() - 1);
        let ignored = mask(Signal::HUP) | mask(Signal::INT) | mask(Signal::QUIT);
        assert!(is_ignored(Signal::HUP.as_raw(), ignored));
        for heard in [Signal::INT, Signal::QUIT, Signal::TERM, Signal::USR1] {
            assert!(!is_ignored(heard.as_raw(), ignored), "{heard:?}");
        }
    }

    #[test]
    fn every_signal_that_ends_a_program_and_can_be_caught_is_heard() {
        // signal(7), "Standard signals": those whose default is Term or Core, but for faults of the program itself (4, 5, 7, 8,
        // 11, 31), SIGKILL (9), SIGPIPE (13), which Rust's library ignores, and SIGXFSZ (25).
        #[cfg(target_os = "linux")]
        for signal in [1, 2, 3, 6, 10, 12, 14, 15, 16, 24, 26, 27, 29, 30] {
            assert!(ENDING.iter().any(|heard| heard.as_raw() == signal), "{signal}");
        }
    }
}
