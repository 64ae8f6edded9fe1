//! What is done whenever virtual time has passed: for one guest as for a thousand, of whom hardly any has something to do then.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use wasm_embedded_host::{Interrupt, Reason};
use wasm_embedded_sim::Sim;
use wasmtime::Engine;

/// How long paced time waits at most between two looks at whether the guest is to end.
const LOOK: Duration = Duration::from_millis(10);

/// What is done for all guests of a board when virtual time has passed.
#[derive(Clone, Default)]
pub(super) struct Hooks(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// Virtual time, as it was last seen.
    seen_ns: Arc<AtomicU64>,
    /// When something is to be done next: 0 if time is paced.
    due_ns: AtomicU64,
    guests: Mutex<Guests>,
}

/// The guests that have not ended, by their numbers.
#[derive(Default)]
struct Guests {
    /// How many have come, and how many of them are there.
    come: usize,
    left: usize,
    /// Those whose time has an end that is still to come, the first end first.
    ends: BTreeMap<(u64, usize), Ends>,
    /// Those whose virtual time passes as the machine's does: until when, and who.
    paced: BTreeMap<usize, (Pace, u64, Interrupt)>,
}

/// The end of a guest's time.
pub(super) struct Ends {
    pub(super) deadline_ns: u64,
    pub(super) engine: Engine,
    pub(super) interrupt: Interrupt,
}

/// Makes the machine's time pass as the virtual one.
pub(super) struct Pace {
    pub(super) began: Instant,
    pub(super) from_ns: u64,
}

/// A guest among those for whom something is done, until this is dropped.
pub(super) struct Hooked {
    hooks: Hooks,
    sim: Sim,
    number: usize,
    deadline_ns: u64,
}

impl Hooks {
    /// Returns where virtual time is kept as it passes.
    pub(super) fn seen_ns(&self) -> Arc<AtomicU64> {
        self.0.seen_ns.clone()
    }

    /// Adds a guest.
    pub(super) fn add(&self, sim: &Sim, ends: Ends, pace: Option<Pace>) -> Hooked {
        let mut guests = self.guests();
        let (number, deadline_ns) = (guests.come, ends.deadline_ns);
        guests.come = guests.come.saturating_add(1);
        guests.left = guests.left.saturating_add(1);
        let is_first = guests.left == 1;
        if let Some(pace) = pace {
            guests.paced.insert(number, (pace, deadline_ns, ends.interrupt.clone()));
        }
        guests.ends.insert((deadline_ns, number), ends);
        self.refresh_due(&guests);
        // The board is locked before the guests, never after them.
        drop(guests);
        if is_first {
            self.0.seen_ns.store(sim.now_ns(), Relaxed);
            let shared = self.clone();
            sim.on_advance(Box::new(move |now_ns| shared.advanced(now_ns)));
        }
        Hooked { hooks: self.clone(), sim: sim.clone(), number, deadline_ns }
    }

    fn advanced(&self, now_ns: u64) {
        self.0.seen_ns.store(now_ns, Relaxed);
        if now_ns >= self.0.due_ns.load(Relaxed) {
            self.act(now_ns);
        }
    }

    #[cold]
    fn act(&self, now_ns: u64) {
        let mut guests = self.guests();
        for (pace, deadline_ns, interrupt) in guests.paced.values() {
            pace.wait(now_ns.min(*deadline_ns), interrupt);
            // What one has waited for, nobody has to wait for again.
            if interrupt.requested().is_none() && now_ns <= *deadline_ns {
                break;
            }
        }
        // Once is enough: a request stays.
        while let Some(first) = guests.ends.first_entry().filter(|first| first.key().0 <= now_ns) {
            let Ends { engine, interrupt, .. } = first.remove();
            interrupt.request(Reason::Timeout);
            engine.increment_epoch();
        }
        self.refresh_due(&guests);
    }

    fn refresh_due(&self, guests: &Guests) {
        let end_ns = guests.ends.first_key_value().map_or(u64::MAX, |((deadline_ns, _), _)| *deadline_ns);
        self.0.due_ns.store(if guests.paced.is_empty() { end_ns } else { 0 }, Relaxed);
    }

    fn guests(&self) -> MutexGuard<'_, Guests> {
        self.0.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Hooked {
    fn drop(&mut self) {
        let mut guests = self.hooks.guests();
        guests.paced.remove(&self.number);
        guests.ends.remove(&(self.deadline_ns, self.number));
        self.hooks.refresh_due(&guests);
        guests.left = guests.left.saturating_sub(1);
        let is_last = guests.left == 0;
        drop(guests);
        if is_last {
            self.sim.on_advance(Box::new(|_| ()));
        }
    }
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
