//! Tasks of the controller that wait for time, and for nets.

use core::task::Waker;

use super::{Circuit, NetState};
use crate::net::{Level, Net};
use crate::signal::Signal;

/// What a task of the controller waits for at a net.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Awaited {
    /// The net is at a level, or comes to it.
    Level(Level),
    /// The net changes to a level.
    Edge(Level),
    /// The net changes.
    AnyEdge,
}

/// A task that waits at a net.
pub(super) struct Wait {
    number: u64,
    awaited: Awaited,
    signal: Signal<()>,
}

impl NetState {
    /// Gives the signals of the waits that a change to this level ends.
    pub(super) fn tell_waits(&mut self, level: Level) {
        self.waits.retain(|wait| {
            let over = matches!(wait.awaited, Awaited::AnyEdge)
                || matches!(wait.awaited, Awaited::Level(to) | Awaited::Edge(to) if to == level);
            if over {
                wait.signal.give(());
            }
            !over
        });
    }
}

impl Circuit {
    /// Returns a number that no other wait or transaction has.
    pub(crate) fn number(&mut self) -> u64 {
        self.numbers = self.numbers.wrapping_add(1);
        self.numbers
    }

    /// Lets a task sleep until a time, in the place of the sleep that had this key.
    pub(crate) fn sleep(&mut self, key: (u64, u64), waker: &Waker) {
        self.sleepers.insert(key, waker.clone());
        self.due_ns = self.due_ns.min(key.0);
    }

    /// Wakes the tasks whose time has come.
    pub(crate) fn wake_sleepers(&mut self) {
        while cfg!(feature = "tasks")
            && let Some(first) = self.sleepers.first_entry()
            && first.key().0 <= self.now_ns
        {
            first.remove().wake();
        }
    }

    /// Has a signal given when what is awaited at a net happens, and returns the number of the wait.
    pub(crate) fn wait_for(&mut self, net: Net, awaited: Awaited, signal: Signal<()>) -> u64 {
        let number = self.number();
        if awaited == Awaited::Level(self.level(net)) {
            signal.give(());
        } else if let Some(state) = self.nets.get_mut(net.0) {
            state.waits.push(Wait { number, awaited, signal });
        }
        number
    }

    /// Ends a wait.
    pub(crate) fn forget(&mut self, net: Net, number: u64) {
        if let Some(state) = self.nets.get_mut(net.0) {
            state.waits.retain(|wait| wait.number != number);
        }
    }
}
