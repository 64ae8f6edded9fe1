//! Counts the instructions that guests and their host functions take, without the simulated parts and the log.

use core::cell::Cell;

use critical_section::Mutex;
use firmware_core::say;

use crate::{BOARD, machine, options};

/// A wait that ends a measurement: shorter ones are part of what is measured, such as a sensor's conversion.
const LONG_NS: u64 = 500_000_000;

/// The counters.
#[derive(Debug)]
pub(crate) struct Meter(Mutex<Counters>);

#[derive(Debug)]
struct Counters {
    /// The count when the guest went on.
    since: Cell<u64>,
    /// All instructions in turns of the guest so far.
    all: Cell<u64>,
    /// Those of them that simulated parts and the log took.
    outside: Cell<u64>,
}

impl Meter {
    pub(crate) const fn new() -> Meter {
        Meter(Mutex::new(Counters { since: Cell::new(0), all: Cell::new(0), outside: Cell::new(0) }))
    }

    /// A guest goes on.
    pub(crate) fn start(&self) {
        critical_section::with(|cs| self.0.borrow(cs).since.set(machine::instructions()));
    }

    /// A guest waits. Says what was counted since the last long wait, if this is one.
    pub(crate) fn stop(&self, ns: u64) {
        let now = machine::instructions();
        let (all, outside) = critical_section::with(|cs| {
            let counters = self.0.borrow(cs);
            counters.all.set(counters.all.get() + machine::between(counters.since.get(), now));
            counters.since.set(now);
            if ns < LONG_NS { (0, 0) } else { (counters.all.take(), counters.outside.take()) }
        });
        if ns >= LONG_NS && options::get().meter {
            let own = all.saturating_sub(outside);
            say(&BOARD, format_args!("meter: {own} instructions, and {outside} of simulated parts and the log"));
        }
    }

    /// Does what is not to be counted.
    pub(crate) fn outside<R>(&self, f: impl FnOnce() -> R) -> R {
        let before = machine::instructions();
        let result = f();
        let took = machine::between(before, machine::instructions());
        critical_section::with(|cs| {
            let outside = &self.0.borrow(cs).outside;
            outside.set(outside.get() + took);
        });
        result
    }
}
