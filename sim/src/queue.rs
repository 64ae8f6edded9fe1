//! What is to happen at a later virtual time.

use alloc::boxed::Box;
use alloc::collections::BinaryHeap;
use core::cmp::Ordering;

use crate::net::{Level, Net};
use crate::stimulus::StimulusContext;
use crate::turns::Bus;

/// A stimulus.
pub(crate) type Action = Box<dyn FnOnce(&mut dyn StimulusContext) + Send>;

/// What happens when a timer is due.
pub(crate) enum Task {
    /// A part is woken.
    Wake {
        /// The index of the part.
        part: usize,
        /// The time that it asked for, in its own time.
        own_ns: u64,
    },
    /// The fault of this index begins or ends.
    Fault(usize),
    /// A fault has a net carry a level, or lets go of it.
    Force(Net, Option<Level>),
    /// A stimulus runs.
    Act(Action),
    /// The course of this index sets its control again.
    Course(usize),
    /// The frame of a byte from the controller ends on the serial port of this index.
    UartSent(usize),
    /// The frame of a byte to the controller ends on the serial port of this index.
    UartReceived(usize),
    /// The transaction on a bus goes on.
    Transaction(Bus),
}

/// A task and its time.
pub(crate) struct Timer {
    pub(crate) at_ns: u64,
    late: bool,
    sequence: u64,
    pub(crate) task: Task,
}

/// Timers by time; those of the same time in the order in which they were asked for.
#[derive(Default)]
pub(crate) struct Queue {
    timers: BinaryHeap<Timer>,
    sequence: u64,
}

impl Queue {
    pub(crate) fn push(&mut self, at_ns: u64, task: Task) {
        self.sequence = self.sequence.wrapping_add(1);
        // A controller acts after the parts of the same time, as it does when its caller waits for it.
        let late = matches!(task, Task::Transaction(_));
        self.timers.push(Timer { at_ns, late, sequence: self.sequence, task });
    }

    /// Returns the time of the first timer.
    pub(crate) fn next_ns(&self) -> Option<u64> {
        self.timers.peek().map(|timer| timer.at_ns)
    }

    /// Takes the first timer if it is due at `now_ns`.
    pub(crate) fn pop_due(&mut self, now_ns: u64) -> Option<Timer> {
        if self.next_ns()? <= now_ns { self.timers.pop() } else { None }
    }
}

// The heap gives the greatest first, so the earliest timer is the greatest.
impl Ord for Timer {
    fn cmp(&self, other: &Timer) -> Ordering {
        (other.at_ns, other.late, other.sequence).cmp(&(self.at_ns, self.late, self.sequence))
    }
}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Timer) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Timer {
    fn eq(&self, other: &Timer) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Timer {}
