//! How long the host waits for somebody to take what it writes.
//!
//! A pipe whose reader stopped, a terminal that is held with Ctrl-S and a FIFO take nothing. While a guest runs, that is its own
//! affair: it waits, as every program does. Once a guest is to end, nobody waits any more: what is left is kept, and written when
//! all guests are gone and their outputs safe, to whoever still takes it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use wasm_embedded_host::Interrupt;

/// The longest wait between two looks at whether it is to end.
pub(crate) const SLICE: Duration = Duration::from_millis(10);

/// How long nothing needs to be taken for the host to give up its last words.
pub(crate) const LAST: Duration = Duration::from_millis(250);

/// How long to wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Patience {
    /// As long as it takes.
    Endless,
    /// As long as it takes, unless it was in vain before: no guest runs.
    Afterwards,
    /// Until nothing was taken for a moment: this program is to end.
    Little,
    /// Not at all: a guest is to end.
    None,
}

/// What tells the guests of this program to end, with a number for each.
static RUNNING: Mutex<Vec<(u64, Interrupt)>> = Mutex::new(Vec::new());

/// Whether this program is to end.
static IS_LOST: AtomicBool = AtomicBool::new(false);

/// A guest that runs, until this is dropped.
#[derive(Debug)]
pub(crate) struct Running(u64);

impl Running {
    /// Counts a guest, with what tells it to end.
    pub(crate) fn new(interrupt: &Interrupt) -> Running {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        let number = NUMBERS.fetch_add(1, Relaxed);
        running().push((number, interrupt.clone()));
        Running(number)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        running().retain(|(number, _)| *number != self.0);
    }
}

/// Says that this program is to end.
pub fn lose() {
    IS_LOST.store(true, Relaxed);
}

/// Returns whether this program is to end.
pub(crate) fn is_lost() -> bool {
    IS_LOST.load(Relaxed)
}

/// Returns how long to wait now.
pub(crate) fn now() -> Patience {
    let running = running();
    if running.iter().any(|(_, interrupt)| interrupt.requested().is_some()) {
        return Patience::None;
    }
    match (is_lost(), running.is_empty()) {
        (false, false) => Patience::Endless,
        (false, true) => Patience::Afterwards,
        // The guard of each guest passes the request on within its next look.
        (true, false) => Patience::None,
        (true, true) => Patience::Little,
    }
}

fn running() -> MutexGuard<'static, Vec<(u64, Interrupt)>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use wasm_embedded_host::Reason;

    use super::*;

    #[test]
    fn nobody_waits_while_any_guest_is_to_end() {
        let (first, second) = (Interrupt::default(), Interrupt::default());
        let running = (Running::new(&first), Running::new(&second));
        assert_eq!(now(), Patience::Endless);
        second.request(Reason::Timeout);
        assert_eq!(now(), Patience::None);
        drop(running.1);
        assert_eq!(now(), Patience::Endless, "the other one goes on");
        lose();
        assert_eq!(now(), Patience::None, "until it is told");
        drop(running.0);
        assert_eq!(now(), Patience::Little);
    }
}
