//! A guest's time while it runs: its end, its pace, and the guard against a guest that computes for ever.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use wasm_embedded_host::delay::Delay;
use wasm_embedded_host::{Interrupt, Progress, Reason};
use wasm_embedded_sim::Sim;
use wasmtime::Engine;

use super::RunOptions;
use super::breach::Breach;
use super::drive::drive;
use super::prepared::Beside;
use super::processor::Processor;
use crate::clock::Clock;
use crate::output::patience::Running;
use crate::policy::Limits;
use crate::wasi::Timers;

/// How often the guard looks. A delay may take another 20 ms to notice what the guard saw: together less than 50 ms.
const LOOK: Duration = Duration::from_millis(10);

/// How much later than by its own clock the guard ends a guest in paced time. Only one gets there whose time stands still, since it
/// waits for its input: the others end by their own clock, so that two runs are the same.
const LAG: Duration = Duration::from_millis(250);

/// The timing of one run.
pub(super) struct Timing {
    sim: Sim,
    /// Its place among those of the board's guests, if there are several.
    hook: Option<(Hooks, usize)>,
    timers: Timers,
    guard: Guard,
    /// While this lives, whoever writes looks at whether the guest is to end.
    _running: Running,
}

/// What is done whenever virtual time has passed, for each guest of a board that has not ended.
#[derive(Clone, Default)]
pub(super) struct Hooks(Arc<Mutex<Vec<Option<Hook>>>>);

type Hook = Box<dyn FnMut(u64) + Send>;

impl Hooks {
    /// Adds what is done for a guest.
    fn add(&self, sim: &Sim, hook: Hook) -> usize {
        let mut hooks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = hooks.len();
        hooks.push(Some(hook));
        drop(hooks);
        if place == 0 {
            let called = self.0.clone();
            sim.on_advance(Box::new(move |now_ns| {
                for hook in called.lock().unwrap_or_else(PoisonError::into_inner).iter_mut().flatten() {
                    hook(now_ns);
                }
            }));
        }
        place
    }

    fn remove(&self, place: usize) {
        if let Some(hook) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(place) {
            *hook = None;
        }
    }
}

impl Timing {
    /// Begins to watch the time.
    pub(super) fn start(
        beside: &Beside<'_>,
        sim: &Sim,
        engine: &Engine,
        interrupt: &Interrupt,
        options: &RunOptions,
        (limits, processor): (&Limits, &Processor),
    ) -> Timing {
        let clock = beside.clock;
        let deadline_ns = options.timeout.map_or(u64::MAX, |timeout| {
            let timeout_ns = u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX);
            sim.now_ns().saturating_add(timeout_ns)
        });
        let timers = Timers::new(clock, deadline_ns, interrupt);
        let now_ns = Arc::new(AtomicU64::new(sim.now_ns()));
        // Simulated parts beside hardware do not run ahead of it.
        let is_paced = options.real_time || clock.is_real();
        let pace = is_paced.then(|| {
            // The guest's clock, if it is the machine's, began before this: from a later time on, every look at it would wait.
            let from_ns = sim.now_ns();
            Pace { began: clock.instant(from_ns).unwrap_or_else(Instant::now), from_ns }
        });
        let hook = hook(now_ns.clone(), deadline_ns, pace, engine.clone(), interrupt.clone());
        let hook = match beside.hooks {
            Some(hooks) => Some((hooks.clone(), hooks.add(sim, hook))),
            None => {
                sim.on_advance(hook);
                None
            }
        };
        let guard = Guard::start(Watch {
            engine: engine.clone(),
            interrupt: interrupt.clone(),
            stop: options.stop.clone(),
            seen_ns: now_ns,
            calls_count: clock.is_real(),
            processor: processor.clone(),
            limits: *limits,
            deadline: options.timeout.and_then(|timeout| {
                let paced = || Instant::now().checked_add(timeout.saturating_add(LAG)).filter(|_| options.real_time);
                clock.instant(deadline_ns).or_else(paced)
            }),
        });
        Timing { sim: sim.clone(), hook, timers, guard, _running: Running::new(interrupt) }
    }

    /// Returns what waits for the guest.
    pub(super) fn delay(&self) -> impl Delay + 'static {
        GuestDelay { clock: self.timers.clock.clone(), deadline_ns: self.timers.deadline_ns }
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

    /// Ends the watching, and returns the limit of time that the guest was stopped for, if it was one.
    pub(super) fn end(self) -> Option<Breach> {
        match self.hook {
            Some((hooks, place)) => hooks.remove(place),
            None => self.sim.on_advance(Box::new(|_| ())),
        }
        self.guard.end()
    }
}

fn hook(seen_ns: Arc<AtomicU64>, deadline_ns: u64, pace: Option<Pace>, engine: Engine, interrupt: Interrupt) -> Hook {
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
        match self.clock.overslept_ns(ns) {
            0 => Progress::Done(()),
            ns => Progress::pending(self.clock.sleep_ns(ns)),
        }
    }
}

/// What the guard looks at.
struct Watch {
    engine: Engine,
    interrupt: Interrupt,
    /// What asks for an end from outside.
    stop: Option<Interrupt>,
    /// Virtual time, or with hardware the machine's as far as anybody looked at it.
    seen_ns: Arc<AtomicU64>,
    /// Whether calls of the host count as doing something: with hardware, where they take time.
    calls_count: bool,
    processor: Processor,
    limits: Limits,
    /// The end of the guest's time, if it is the machine's.
    deadline: Option<Instant>,
}

impl Watch {
    /// Returns something that changes whenever the guest does anything but compute.
    fn pulse(&self) -> (u64, u32) {
        (self.seen_ns.load(Relaxed), if self.calls_count { self.interrupt.calls() } else { 0 })
    }

    /// Looks until the guest has ended or is to end; returns the limit that it ran into, if it was one.
    fn run(&self, is_over: &AtomicBool) -> Option<Breach> {
        let (began, began_computing) = (Instant::now(), self.processor.time());
        let (mut last, mut since) = (self.pulse(), began_computing);
        while !is_over.load(Relaxed) {
            thread::park_timeout(LOOK);
            if self.processor.needs_looks() {
                self.engine.increment_epoch();
            }
            if let Some(reason) = self.stop.as_ref().and_then(Interrupt::requested) {
                self.interrupt.request(reason);
                self.engine.increment_epoch();
            }
            let (pulse, now) = (self.pulse(), self.processor.time());
            if pulse != last {
                (last, since) = (pulse, now);
            }
            let is_past = |limit: Option<Duration>, value: Duration| limit.is_some_and(|limit| value > limit);
            let breach = if now.saturating_sub(since) > self.limits.computing() {
                Some(Breach::Computing)
            } else if is_past(self.limits.processor_time(), now.saturating_sub(began_computing)) {
                Some(Breach::ProcessorTime)
            } else if is_past(self.limits.wall_time(), began.elapsed()) {
                Some(Breach::WallTime)
            } else {
                None
            };
            if breach.is_some() || self.deadline.is_some_and(|at| Instant::now() >= at) {
                self.interrupt.request(Reason::Timeout);
                self.engine.increment_epoch();
                return breach;
            }
        }
        None
    }
}

/// Stops a guest when it is asked to, when its time is over, and when it only computes. Processor time counts there, not the
/// clock on the wall: a guest that waits for its input is left alone.
struct Guard {
    over: Arc<AtomicBool>,
    thread: JoinHandle<Option<Breach>>,
}

impl Guard {
    /// Begins to watch.
    fn start(watch: Watch) -> Guard {
        let over = Arc::new(AtomicBool::new(false));
        let is_over = over.clone();
        Guard { over, thread: thread::spawn(move || watch.run(&is_over)) }
    }

    fn end(self) -> Option<Breach> {
        self.over.store(true, Relaxed);
        self.thread.thread().unpark();
        self.thread.join().unwrap_or_default()
    }
}
