//! The guard: a thread that looks at all guests of a board, and stops those that are to end.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use wasm_embedded_host::{Interrupt, Reason};
use wasmtime::Engine;

use super::breach::Breach;
use super::processor::Processor;
use crate::policy::Limits;

/// How often the guard looks. A delay may take another 20 ms to notice what the guard saw: together less than 50 ms.
const LOOK: Duration = Duration::from_millis(10);

/// What the guard looks at for a guest.
pub(super) struct Watch {
    pub(super) engine: Engine,
    pub(super) interrupt: Interrupt,
    /// What asks for an end from outside.
    pub(super) stop: Option<Interrupt>,
    /// Virtual time, or with hardware the machine's as far as anybody looked at it.
    pub(super) seen_ns: Arc<AtomicU64>,
    /// Whether calls of the host count as doing something: with hardware, where they take time.
    pub(super) calls_count: bool,
    pub(super) processor: Processor,
    pub(super) limits: Limits,
    /// The end of the guest's time, if it is the machine's.
    pub(super) deadline: Option<Instant>,
}

/// Stops guests when they are asked to, when their time is over, and when they only compute. Processor time counts there, not the
/// clock on the wall: a guest that waits for its input is left alone.
///
/// A thread for each guest would wake as often as all guests together take long: the cost of many would grow with the square.
#[derive(Clone, Default)]
pub(super) struct Guard(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    come: u64,
    guests: BTreeMap<u64, Watched>,
    /// The thread that looks while there are guests, and what tells it that there are none.
    thread: Option<(JoinHandle<()>, Arc<AtomicBool>)>,
}

/// A guest that is watched, until this is dropped.
pub(super) struct Guarded {
    guard: Guard,
    number: u64,
}

/// A guest, and what was seen of it.
struct Watched {
    watch: Watch,
    began: Instant,
    began_computing: Duration,
    /// What was seen last, and at which of its processor time it changed.
    last: (u64, u32),
    since: Duration,
    /// Whether it is stopped, and by which limit if it was one.
    stopped: Option<Option<Breach>>,
}

impl Guard {
    /// Begins to watch a guest.
    pub(super) fn watch(&self, watch: Watch) -> Guarded {
        let mut state = self.state();
        let number = state.come;
        state.come = number.wrapping_add(1);
        state.guests.insert(number, Watched::new(watch));
        if state.thread.is_none() {
            let (guard, is_over) = (self.clone(), Arc::new(AtomicBool::new(false)));
            let over = is_over.clone();
            state.thread = Some((thread::spawn(move || guard.run(&over)), is_over));
        }
        Guarded { guard: self.clone(), number }
    }

    fn run(&self, is_over: &AtomicBool) {
        loop {
            thread::park_timeout(LOOK);
            if is_over.load(Relaxed) {
                return;
            }
            let mut state = self.state();
            let mut moved: Option<&Engine> = None;
            let looking = state.guests.values().filter(|watched| watched.watch.processor.needs_looks());
            for Watched { watch: Watch { engine, .. }, .. } in looking {
                // One engine runs all guests of a program.
                if !moved.is_some_and(|moved| Engine::same(moved, engine)) {
                    engine.increment_epoch();
                    moved = Some(engine);
                }
            }
            state.guests.values_mut().for_each(Watched::look);
        }
    }

    /// Ends the watching of a guest, and with the last one that of the thread.
    fn leave(&self, number: u64) -> Option<Breach> {
        let mut state = self.state();
        let watched = state.guests.remove(&number);
        let thread = if state.guests.is_empty() { state.thread.take() } else { None };
        drop(state);
        if let Some((thread, is_over)) = thread {
            is_over.store(true, Relaxed);
            thread.thread().unpark();
            // It does not panic; and if it did, the guest has ended all the same.
            let _ = thread.join();
        }
        watched?.stopped?
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guarded {
    /// Ends the watching, and returns the limit that the guest ran into, if it was one.
    pub(super) fn end(self) -> Option<Breach> {
        self.guard.leave(self.number)
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.guard.leave(self.number);
    }
}

impl Watch {
    /// Returns something that changes whenever the guest does anything but compute.
    fn pulse(&self) -> (u64, u32) {
        (self.seen_ns.load(Relaxed), if self.calls_count { self.interrupt.calls() } else { 0 })
    }
}

impl Watched {
    fn new(watch: Watch) -> Watched {
        let began_computing = watch.processor.time();
        let last = watch.pulse();
        Watched { watch, began: Instant::now(), began_computing, last, since: began_computing, stopped: None }
    }

    /// Looks once, and stops the guest if it is to end.
    fn look(&mut self) {
        if self.stopped.is_some() {
            return;
        }
        let watch = &self.watch;
        if let Some(reason) = watch.stop.as_ref().and_then(Interrupt::requested) {
            watch.interrupt.request(reason);
            watch.engine.increment_epoch();
        }
        let (pulse, now) = (watch.pulse(), watch.processor.time());
        if pulse != self.last {
            (self.last, self.since) = (pulse, now);
        }
        let is_past = |limit: Option<Duration>, value: Duration| limit.is_some_and(|limit| value > limit);
        let breach = if now.saturating_sub(self.since) > watch.limits.computing() {
            Some(Breach::Computing)
        } else if is_past(watch.limits.processor_time(), now.saturating_sub(self.began_computing)) {
            Some(Breach::ProcessorTime)
        } else if is_past(watch.limits.wall_time(), self.began.elapsed()) {
            Some(Breach::WallTime)
        } else {
            None
        };
        if breach.is_some() || watch.deadline.is_some_and(|at| Instant::now() >= at) {
            watch.interrupt.request(Reason::Timeout);
            watch.engine.increment_epoch();
            self.stopped = Some(breach);
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("guests", &self.state().guests.len()).finish_non_exhaustive()
    }
}
