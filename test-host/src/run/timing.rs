//! A guest's time while it runs: its end, its pace, and the guard against a guest that computes for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use wasm_embedded_host::delay::Delay;
use wasm_embedded_host::{Interrupt, Progress, Reason};
use wasm_embedded_sim::Sim;
use wasmtime::Engine;

use super::RunOptions;
use super::drive::drive;
use crate::clock::Clock;
use crate::wasi::Timers;

/// How often the guard looks. A delay may take another 20 ms to notice what the guard saw: together less than 50 ms.
const LOOK: Duration = Duration::from_millis(20);

/// The timing of one run.
pub(super) struct Timing {
    sim: Sim,
    timers: Timers,
    guard: Option<Guard>,
}

impl Timing {
    /// Begins to watch the time.
    pub(super) fn start(
        clock: &Clock,
        sim: &Sim,
        engine: &Engine,
        interrupt: &Interrupt,
        options: &RunOptions,
    ) -> Timing {
        let deadline_ns = options.timeout.map_or(u64::MAX, |timeout| {
            let timeout_ns = u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX);
            sim.now_ns().saturating_add(timeout_ns)
        });
        let timers = Timers::new(clock, deadline_ns, interrupt);
        let now_ns = Arc::new(AtomicU64::new(sim.now_ns()));
        // Simulated parts beside hardware do not run ahead of it.
        let is_paced = options.real_time || clock.is_real();
        if options.timeout.is_some() || is_paced {
            let pace = is_paced.then(|| Pace { began: Instant::now(), from_ns: sim.now_ns() });
            sim.on_advance(hook(now_ns.clone(), deadline_ns, pace, engine.clone(), interrupt.clone()));
        }
        let end = match (options.timeout, clock.instant(deadline_ns)) {
            (None, _) => End::Never,
            (Some(_), Some(at)) => End::At(at),
            (Some(_), None) => End::AfterComputing(options.computing),
        };
        let watched = options.timeout.is_some() || options.stop.is_some();
        let guard = watched.then(|| Guard::start(now_ns, engine, interrupt, options.stop.clone(), end));
        Timing { sim: sim.clone(), timers, guard }
    }

    /// Returns what waits for the guest.
    pub(super) fn delay(&self) -> Box<dyn Delay> {
        Box::new(GuestDelay { clock: self.timers.clock.clone(), deadline_ns: self.timers.deadline_ns })
    }

    /// Runs an asynchronous guest to its end.
    pub(super) fn drive<T>(&self, guest: impl Future<Output = wasmtime::Result<T>>) -> wasmtime::Result<T> {
        let Timers { clock, deadline_ns, interrupt, .. } = &self.timers;
        drive(guest, clock, *deadline_ns, interrupt)
    }

    /// Returns what WASI needs to wait.
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

/// A delay that ends with the guest's time.
struct GuestDelay {
    clock: Clock,
    deadline_ns: u64,
}

impl Delay for GuestDelay {
    fn delay_ns(&mut self, ns: u64, interrupt: &Interrupt) {
        let ns = self.clock.overslept_ns(ns);
        self.clock.wait_until(self.clock.now_ns().saturating_add(ns).min(self.deadline_ns), interrupt);
    }

    fn start(&mut self, ns: u64, _interrupt: &Interrupt) -> Progress<()> {
        match ns {
            0 => Progress::Done(()),
            _ => Progress::pending(self.clock.sleep_ns(ns)),
        }
    }
}

/// When a guest is stopped that makes no call.
#[derive(Clone, Copy)]
enum End {
    /// Only when it is asked to.
    Never,
    /// At this time of the machine.
    At(Instant),
    /// When it has computed for so long, while virtual time stands still.
    AfterComputing(Duration),
}

/// Stops a guest when it is asked to, and one with a timeout that computes while virtual time stands still. Processor time
/// counts there, not the clock on the wall: a guest that waits for its input is left alone.
struct Guard {
    over: Arc<AtomicBool>,
    thread: JoinHandle<bool>,
}

impl Guard {
    /// Begins to watch.
    fn start(
        seen_ns: Arc<AtomicU64>,
        engine: &Engine,
        interrupt: &Interrupt,
        stop: Option<Interrupt>,
        end: End,
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
                }
                let is_computing = match end {
                    End::Never => continue,
                    End::At(at) if Instant::now() >= at => false,
                    End::AfterComputing(limit) if now.saturating_sub(since) > limit => true,
                    End::At(_) | End::AfterComputing(_) => continue,
                };
                interrupt.request(Reason::Timeout);
                engine.increment_epoch();
                return is_computing;
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
