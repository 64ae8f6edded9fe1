//! Waiting, on the monotonic clock: a change of the date makes no wait shorter or longer.

use std::sync::Arc;
use std::time::Duration;

use wasm_embedded_host::Interrupt;
use wasm_embedded_host::delay::Delay;

use super::SLICE;
use super::kernel::Kernel;

/// What is shorter is waited for by looking at the clock: Linux ends a sleep up to 50 us late (prctl(2), `PR_SET_TIMERSLACK`), which
/// would multiply the microseconds that drivers ask for.
const SHORT: Duration = Duration::from_micros(50);

/// Waits at least as long as it is asked to, and ends within 20 ms of an interrupt.
#[derive(Clone, Debug)]
pub struct LinuxDelay {
    kernel: Arc<dyn Kernel>,
}

impl LinuxDelay {
    pub(super) fn new(kernel: Arc<dyn Kernel>) -> LinuxDelay {
        LinuxDelay { kernel }
    }
}

impl Delay for LinuxDelay {
    fn delay_ns(&mut self, ns: u64, interrupt: &Interrupt) {
        let mut now = self.kernel.now();
        let deadline = now.saturating_add(Duration::from_nanos(ns));
        while now < deadline && interrupt.requested().is_none() {
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

#[cfg(test)]
mod tests {
    use wasm_embedded_host::Reason;

    use super::*;
    use crate::linux::fake::Fake;
    use crate::linux::kernel::Errno;

    fn waited(fake: &Fake, ns: u64, interrupt: &Interrupt) -> Duration {
        let before = fake.now();
        LinuxDelay::new(Arc::new(fake.clone())).delay_ns(ns, interrupt);
        fake.now() - before
    }

    #[test]
    fn no_wait_is_short() {
        for ns in [0, 1, 999, 50_000, 50_001, 1_000_000, 19_999_999, 20_000_001, 3_000_000_007] {
            assert!(waited(&Fake::default(), ns, &Interrupt::default()) >= Duration::from_nanos(ns), "{ns} ns");
        }
    }

    #[test]
    fn a_signal_makes_no_wait_short() {
        let fake = Fake::default();
        for _ in 0..40 {
            fake.fail("sleep", Errno::INTR);
        }
        assert!(waited(&fake, 100_000_000, &Interrupt::default()) >= Duration::from_millis(100));
    }

    #[test]
    fn a_request_from_another_thread_ends_a_wait_on_the_real_clock() {
        let interrupt = Interrupt::default();
        let stop = interrupt.clone();
        let stopper = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            stop.request(Reason::Killed);
        });
        let began = std::time::Instant::now();
        LinuxDelay::new(Arc::new(crate::linux::RealKernel)).delay_ns(u64::MAX, &interrupt);
        // Generous: 20 ms on a machine that has time.
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        stopper.join().expect("it only sleeps");
    }

    #[test]
    fn an_interrupt_ends_the_longest_wait_within_20_ms() {
        let (fake, interrupt) = (Fake::default(), Interrupt::default());
        let stop = interrupt.clone();
        fake.on_sleep(move |now| {
            if now >= Duration::from_millis(100) {
                stop.request(Reason::Killed);
            }
        });
        let waited = waited(&fake, u64::MAX, &interrupt);
        assert!((Duration::from_millis(100)..=Duration::from_millis(121)).contains(&waited), "{waited:?}");
    }
}
