//! How a host stops a guest that is inside a call.

use alloc::sync::Arc;
use core::fmt;
use core::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// A flag that makes the guest's next call, or the delay it is in, a trap. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicU8>);

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
        let _ = self.0.compare_exchange(0, value, Relaxed, Relaxed);
    }

    /// Returns why the guest is to be stopped, if it is.
    #[must_use]
    #[inline]
    pub fn requested(&self) -> Option<Reason> {
        match self.0.load(Relaxed) {
            0 => None,
            1 => Some(Reason::Timeout),
            _ => Some(Reason::Killed),
        }
    }

    /// Fails if the guest is to be stopped.
    #[inline]
    pub(crate) fn check(&self) -> Result<(), Interrupted> {
        match self.requested() {
            None => Ok(()),
            Some(reason) => Err(Interrupted(reason)),
        }
    }
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Reason::Timeout => "the guest's time is over",
            Reason::Killed => "the guest was stopped",
        })
    }
}

impl core::error::Error for Interrupted {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reason_stays() {
        let interrupt = Interrupt::default();
        assert!(interrupt.check().is_ok());
        interrupt.clone().request(Reason::Killed);
        interrupt.request(Reason::Timeout);
        assert_eq!(interrupt.check(), Err(Interrupted(Reason::Killed)));
    }
}
