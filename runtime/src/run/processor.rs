//! The processor time that a guest takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

/// Where the processor time of a guest is read.
#[derive(Clone, Debug)]
pub(super) struct Processor(Option<Arc<AtomicU64>>);

impl Processor {
    /// Returns that of the only guest: what this process takes.
    pub(super) fn of_process() -> Processor {
        Processor(None)
    }

    /// Returns that of one of several guests, each of which has a thread: others' computing is not for its account. No other thread
    /// can ask for it, so its own [looks](Processor::look) at it.
    pub(super) fn of_thread() -> Processor {
        Processor(Some(Arc::default()))
    }

    /// Returns whether its own thread must look, for its time to be known.
    pub(super) fn needs_looks(&self) -> bool {
        self.0.is_some()
    }

    /// Looks at the clock of this thread, which is the guest's.
    pub(super) fn look(&self) {
        if let Some(seen_ns) = &self.0 {
            let time = read(ClockId::CLOCK_THREAD_CPUTIME_ID);
            seen_ns.store(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Relaxed);
        }
    }

    /// Returns the time, as far as it is known.
    pub(super) fn time(&self) -> Duration {
        match &self.0 {
            Some(seen_ns) => Duration::from_nanos(seen_ns.load(Relaxed)),
            None => read(ClockId::CLOCK_PROCESS_CPUTIME_ID),
        }
    }
}

/// Returns the time of a clock, or none where the system has no such clock: Linux has these.
fn read(clock: ClockId) -> Duration {
    clock_gettime(clock).map(Duration::from).unwrap_or_default()
}
