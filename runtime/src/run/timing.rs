//! A guest's time while it runs: its end, its pace, and the guard against a guest that computes for ever.

use std::time::{Duration, Instant};

use wasm_embedded_host::delay::Delay;
use wasm_embedded_host::{Completion, Interrupt};
use wasm_embedded_sim::Sim;
use wasmtime::Engine;

use super::RunOptions;
use super::breach::Breach;
use super::drive::drive;
use super::guard::{Guarded, Watch};
use super::hooks::{Ends, Hooked, Pace};
use super::prepared::GuestSlot;
use super::processor::Processor;
use crate::clock::Clock;
use crate::output::patience::Running;
use crate::policy::Limits;
use crate::wasi::Timers;

/// How much later than by its own clock the guard ends a guest in paced time. Only one gets there whose time stands still, since it
/// waits for its input: the others end by their own clock, so that two runs are the same.
const LAG: Duration = Duration::from_millis(250);

/// The timing of one run.
pub(super) struct Timing {
    hooked: Hooked,
    timers: Timers,
    guarded: Guarded,
    /// While this lives, whoever writes looks at whether the guest is to end.
    _running: Running,
}

impl Timing {
    /// Begins to watch the time.
    pub(super) fn start(
        beside: &GuestSlot<'_>,
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
        // Simulated parts beside hardware do not run ahead of it.
        let is_paced = options.real_time || clock.is_real();
        let pace = is_paced.then(|| {
            // The guest's clock, if it is the machine's, began before this: from a later time on, every look at it would wait.
            let from_ns = sim.now_ns();
            Pace { began: clock.instant(from_ns).unwrap_or_else(Instant::now), from_ns }
        });
        let hooked = beside.company.hooks.add(
            sim,
            Ends { deadline_ns, engine: engine.clone(), interrupt: interrupt.clone() },
            pace,
        );
        let guarded = beside.company.guard.watch(Watch {
            engine: engine.clone(),
            interrupt: interrupt.clone(),
            stop: options.stop.clone(),
            seen_ns: beside.company.hooks.seen_ns(),
            calls_count: clock.is_real(),
            processor: processor.clone(),
            limits: *limits,
            deadline: options.timeout.and_then(|timeout| {
                let paced = || Instant::now().checked_add(timeout.saturating_add(LAG)).filter(|_| options.real_time);
                clock.instant(deadline_ns).or_else(paced)
            }),
        });
        Timing { hooked, timers, guarded, _running: Running::new(interrupt) }
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
        drop(self.hooked);
        self.guarded.end()
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

    fn start(&mut self, ns: u64, _interrupt: &Interrupt) -> Completion<()> {
        match self.clock.overslept_ns(ns) {
            0 => Completion::Ready(()),
            ns => Completion::pending(self.clock.sleep_ns(ns)),
        }
    }
}
