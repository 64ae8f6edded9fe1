//! The guest's time as WASI's clocks, and waiting for it.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::task::Poll;
use std::time::Duration;

use tokio::time::timeout;
use wasm_embedded_host::{Interrupt, Interrupted};
use wasmtime::Result;
use wasmtime::component::{Resource, ResourceTable};
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock;
use wasmtime_wasi::p2::bindings::sync::io::poll;
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};
use wasmtime_wasi::runtime::{in_tokio, poll_noop, with_ambient_tokio_runtime};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, async_trait};
use wasmtime_wasi_io::bindings::wasi::io::poll as wasi_poll;

use crate::clock::Clock;

/// How long the machine's time passes, at most, between two looks at whether something else is ready or the guest is to end.
const SLICE_NS: u64 = 10_000_000;
const SLICE: Duration = Duration::from_nanos(SLICE_NS);

/// `wasi:clocks/wall-clock`.
pub(super) struct Wall(pub(super) Clock);

/// `wasi:clocks/monotonic-clock`.
pub(super) struct Monotonic(pub(super) Clock);

impl HostWallClock for Wall {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        self.0.wall()
    }
}

impl HostMonotonicClock for Monotonic {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        self.0.look_ns()
    }
}

/// What a run knows of waiting guests.
#[derive(Clone, Debug)]
pub(crate) struct Timers {
    pub(crate) clock: Clock,
    /// The end of the guest's time.
    pub(crate) deadline_ns: u64,
    pub(crate) interrupt: Interrupt,
    /// The earliest time that the futures of one look wait for: [`NEVER`] if none of them waits for one that comes.
    earliest_ns: Arc<AtomicU64>,
    /// Whether one of them waits for a time that never comes.
    sleeps: Arc<AtomicBool>,
}

/// The end of time, which does not come: `thread::sleep(Duration::MAX)` waits for it.
const NEVER: u64 = u64::MAX;

impl Timers {
    pub(crate) fn new(clock: &Clock, deadline_ns: u64, interrupt: &Interrupt) -> Timers {
        let (clock, interrupt) = (clock.clone(), interrupt.clone());
        Timers { clock, deadline_ns, interrupt, earliest_ns: Arc::new(AtomicU64::new(NEVER)), sleeps: Arc::default() }
    }

    /// Fails if the guest is to end.
    fn check(&self) -> Result<(), Interrupted> {
        self.interrupt.requested().map_or(Ok(()), |reason| Err(Interrupted(reason)))
    }

    /// Lets time pass up to `at_ns`, but not past the end of the guest's time; of the machine's time only a slice.
    fn wait_until(&self, at_ns: u64) -> Result<(), Interrupted> {
        let slice_ns = if self.clock.is_real() { self.clock.now_ns().saturating_add(SLICE_NS) } else { u64::MAX };
        self.clock.wait_until(at_ns.min(self.deadline_ns).min(slice_ns), &self.interrupt);
        self.check()
    }
}

/// `wasi:clocks/monotonic-clock` and `wasi:io/poll` in the guest's time.
pub(crate) struct SimTime<'a> {
    pub(crate) table: &'a mut ResourceTable,
    pub(crate) timers: &'a Timers,
}

/// A pollable that is ready at a time.
struct Timer {
    at_ns: u64,
    timers: Timers,
}

#[async_trait]
impl Pollable for Timer {
    async fn ready(&mut self) {
        poll_fn(|_| {
            if self.at_ns == NEVER {
                self.timers.sleeps.store(true, Relaxed);
                return Poll::Pending;
            }
            if self.timers.clock.now_ns() >= self.at_ns {
                return Poll::Ready(());
            }
            // Nobody wakes this future: the one who looks lets time pass and looks again.
            self.timers.earliest_ns.fetch_min(self.at_ns, Relaxed);
            Poll::Pending
        })
        .await;
    }
}

impl SimTime<'_> {
    fn timer(&mut self, at_ns: u64) -> Result<Resource<DynPollable>> {
        let timer = self.table.push(Timer { at_ns, timers: self.timers.clone() })?;
        subscribe(self.table, timer)
    }

    /// Waits until one of the pollables is ready. What is ready now comes first, then the clock; in virtual time, only where
    /// nothing is to happen by itself the machine's own time passes, for the standard input.
    fn wait(&mut self, pollables: &[u32]) -> Result<Vec<u32>> {
        loop {
            self.timers.earliest_ns.store(NEVER, Relaxed);
            self.timers.sleeps.store(false, Relaxed);
            let look = || poll_noop(pin!(wasi_poll::Host::poll(self.table, borrows(pollables))));
            if let Some(ready) = with_ambient_tokio_runtime(look) {
                return ready;
            }
            let at_ns = self.timers.earliest_ns.load(Relaxed);
            if at_ns != NEVER || self.timers.clock.is_real() {
                self.timers.wait_until(at_ns)?;
            } else if !self.sleep() {
                let poll = wasi_poll::Host::poll(self.table, borrows(pollables));
                if let Ok(ready) = in_tokio(async { timeout(SLICE, poll).await }) {
                    return ready;
                }
            }
            self.timers.check()?;
        }
    }

    /// Lets virtual time pass for a guest that sleeps to its end, up to the next event or the end of the guest's time. Returns
    /// whether there is any.
    fn sleep(&self) -> bool {
        self.timers.sleeps.load(Relaxed) && self.timers.clock.pass(self.timers.deadline_ns, SLICE)
    }
}

fn borrows(pollables: &[u32]) -> Vec<Resource<DynPollable>> {
    pollables.iter().map(|&rep| Resource::new_borrow(rep)).collect()
}

impl monotonic_clock::Host for SimTime<'_> {
    fn now(&mut self) -> Result<u64> {
        Ok(self.timers.clock.look_ns())
    }

    fn resolution(&mut self) -> Result<u64> {
        Ok(1)
    }

    fn subscribe_instant(&mut self, when: u64) -> Result<Resource<DynPollable>> {
        self.timer(when)
    }

    fn subscribe_duration(&mut self, duration: u64) -> Result<Resource<DynPollable>> {
        self.timer(self.timers.clock.now_ns().saturating_add(duration))
    }
}

impl poll::Host for SimTime<'_> {
    fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> Result<Vec<u32>> {
        let pollables: Vec<u32> = pollables.iter().map(Resource::rep).collect();
        self.wait(&pollables)
    }
}

impl poll::HostPollable for SimTime<'_> {
    fn ready(&mut self, pollable: Resource<DynPollable>) -> Result<bool> {
        // Who asks again and again makes time pass, as with a clock.
        self.timers.clock.look_ns();
        poll::HostPollable::ready(self.table, pollable)
    }

    fn block(&mut self, pollable: Resource<DynPollable>) -> Result<()> {
        self.wait(&[pollable.rep()]).map(drop)
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> Result<()> {
        poll::HostPollable::drop(self.table, pollable)
    }
}
