//! Waiting.

#[cfg(feature = "component")]
mod component;
mod lowered;

use alloc::boxed::Box;

use embedded_hal::delay::DelayNs;

use crate::adapter::EmbeddedHal;
use crate::completion::Completion;
use crate::ctx::HalCtx;
use crate::interrupt::{Interrupt, Interrupted};

#[cfg(feature = "async")]
pub use self::component::add_async_to_linker;
#[cfg(feature = "component")]
pub use self::component::add_to_linker;
pub use self::lowered::add_lowered_to_linker;

/// The longest wait between two looks at the interrupt, in nanoseconds.
pub(crate) const SLICE_NS: u32 = 20_000_000;

/// What waits for a guest.
pub trait Delay: Send {
    /// Returns after at least `ns` nanoseconds, or earlier once the interrupt is requested.
    fn delay_ns(&mut self, ns: u64, interrupt: &Interrupt);

    /// Begins to wait at least `ns` nanoseconds. What can only wait in the call waits in it.
    fn start(&mut self, ns: u64, interrupt: &Interrupt) -> Completion<()> {
        self.delay_ns(ns, interrupt);
        Completion::Ready(())
    }
}

/// Waits in slices of 20 ms, so that an interrupt ends it.
impl<D: DelayNs + Send> Delay for EmbeddedHal<D> {
    fn delay_ns(&mut self, ns: u64, interrupt: &Interrupt) {
        let mut left = ns;
        while left > 0 && interrupt.requested().is_none() {
            let now = u32::try_from(left).unwrap_or(SLICE_NS).min(SLICE_NS);
            self.0.delay_ns(now);
            left -= u64::from(now);
        }
    }
}

/// Has a guest wait.
#[inline]
fn wait(hal: &mut HalCtx, ns: u64) -> Result<(), Interrupted> {
    hal.admission.interrupt.check()?;
    hal.delay.delay_ns(ns, &hal.admission.interrupt);
    hal.admission.interrupt.check()
}

/// The delay of a context that was given none: a guest that waits is stopped.
#[derive(Debug)]
struct Never;

impl Delay for Never {
    fn delay_ns(&mut self, _ns: u64, interrupt: &Interrupt) {
        interrupt.request(crate::Reason::Killed);
    }
}

/// Returns the delay of a context that was given none.
pub(crate) fn never() -> Box<dyn Delay> {
    Box::new(Never)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reason;

    struct Waits(u64, Option<Interrupt>);

    impl DelayNs for &mut Waits {
        fn delay_ns(&mut self, ns: u32) {
            self.0 += u64::from(ns);
            if let Some(interrupt) = &self.1 {
                interrupt.request(Reason::Killed);
            }
        }
    }

    #[test]
    fn the_slices_add_up() {
        let mut waits = Waits(0, None);
        EmbeddedHal(&mut waits).delay_ns(45_000_001, &Interrupt::default());
        assert_eq!(waits.0, 45_000_001);
    }

    #[test]
    fn an_interrupt_ends_the_longest_delay_within_a_slice() {
        let interrupt = Interrupt::default();
        let mut waits = Waits(0, Some(interrupt.clone()));
        EmbeddedHal(&mut waits).delay_ns(u64::MAX, &interrupt);
        assert_eq!(waits.0, u64::from(SLICE_NS));
    }
}
