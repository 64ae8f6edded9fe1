//! Monotonic time.

#[cfg(feature = "component")]
mod component;
mod lowered;

use alloc::boxed::Box;

use crate::ctx::HalCtx;
use crate::interrupt::{Interrupt, Interrupted, Reason};

#[cfg(feature = "component")]
pub use self::component::add_to_linker;
pub use self::lowered::add_lowered_to_linker;

/// A clock that a guest looks at: the one by which its delays wait.
pub trait Clock: Send {
    /// Returns nanoseconds since a start that stays the same. A simulation lets time pass for the look, so that a guest which
    /// polls the clock gets on.
    fn now_ns(&mut self, interrupt: &Interrupt) -> u64;
}

impl<F: FnMut() -> u64 + Send> Clock for F {
    fn now_ns(&mut self, _interrupt: &Interrupt) -> u64 {
        self()
    }
}

/// A clock, and what it showed last: it never goes back for the guest, whatever the hardware does.
pub(crate) struct Forward {
    clock: Box<dyn Clock>,
    last_ns: u64,
}

impl Forward {
    pub(crate) fn new(clock: Box<dyn Clock>) -> Forward {
        Forward { clock, last_ns: 0 }
    }

    /// The clock of a context that was given none: a guest that looks at it is stopped.
    pub(crate) fn none() -> Forward {
        Forward::new(Box::new(NoClock))
    }

    fn now_ns(&mut self, interrupt: &Interrupt) -> u64 {
        self.last_ns = self.last_ns.max(self.clock.now_ns(interrupt));
        self.last_ns
    }
}

struct NoClock;

impl Clock for NoClock {
    fn now_ns(&mut self, interrupt: &Interrupt) -> u64 {
        interrupt.request(Reason::Killed);
        0
    }
}

/// Has a guest look at its clock.
fn look(hal: &mut HalCtx) -> Result<u64, Interrupted> {
    hal.admission.interrupt.check()?;
    let now_ns = hal.clock.now_ns(&hal.admission.interrupt);
    hal.admission.interrupt.check()?;
    Ok(now_ns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_never_goes_back() {
        let mut readings = [5, 9, 3, 10].into_iter();
        let mut clock = Forward::new(Box::new(move || readings.next().unwrap_or_default()));
        let interrupt = Interrupt::default();
        let seen = [(); 5].map(|()| clock.now_ns(&interrupt));
        assert_eq!(seen, [5, 9, 9, 10, 10]);
    }

    #[test]
    fn without_a_clock_a_guest_that_looks_is_stopped() {
        let interrupt = Interrupt::default();
        Forward::none().now_ns(&interrupt);
        assert_eq!(interrupt.requested(), Some(Reason::Killed));
    }
}
