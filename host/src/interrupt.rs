//! How a host stops a guest that is inside a call.

use alloc::sync::Arc;
use core::fmt;
use core::sync::atomic::{AtomicU8, AtomicU32, Ordering::Relaxed};

/// A flag that makes the guest's next call, or the delay it is in, a trap. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<State>);

#[derive(Debug, Default)]
struct State {
    requested: AtomicU8,
    /// The guest's calls, as far as they were counted; only its own thread counts.
    calls: AtomicU32,
}

/// Why a guest is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// Its time is over.
    Timeout,
    /// The operator wants it gone.
    Killed,
}

/// The trap of a guest that was stopped inside a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Interrupted(pub Reason);

impl Interrupt {
    /// Stops the guest at its next call. The first reason stays.
    pub fn request(&self, reason: Reason) {
        let value = match reason {
            Reason::Timeout => 1,
            Reason::Killed => 2,
        };
        // Whoever comes second has nothing to add.
        let _ = self.0.requested.compare_exchange(0, value, Relaxed, Relaxed);
    }

    /// Returns why the guest is to be stopped, if it is.
    #[must_use]
    #[inline]
    pub fn requested(&self) -> Option<Reason> {
        match self.0.requested.load(Relaxed) {
            0 => None,
            1 => Some(Reason::Timeout),
            _ => Some(Reason::Killed),
        }
    }

    /// Returns a number that changes with every call of the guest: one that does not change is that of a guest which computes, or
    /// waits.
    #[must_use]
    pub fn calls(&self) -> u32 {
        self.0.calls.load(Relaxed)
    }

    /// Counts a call, and fails if the guest is to be stopped.
    #[inline]
    pub(crate) fn check(&self) -> Result<(), Interrupted> {
        // Two calls at once may count as one, which is one more than none: no costly addition is needed.
        self.0.calls.store(self.0.calls.load(Relaxed).wrapping_add(1), Relaxed);
        match self.requested() {
            None => Ok(()),
            Some(reason) => Err(Interrupted(reason)),
        }
    }
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Reason::Timeout => "the guest ran longer than its timeout",
            Reason::Killed => "the guest was stopped",
        })
    }
}

impl core::error::Error for Interrupted {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted() {
        let interrupt = Interrupt::default();
        let before = interrupt.calls();
        assert!(interrupt.check().is_ok());
        assert_ne!(interrupt.calls(), before);
    }

    #[test]
    fn the_first_reason_stays() {
        let interrupt = Interrupt::default();
        assert!(interrupt.check().is_ok());
        interrupt.clone().request(Reason::Killed);
        interrupt.request(Reason::Timeout);
        assert_eq!(interrupt.check(), Err(Interrupted(Reason::Killed)));
    }
}
