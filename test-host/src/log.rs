//! The guest's log, on its way to whoever listens: filtered by level, and bounded in rate.

use std::sync::{Arc, Mutex, PoisonError};

use wasm_embedded_host::log::{Level, Log};
use wasm_embedded_host::{Interrupt, Reason, Refusal};

use crate::clock::Clock;
use crate::output::{Said, Shared};
use crate::policy::LogLevel;

/// How many messages may come at once.
const BURST: u64 = 10_000;
/// The virtual time after which one more may come: 10,000 messages a second.
const REFILL_NS: u64 = 100_000;

/// What tells the listener about a guest.
#[derive(Clone, Debug)]
pub(crate) struct Teller {
    listener: Shared,
    clock: Clock,
    max_level: Option<Level>,
    interrupt: Interrupt,
    rate: Arc<Mutex<Rate>>,
}

/// What hears a guest's log and its refusals.
#[derive(Debug)]
pub(crate) struct GuestLog(pub(crate) Teller);

/// How many messages may still come.
#[derive(Debug)]
struct Rate {
    left: u64,
    refilled_ns: u64,
    dropped: u64,
}

impl Default for Rate {
    fn default() -> Rate {
        Rate { left: BURST, refilled_ns: 0, dropped: 0 }
    }
}

impl Rate {
    /// Returns how many messages were dropped before this one, or none if this one is dropped too.
    fn admit(&mut self, now_ns: u64) -> Option<u64> {
        let refill = now_ns.saturating_sub(self.refilled_ns) / REFILL_NS;
        self.refilled_ns = self.refilled_ns.saturating_add(refill.saturating_mul(REFILL_NS));
        self.left = self.left.saturating_add(refill).min(BURST);
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Some(std::mem::take(&mut self.dropped))
            }
            None => {
                self.dropped = self.dropped.saturating_add(1);
                None
            }
        }
    }
}

impl Teller {
    pub(crate) fn new(listener: &Shared, clock: &Clock, max_level: Option<Level>, interrupt: &Interrupt) -> Teller {
        let (listener, clock, interrupt) = (listener.clone(), clock.clone(), interrupt.clone());
        Teller { listener, clock, max_level, interrupt, rate: Arc::default() }
    }

    /// Tells what the hardware could not do.
    #[cfg(target_os = "linux")]
    pub(crate) fn fault(&self, level: Level, message: &str) {
        if self.max_level >= Some(level) {
            self.say(Said::Fault { level, message });
        }
    }

    fn say(&self, said: Said<'_>) {
        let now_ns = self.clock.now_ns();
        let admitted = self.rate.lock().unwrap_or_else(PoisonError::into_inner).admit(now_ns);
        let Some(dropped) = admitted else { return };
        if dropped > 0 {
            self.tell(now_ns, Said::Dropped(dropped));
        }
        self.tell(now_ns, said);
    }

    fn tell(&self, now_ns: u64, said: Said<'_>) {
        if self.listener.hear(now_ns, said).is_err() {
            self.interrupt.request(Reason::Killed);
        }
    }
}

impl Log for GuestLog {
    fn max_level(&self) -> Option<Level> {
        self.0.max_level
    }

    fn log(&mut self, level: Level, target: &str, message: &str) {
        self.0.say(Said::Log { level, target, message });
    }

    fn panicked(&mut self, message: &str) {
        self.0.say(Said::Panic(message));
    }

    fn print(&mut self, text: &str) {
        self.0.tell(self.0.clock.now_ns(), Said::Stdout(text.as_bytes()));
    }

    fn refused(&mut self, refusal: &Refusal<'_>) {
        if self.0.max_level >= Some(Level::Warn) {
            self.0.say(Said::Refused(&refusal.to_string()));
        }
    }
}

impl Drop for GuestLog {
    fn drop(&mut self) {
        let dropped = self.0.rate.lock().unwrap_or_else(PoisonError::into_inner).dropped;
        if dropped > 0 {
            self.0.tell(self.0.clock.now_ns(), Said::Dropped(dropped));
        }
    }
}

/// Returns the level of the host's log for one of the policy's.
pub(crate) fn level(level: LogLevel) -> Option<Level> {
    match level {
        LogLevel::Off => None,
        LogLevel::Error => Some(Level::Error),
        LogLevel::Warn => Some(Level::Warn),
        LogLevel::Info => Some(Level::Info),
        LogLevel::Debug => Some(Level::Debug),
        LogLevel::Trace => Some(Level::Trace),
    }
}

#[cfg(test)]
mod tests {
    use super::{BURST, REFILL_NS, Rate};

    #[test]
    fn a_flood_is_cut_off_and_counted() {
        let mut rate = Rate::default();
        let admitted = (0..2 * BURST).filter(|_| rate.admit(5).is_some()).count();
        assert_eq!(u64::try_from(admitted), Ok(BURST));
        assert_eq!(rate.admit(5 + REFILL_NS), Some(BURST));
        assert_eq!(rate.admit(5 + REFILL_NS), None);
        assert_eq!(rate.admit(5 + 3 * REFILL_NS), Some(1));
    }
}
