//! Several guests in virtual time: one of them runs at a time, in an order that depends on nothing but what they do.
//!
//! Each guest has a thread, and the one whose turn it is hands it on when it waits, and at the end of every call that takes virtual
//! time. The next turn is that of the guest whose wait ends first; of those that are equal, the first of the command line. Time
//! passes only in the hands of the guest whose turn it is, and never past the end of another's wait while it waits itself.

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
    passed: Condvar,
}

#[derive(Debug)]
struct State {
    /// Whose turn it is.
    current: usize,
    guests: Vec<Waiting>,
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

impl Turn {
    /// Returns the turns of so many guests on a board; the first begins.
    pub(crate) fn of(count: usize, sim: &Sim) -> impl Iterator<Item = Turn> + use<> {
        let guests = vec![Waiting { at_ns: Some(0), is_woken: false, is_leaving: false }; count];
        let state = Mutex::new(State { current: 0, guests });
        let turns = Arc::new(Turns { sim: sim.clone(), state, passed: Condvar::new() });
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
        if let Some(waiting) = state.guests.get_mut(self.guest) {
            waiting.at_ns = Some(at_ns);
        }
        self.hand_on(&mut state);
        let mut state = self.wait(state);
        match state.guests.get_mut(self.guest).map(|waiting| std::mem::take(&mut waiting.is_woken)) {
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
        if let Some(waiting) = self.state().guests.get_mut(self.guest) {
            waiting.is_leaving = true;
        }
    }

    /// Has this guest continue at once, since one of its tasks was woken.
    pub(crate) fn wake(&self) {
        if let Some(waiting) = self.state().guests.get_mut(self.guest) {
            waiting.is_woken = true;
        }
    }

    /// Ends a guest that does not run at all.
    pub(crate) fn skip(&self) {
        if let Some(waiting) = self.state().guests.get_mut(self.guest) {
            waiting.at_ns = None;
        }
    }

    fn hand_on(&self, state: &mut State) {
        let waits = state.guests.iter().enumerate().filter_map(|(guest, waiting)| {
            let at_ns = waiting.at_ns?;
            Some((if waiting.is_woken { 0 } else { at_ns }, guest))
        });
        if let Some((_, next)) = waits.min() {
            state.current = next;
            self.turns.passed.notify_all();
        }
    }

    fn wait<'s>(&self, state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        let waited = self.turns.passed.wait_while(state, |state| state.current != self.guest);
        waited.unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.turns.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.0.state();
        if let Some(waiting) = state.guests.get_mut(self.0.guest) {
            waiting.at_ns = None;
        }
        self.0.hand_on(&mut state);
    }
}
