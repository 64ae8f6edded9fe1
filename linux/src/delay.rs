//! Waiting, on the monotonic clock: a change of the date makes no wait shorter or longer.

use std::sync::Arc;
use std::time::Duration;

use embedded_hal::delay::DelayNs;

use super::SLICE;
use super::kernel::Kernel;

/// What is shorter is waited for by looking at the clock: Linux ends a sleep up to 50 us late (prctl(2), `PR_SET_TIMERSLACK`), which
/// would multiply the microseconds that drivers ask for.
const SHORT: Duration = Duration::from_micros(50);

/// Waits at least as long as it is asked to.
#[derive(Clone, Debug)]
pub struct LinuxDelay {
    kernel: Arc<dyn Kernel>,
}

impl LinuxDelay {
    pub(super) fn new(kernel: Arc<dyn Kernel>) -> LinuxDelay {
        LinuxDelay { kernel }
    }
}

impl LinuxDelay {
    /// Waits at least `ns` nanoseconds, or ends within 20 ms after `interrupted` begins to return true.
    pub fn wait_ns(&self, ns: u64, interrupted: &dyn Fn() -> bool) {
        let mut now = self.kernel.now();
        let deadline = now.saturating_add(Duration::from_nanos(ns));
        while now < deadline && !interrupted() {
            if deadline.saturating_sub(now) > SHORT {
                // A signal ends the sleep early, and a sleep that fails has not been long enough: either way, the clock decides.
                let _ = self.kernel.sleep_until(deadline.min(now.saturating_add(SLICE)));
            } else {
                std::hint::spin_loop();
            }
            now = self.kernel.now();
        }
    }
}

impl DelayNs for LinuxDelay {
    fn delay_ns(&mut self, ns: u32) {
        self.wait_ns(ns.into(), &|| false);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

    use super::*;
    use crate::fake::Fake;
    use crate::kernel::Errno;

    fn waited(fake: &Fake, ns: u64, interrupted: &dyn Fn() -> bool) -> Duration {
        let before = fake.now();
        LinuxDelay::new(Arc::new(fake.clone())).wait_ns(ns, interrupted);
        fake.now() - before
    }

    #[test]
    fn no_wait_is_short() {
        for ns in [0, 1, 999, 50_000, 50_001, 1_000_000, 19_999_999, 20_000_001, 3_000_000_007] {
            assert!(waited(&Fake::default(), ns, &|| false) >= Duration::from_nanos(ns), "{ns} ns");
        }
    }

    #[test]
    fn a_signal_makes_no_wait_short() {
        let fake = Fake::default();
        for _ in 0..40 {
            fake.fail("sleep", Errno::INTR);
        }
        assert!(waited(&fake, 100_000_000, &|| false) >= Duration::from_millis(100));
    }

    #[test]
    fn a_request_from_another_thread_ends_a_wait_on_the_real_clock() {
        let interrupt = Arc::new(AtomicBool::new(false));
        let stop = interrupt.clone();
        let stopper = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            stop.store(true, Relaxed);
        });
        let began = std::time::Instant::now();
        LinuxDelay::new(Arc::new(crate::RealKernel)).wait_ns(u64::MAX, &|| interrupt.load(Relaxed));
        // Generous: 20 ms on a machine that has time.
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        stopper.join().expect("it only sleeps");
    }

    #[test]
    fn an_interrupt_ends_the_longest_wait_within_20_ms() {
        let (fake, interrupt) = (Fake::default(), Arc::new(AtomicBool::new(false)));
        let stop = interrupt.clone();
        fake.on_sleep(move |now| {
            if now >= Duration::from_millis(100) {
                stop.store(true, Relaxed);
            }
        });
        let waited = waited(&fake, u64::MAX, &|| interrupt.load(Relaxed));
        assert!((Duration::from_millis(100)..=Duration::from_millis(121)).contains(&waited), "{waited:?}");
    }
}
