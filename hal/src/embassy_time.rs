//! The time of embassy-time: a driver on the host's clock, feature `embassy-time`.
//!
//! Who waits is kept in a queue of fixed size, without an allocator. Several waits with one waker, as those of `join` and `select`,
//! are one entry; a task of its own, as in `FuturesUnordered`, has one of its own. [`block_on`](crate::block_on) waits for the first
//! of them together with all that the host does, and blocks in a guest that cannot do that.
#![cfg_attr(target_arch = "wasm32", expect(unsafe_code, reason = "the driver's functions, and a static of one thread"))]
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "guests wait in WebAssembly only"))]

use core::cell::RefCell;
use core::task::Waker;

use embassy_time_driver::TICK_HZ;

use crate::bindings::wasm_embedded::hal::{clock, delay};

/// How many tasks may wait for the time at once.
const TASKS: usize = 64;

const NS_PER_S: u64 = 1_000_000_000;

/// Who waits for which tick.
struct Queue([Option<(u64, Waker)>; TASKS]);

impl Queue {
    const fn new() -> Queue {
        Queue([const { None }; TASKS])
    }

    /// Enters a waker, and returns whether there was room. Whoever waits twice is woken the first time, looks, and waits again.
    fn add(&mut self, at: u64, waker: &Waker) -> bool {
        let known = self.0.iter_mut().flatten().find(|(_, other)| other.will_wake(waker));
        if let Some((first, _)) = known {
            *first = at.min(*first);
            return true;
        }
        match self.0.iter_mut().find(|entry| entry.is_none()) {
            Some(entry) => *entry = Some((at, waker.clone())),
            None => return false,
        }
        true
    }

    /// Returns the first tick that anybody waits for.
    fn first(&self) -> Option<u64> {
        self.0.iter().flatten().map(|(at, _)| *at).min()
    }

    /// Takes one of those out that waited long enough.
    fn take_due(&mut self, now: u64) -> Option<Waker> {
        let due = self.0.iter_mut().find(|entry| entry.as_ref().is_some_and(|(at, _)| *at <= now))?;
        due.take().map(|(_, waker)| waker)
    }
}

/// Returns the ticks of the host's time, rounded down.
const fn ticks(ns: u64) -> u64 {
    let whole = (ns / NS_PER_S).saturating_mul(TICK_HZ);
    // Less than a second: with the fastest tick that there is, 5.2 GHz, the product has 63 bits.
    whole.saturating_add(ns % NS_PER_S * TICK_HZ / NS_PER_S)
}

/// Returns the host's time of a tick, rounded up, so that the tick is there by then.
const fn nanoseconds(ticks: u64) -> u64 {
    let whole = (ticks / TICK_HZ).saturating_mul(NS_PER_S);
    whole.saturating_add((ticks % TICK_HZ * NS_PER_S).div_ceil(TICK_HZ))
}

struct Driver(RefCell<Queue>);

// SAFETY: a component has one thread.
#[cfg(target_arch = "wasm32")]
unsafe impl Sync for Driver {}

#[cfg(target_arch = "wasm32")]
embassy_time_driver::time_driver_impl!(static DRIVER: Driver = Driver(RefCell::new(Queue::new())));

#[cfg(target_arch = "wasm32")]
impl embassy_time_driver::Driver for Driver {
    fn now(&self) -> u64 {
        ticks(clock::now_ns())
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        let has_room = with(|queue| queue.add(at, waker));
        assert!(
            has_room,
            "more than {TASKS} tasks wait for embassy-time at once, and the hal has no room for another one"
        );
    }
}

/// Does something with the queue. Nothing that it calls comes back here: a waker is cloned and dropped, and woken outside.
#[cfg(target_arch = "wasm32")]
fn with<R>(f: impl FnOnce(&mut Queue) -> R) -> R {
    f(&mut DRIVER.0.borrow_mut())
}

/// Elsewhere than in WebAssembly nobody waits.
#[cfg(not(target_arch = "wasm32"))]
fn with<R>(f: impl FnOnce(&mut Queue) -> R) -> R {
    f(&mut Queue::new())
}

/// Returns how long it is until the first one is to be woken, if anybody waits.
pub(crate) fn first_ns() -> Option<u64> {
    let at = with(|queue| queue.first())?;
    Some(nanoseconds(at).saturating_sub(clock::now_ns()))
}

/// Wakes all those whose time has come.
pub(crate) fn wake_due() {
    if with(|queue| queue.first()).is_none() {
        return;
    }
    let now = ticks(clock::now_ns());
    while let Some(waker) = with(|queue| queue.take_due(now)) {
        waker.wake();
    }
}

/// Blocks until the first one is to be woken, and wakes it; returns whether anybody waited.
pub(crate) fn sleep() -> bool {
    let Some(ns) = first_ns() else { return false };
    delay::delay_ns(ns);
    wake_due();
    true
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    use std::task::Wake;
    use std::vec::Vec;

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    fn wakers(count: usize) -> Vec<Waker> {
        (0..count).map(|_| Waker::from(Arc::new(Count::default()))).collect()
    }

    #[test]
    fn those_whose_time_has_come_are_taken_and_no_others() {
        let mut queue = Queue::new();
        let wakers = wakers(3);
        for (at, waker) in [30, 10, 20].into_iter().zip(&wakers) {
            assert!(queue.add(at, waker));
        }
        assert_eq!(queue.first(), Some(10));
        assert!(queue.take_due(9).is_none());
        let due = [queue.take_due(20), queue.take_due(20)].map(|waker| waker.expect("two are due"));
        assert!(
            due.iter().any(|waker| waker.will_wake(&wakers[1])) && due.iter().any(|waker| waker.will_wake(&wakers[2]))
        );
        assert!(queue.take_due(20).is_none());
        assert_eq!(queue.first(), Some(30));
    }

    #[test]
    fn one_waker_is_one_entry_at_its_first_time() {
        let mut queue = Queue::new();
        let wakers = wakers(1);
        for at in [50, 20, 90].into_iter().cycle().take(3 * TASKS) {
            assert!(queue.add(at, &wakers[0]));
        }
        assert!(queue.take_due(20).is_some());
        assert_eq!(queue.first(), None);
    }

    #[test]
    fn a_full_queue_refuses_and_has_room_again() {
        let mut queue = Queue::new();
        let wakers = wakers(TASKS + 1);
        let (last, others) = wakers.split_last().expect("there are some");
        assert!(others.iter().all(|waker| queue.add(1, waker)));
        assert!(!queue.add(1, last));
        assert!(queue.take_due(1).is_some());
        assert!(queue.add(1, last));
    }

    #[test]
    fn a_tick_is_there_when_its_time_in_nanoseconds_is() {
        for tick in [0, 1, 999_999, 1_000_000, 1_000_001, 86_400 * TICK_HZ + 7] {
            assert_eq!(ticks(nanoseconds(tick)), tick);
            assert!(tick == 0 || ticks(nanoseconds(tick) - 1) < tick);
        }
        assert_eq!(nanoseconds(u64::MAX), u64::MAX, "the end of the clock");
    }
}
