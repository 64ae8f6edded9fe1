//! How many messages a guest may bring about.

use alloc::boxed::Box;

use crate::log::{Level, Log};
use crate::refusal::Refusal;

/// Nanoseconds of a second.
const NS_PER_S: u64 = 1_000_000_000;

/// The seconds whose messages may come at once.
const BURST_S: u64 = 10;

/// How many messages may still come: so many in a second, and ten times as many at once.
#[derive(Debug)]
pub struct RateLimiter {
    burst: u64,
    /// The time after which one more may come.
    refill_ns: u64,
    left: u64,
    refilled_ns: u64,
    dropped: u64,
}

impl RateLimiter {
    /// Creates the bound. At least one message a second may come.
    #[must_use]
    pub fn new(messages_per_s: u32) -> RateLimiter {
        let per_s = u64::from(messages_per_s.max(1));
        let burst = per_s.saturating_mul(BURST_S);
        RateLimiter { burst, refill_ns: (NS_PER_S / per_s).max(1), left: burst, refilled_ns: 0, dropped: 0 }
    }

    /// Returns how many messages were dropped before this one, or none if this one is to be dropped too.
    pub fn admit(&mut self, now_ns: u64) -> Option<u64> {
        let refill = now_ns.saturating_sub(self.refilled_ns) / self.refill_ns;
        self.refilled_ns = self.refilled_ns.saturating_add(refill.saturating_mul(self.refill_ns));
        self.left = self.left.saturating_add(refill).min(self.burst);
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Some(self.take_dropped())
            }
            None => {
                self.dropped = self.dropped.saturating_add(1);
                None
            }
        }
    }

    /// Returns how many messages were dropped since the last that was not, and counts from zero again.
    pub fn take_dropped(&mut self) -> u64 {
        core::mem::take(&mut self.dropped)
    }
}

/// A log that drops what is too much, and counts it.
pub(crate) struct RateLimited {
    log: Box<dyn Log>,
    rate: RateLimiter,
}

impl RateLimited {
    pub(crate) fn new(log: Box<dyn Log>, messages_per_s: u32) -> RateLimited {
        RateLimited { log, rate: RateLimiter::new(messages_per_s) }
    }

    /// Returns whether a message may pass, after the log was told how many did not.
    fn passes(&mut self) -> bool {
        let Some(now_ns) = self.log.now_ns() else { return true };
        match self.rate.admit(now_ns) {
            None => return false,
            Some(0) => {}
            Some(dropped) => self.log.dropped(dropped),
        }
        true
    }
}

impl Log for RateLimited {
    fn max_level(&self) -> Option<Level> {
        self.log.max_level()
    }

    fn log(&mut self, level: Level, target: &str, message: &str) {
        if self.passes() {
            self.log.log(level, target, message);
        }
    }

    fn panicked(&mut self, message: &str) {
        if self.passes() {
            self.log.panicked(message);
        }
    }

    fn print(&mut self, text: &str) {
        self.log.print(text);
    }

    fn refused(&mut self, refusal: &Refusal<'_>) {
        if self.passes() {
            self.log.refused(refusal);
        }
    }
}

impl Drop for RateLimited {
    fn drop(&mut self) {
        match self.rate.take_dropped() {
            0 => {}
            dropped => self.log.dropped(dropped),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::sync::Arc;
    use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

    use super::*;

    #[test]
    fn a_flood_is_cut_off_and_counted() {
        let mut rate = RateLimiter::new(1000);
        let admitted = (0..20_000).filter(|_| rate.admit(5).is_some()).count();
        assert_eq!(admitted, 10_000);
        assert_eq!(rate.admit(1_000_005), Some(10_000));
        assert_eq!(rate.admit(1_000_005), None);
        assert_eq!(rate.admit(3_000_005), Some(1));
    }

    #[derive(Clone, Default)]
    struct Counts {
        heard: Arc<AtomicU64>,
        dropped: Arc<AtomicU64>,
    }

    impl Log for Counts {
        fn max_level(&self) -> Option<Level> {
            Some(Level::Trace)
        }

        fn log(&mut self, _level: Level, _target: &str, _message: &str) {
            self.heard.fetch_add(1, Relaxed);
        }

        fn panicked(&mut self, _message: &str) {
            self.heard.fetch_add(1, Relaxed);
        }

        fn print(&mut self, _text: &str) {}

        fn refused(&mut self, _refusal: &Refusal<'_>) {
            self.heard.fetch_add(1, Relaxed);
        }

        fn now_ns(&self) -> Option<u64> {
            Some(0)
        }

        fn dropped(&mut self, messages: u64) {
            self.dropped.fetch_add(messages, Relaxed);
        }
    }

    #[test]
    fn messages_panics_and_refusals_are_bounded_together() {
        let counts = Counts::default();
        let mut gate = RateLimited::new(Box::new(counts.clone()), 10);
        for _ in 0..100 {
            gate.log(Level::Info, "", "");
            gate.refused(&Refusal::UnknownLabel { label: "x" });
            gate.panicked("");
        }
        drop(gate);
        assert_eq!((counts.heard.load(Relaxed), counts.dropped.load(Relaxed)), (100, 200));
    }
}
