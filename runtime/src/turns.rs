//! Several guests in virtual time: one of them runs at a time, in an order that depends on nothing but what they do.
//!
//! Each guest has a thread, and the one whose turn it is hands it on when it waits, and at the end of every call that takes virtual
//! time. The next turn is that of the guest whose wait ends first; of those that are equal, the first of the command line. Time
//! passes only in the hands of the guest whose turn it is, and never past the end of another's wait while it waits itself.

use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use wasm_embedded_sim::Sim;

/// A guest among others.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    guest: usize,
    turns: Arc<Turns>,
}

/// Passes the turn on for good when it is dropped.
#[derive(Debug)]
pub(crate) struct Running(Turn);

/// Why a guest has its turn again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Given {
    /// One of its tasks was woken.
    Woken,
    /// Its wait is the first to end, or nobody's ends.
    First,
}

#[derive(Debug)]
struct Turns {
    sim: Sim,
    state: Mutex<State>,
    /// What each guest sleeps at: a turn wakes the one that it goes to, however many there are.
    passed: Vec<Condvar>,
}

#[derive(Debug)]
struct State {
    /// Whose turn it is.
    current: usize,
    guests: Vec<Waiting>,
    /// The guests that have not ended, in the order of their next turns.
    order: BTreeSet<(u64, usize)>,
}

/// What a guest waits for.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    /// The end of its wait, unless it has ended.
    at_ns: Option<u64>,
    /// Whether one of its tasks was woken since its last turn.
    is_woken: bool,
    /// Whether it keeps its turn at the end of calls, since it is leaving its outputs.
    is_leaving: bool,
}

impl Waiting {
    /// Returns the time that decides when its turn comes.
    fn turn_ns(&self) -> Option<u64> {
        self.at_ns.map(|at_ns| if self.is_woken { 0 } else { at_ns })
    }
}

impl State {
    /// Changes what a guest waits for, and with it the order.
    fn change<R>(&mut self, guest: usize, change: impl FnOnce(&mut Waiting) -> R) -> Option<R> {
        let waiting = self.guests.get_mut(guest)?;
        let before = waiting.turn_ns();
        let result = change(waiting);
        let after = waiting.turn_ns();
        if before != after {
            before.map(|at_ns| self.order.remove(&(at_ns, guest)));
            after.map(|at_ns| self.order.insert((at_ns, guest)));
        }
        Some(result)
    }
}

impl Turn {
    /// Returns the turns of so many guests on a board; the first begins.
    pub(crate) fn of(count: usize, sim: &Sim) -> impl Iterator<Item = Turn> + use<> {
        let guests = vec![Waiting { at_ns: Some(0), is_woken: false, is_leaving: false }; count];
        let order = (0..count).map(|guest| (0, guest)).collect();
        let state = Mutex::new(State { current: 0, guests, order });
        let passed = (0..count).map(|_| Condvar::new()).collect();
        let turns = Arc::new(Turns { sim: sim.clone(), state, passed });
        (0..count).map(move |guest| Turn { guest, turns: turns.clone() })
    }

    /// Waits for the first turn of this guest.
    pub(crate) fn begin(&self) -> Running {
        drop(self.wait(self.state()));
        Running(self.clone())
    }

    /// Hands the turn on, to wait until a time, and returns when it is this guest's again.
    pub(crate) fn give(&self, at_ns: u64) -> Given {
        let mut state = self.state();
        state.change(self.guest, |waiting| waiting.at_ns = Some(at_ns));
        self.hand_on(&mut state);
        let mut state = self.wait(state);
        match state.change(self.guest, |waiting| std::mem::take(&mut waiting.is_woken)) {
            Some(true) => Given::Woken,
            _ => Given::First,
        }
    }

    /// Lets the others go on whose waits are over.
    pub(crate) fn pass(&self) {
        let now_ns = self.turns.sim.now_ns();
        if self.state().guests.get(self.guest).is_some_and(|waiting| !waiting.is_leaving) {
            self.give(now_ns);
        }
    }

    /// Keeps the turn for all that this guest does until its end.
    pub(crate) fn leave(&self) {
        self.state().change(self.guest, |waiting| waiting.is_leaving = true);
    }

    /// Has this guest continue at once, since one of its tasks was woken.
    pub(crate) fn wake(&self) {
        self.state().change(self.guest, |waiting| waiting.is_woken = true);
    }

    /// Ends a guest that does not run at all.
    pub(crate) fn skip(&self) {
        self.state().change(self.guest, |waiting| waiting.at_ns = None);
    }

    fn hand_on(&self, state: &mut State) {
        let Some(&(_, next)) = state.order.first() else { return };
        state.current = next;
        if next != self.guest
            && let Some(passed) = self.turns.passed.get(next)
        {
            passed.notify_one();
        }
    }

    fn wait<'s>(&self, state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        let Some(passed) = self.turns.passed.get(self.guest) else { return state };
        passed.wait_while(state, |state| state.current != self.guest).unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.turns.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.change(self.0.guest, |waiting| waiting.at_ns = None);
        self.0.hand_on(&mut state);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::thread;

    use super::*;

    /// Returns how often this thread has slept (proc_pid_status(5)).
    fn sleeps() -> u32 {
        let status = fs::read_to_string("/proc/thread-self/status").expect("Linux tells it");
        let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        line.expect("Linux counts it").trim().parse().expect("a number")
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_turn_wakes_the_one_guest_that_it_goes_to() {
        const GUESTS: usize = 40;
        const TURNS: u32 = 50;
        let sim = Sim::new();
        let slept: Vec<u32> = thread::scope(|scope| {
            let guest = |turn: Turn| {
                scope.spawn(move || {
                    let before = sleeps();
                    let _running = turn.begin();
                    for number in 1..=TURNS {
                        turn.give(number.into());
                    }
                    sleeps() - before
                })
            };
            let guests: Vec<_> = Turn::of(GUESTS, &sim).map(guest).collect();
            guests.into_iter().map(|guest| guest.join().expect("it gives its turns")).collect()
        });
        let most = slept.iter().max();
        // Once for each turn, and now and then for the lock, which whoever hands on may still hold. Woken at every turn of the
        // others, they sleep several hundred times.
        assert!(most.is_some_and(|most| *most <= 3 * TURNS), "{slept:?}");
    }

    #[test]
    fn turns_go_by_time_and_then_by_the_order_of_the_command_line() {
        let sim = Sim::new();
        let order = Mutex::new(Vec::new());
        thread::scope(|scope| {
            // The first waits longest, and the last two as long as each other.
            for (turn, waits_ns) in Turn::of(4, &sim).zip([30_u64, 20, 10, 10]) {
                let order = &order;
                scope.spawn(move || {
                    let _running = turn.begin();
                    turn.give(waits_ns);
                    order.lock().expect("nobody panics").push(turn.guest);
                });
            }
        });
        assert_eq!(order.into_inner().expect("nobody panics"), [2, 3, 1, 0]);
    }
}
