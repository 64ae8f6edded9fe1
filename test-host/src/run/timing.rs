//! Virtual time while a guest runs: its end, its pace, and the guard against a guest that computes for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use wasm_embedded_host::delay::Delay;
use wasm_embedded_host::{Interrupt, Reason};
use wasm_embedded_sim::Sim;
use wasmtime::Engine;

use super::RunOptions;
use crate::wasi::Timers;

/// How often the guard looks.
const LOOK: Duration = Duration::from_millis(50);

/// The timing of one run.
pub(super) struct Timing {
    sim: Sim,
    timers: Timers,
    guard: Option<Guard>,
}

impl Timing {
    /// Begins to watch the virtual time.
    pub(super) fn start(sim: &Sim, engine: &Engine, interrupt: &Interrupt, options: &RunOptions) -> Timing {
        let deadline_ns = options.timeout.map_or(u64::MAX, |timeout| {
            let timeout_ns = u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX);
            sim.now_ns().saturating_add(timeout_ns)
        });
        let timers = Timers::new(sim, deadline_ns, interrupt);
        let now_ns = Arc::new(AtomicU64::new(sim.now_ns()));
        if options.timeout.is_some() || options.real_time {
            let pace = options.real_time.then(|| Pace { began: Instant::now(), from_ns: sim.now_ns() });
            sim.on_advance(hook(now_ns.clone(), deadline_ns, pace, engine.clone(), interrupt.clone()));
        }
        let limit = options.timeout.map(|_| options.computing);
        let watched = options.timeout.is_some() || options.stop.is_some();
        let guard = watched.then(|| Guard::start(now_ns, engine, interrupt, options.stop.clone(), limit));
        Timing { sim: sim.clone(), timers, guard }
    }

    /// Returns what waits for the guest in virtual time.
    pub(super) fn delay(&self) -> Box<dyn Delay> {
        Box::new(VirtualDelay { sim: self.sim.clone(), deadline_ns: self.timers.deadline_ns })
    }

    /// Returns what WASI needs to wait in virtual time.
    pub(super) fn timers(&self) -> Timers {
        self.timers.clone()
    }

    /// Ends the watching, and returns whether the guest was stopped because it only computed.
    pub(super) fn end(self) -> bool {
        self.sim.on_advance(Box::new(|_| ()));
        self.guard.is_some_and(Guard::end)
    }
}

fn hook(
    seen_ns: Arc<AtomicU64>,
    deadline_ns: u64,
    pace: Option<Pace>,
    engine: Engine,
    interrupt: Interrupt,
) -> Box<dyn FnMut(u64) + Send> {
    Box::new(move |now_ns| {
        seen_ns.store(now_ns, Relaxed);
        if let Some(pace) = &pace {
            pace.wait(now_ns.min(deadline_ns), &interrupt);
        }
        if now_ns >= deadline_ns {
            interrupt.request(Reason::Timeout);
            engine.increment_epoch();
        }
    })
}

/// Makes the machine's time pass as the virtual one.
struct Pace {
    began: Instant,
    from_ns: u64,
}

impl Pace {
    fn wait(&self, now_ns: u64, interrupt: &Interrupt) {
        let due = Duration::from_nanos(now_ns.saturating_sub(self.from_ns));
        while interrupt.requested().is_none() {
            let left = due.saturating_sub(self.began.elapsed());
            if left.is_zero() {
                break;
            }
            thread::sleep(left.min(LOOK));
        }
    }
}

/// A delay that takes no time but the virtual one, and ends with the guest's time.
struct VirtualDelay {
    sim: Sim,
    deadline_ns: u64,
}

impl Delay for VirtualDelay {
    fn delay_ns(&mut self, ns: u64, _interrupt: &Interrupt) {
        self.sim.advance_ns(ns.min(self.deadline_ns.saturating_sub(self.sim.now_ns())));
    }
}

/// Stops a guest when it is asked to, and one with a timeout that computes while virtual time stands still. Processor time
/// counts there, not the clock on the wall: a guest that waits for its input is left alone.
struct Guard {
    over: Arc<AtomicBool>,
    thread: JoinHandle<bool>,
}

impl Guard {
    /// Begins to watch. `limit` is how long the guest may compute.
    fn start(
        seen_ns: Arc<AtomicU64>,
        engine: &Engine,
        interrupt: &Interrupt,
        stop: Option<Interrupt>,
        limit: Option<Duration>,
    ) -> Guard {
        let (engine, interrupt) = (engine.clone(), interrupt.clone());
        let over = Arc::new(AtomicBool::new(false));
        let is_over = over.clone();
        let thread = thread::spawn(move || {
            let (mut last_ns, mut since) = (seen_ns.load(Relaxed), processor_time());
            while !is_over.load(Relaxed) {
                thread::park_timeout(LOOK);
                if let Some(reason) = stop.as_ref().and_then(Interrupt::requested) {
                    interrupt.request(reason);
                    engine.increment_epoch();
                }
                let (now_ns, now) = (seen_ns.load(Relaxed), processor_time());
                if now_ns != last_ns {
                    (last_ns, since) = (now_ns, now);
                } else if limit.is_some_and(|limit| now.saturating_sub(since) > limit) {
                    interrupt.request(Reason::Timeout);
                    engine.increment_epoch();
                    return true;
                }
            }
            false
        });
        Guard { over, thread }
    }

    fn end(self) -> bool {
        self.over.store(true, Relaxed);
        self.thread.thread().unpark();
        self.thread.join().unwrap_or(false)
    }
}

/// Returns the processor time of this process.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let (seconds, nanoseconds) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
    Duration::new(seconds.unwrap_or_default(), nanoseconds.unwrap_or_default())
}
