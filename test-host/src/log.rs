//! The guest's log, on its way to whoever listens: filtered by level, and bounded in rate.

use wasm_embedded_host::log::{Level, Log};
use wasm_embedded_host::{Interrupt, Reason, Refusal};
use wasm_embedded_sim::Sim;

use crate::output::{Said, Shared};
use crate::policy::LogLevel;

/// How many messages may come at once.
const BURST: u64 = 10_000;
/// The virtual time after which one more may come: 10,000 messages a second.
const REFILL_NS: u64 = 100_000;

/// What hears a guest's log and its refusals.
pub(crate) struct GuestLog {
    pub(crate) listener: Shared,
    pub(crate) sim: Sim,
    pub(crate) max_level: Option<Level>,
    pub(crate) interrupt: Interrupt,
    pub(crate) rate: Rate,
}

/// How many messages may still come.
#[derive(Debug)]
pub(crate) struct Rate {
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

impl GuestLog {
    fn say(&mut self, said: Said<'_>) {
        let now_ns = self.sim.now_ns();
        let Some(dropped) = self.rate.admit(now_ns) else { return };
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
        self.max_level
    }

    fn log(&mut self, level: Level, target: &str, message: &str) {
        self.say(Said::Log { level, target, message });
    }

    fn panicked(&mut self, message: &str) {
        self.say(Said::Panic(message));
    }

    fn print(&mut self, text: &str) {
        self.tell(self.sim.now_ns(), Said::Stdout(text.as_bytes()));
    }

    fn refused(&mut self, refusal: &Refusal<'_>) {
        if self.max_level >= Some(Level::Warn) {
            self.say(Said::Refused(&refusal.to_string()));
        }
    }
}

impl Drop for GuestLog {
    fn drop(&mut self) {
        if self.rate.dropped > 0 {
            self.tell(self.sim.now_ns(), Said::Dropped(self.rate.dropped));
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
