//! Turns on a bus: the transactions that tasks wait for, one after the other.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use core::mem;

use crate::board_state::BoardState;
use crate::queue::Task;

/// A bus on which transactions take turns.
#[derive(Clone, Copy)]
pub(crate) enum Bus {
    /// The I2C bus of this index.
    I2c(usize),
    /// The SPI bus of this index.
    Spi(usize),
}

/// The place of a transaction in the queue of its bus.
#[derive(Clone, Copy)]
pub(crate) struct Turn {
    bus: Bus,
    number: u64,
}

/// A transaction that a task waits for.
pub(crate) trait Queued: Send {
    /// Does the next act on the wires. Returns how long it takes, or `None` when the transaction is over.
    fn act(&mut self, board_state: &mut BoardState) -> Option<u64>;

    /// Gives the outcome to the task.
    fn end(self: Box<Self>);
}

/// The transactions that tasks wait for, with their numbers. The first is on the wires; the others wait for their turn.
#[derive(Default)]
pub(crate) struct Turns(VecDeque<(u64, Box<dyn Queued>)>);

impl BoardState {
    fn turns(&mut self, bus: Bus) -> Option<&mut Turns> {
        match bus {
            Bus::I2c(index) => self.i2c.get_mut(index).map(|bus| &mut bus.turns),
            Bus::Spi(index) => self.spi.get_mut(index).map(|bus| &mut bus.turns),
        }
    }

    /// Puts a transaction into the queue of its bus.
    pub(crate) fn take_turn(&mut self, bus: Bus, transaction: Box<dyn Queued>) -> Turn {
        let number = self.circuit.number();
        if let Some(Turns(queue)) = self.turns(bus) {
            queue.push_back((number, transaction));
            if queue.len() == 1 {
                self.settle();
                self.go_on(bus);
                self.settle();
            }
        }
        Turn { bus, number }
    }

    /// Takes a transaction out of the queue, unless it is on the wires.
    pub(crate) fn give_up_turn(&mut self, turn: Turn) {
        if let Some(Turns(queue)) = self.turns(turn.bus) {
            let mut at = 0;
            queue.retain(|(other, _)| {
                at += 1;
                at == 1 || *other != turn.number
            });
        }
    }

    /// Lets time pass until no task has a transaction on the bus: for a caller that has all of the controller's time.
    pub(crate) fn wait_turn(&mut self, bus: Bus) {
        while cfg!(feature = "tasks")
            && self.turns(bus).is_some_and(|turns| !turns.0.is_empty())
            && let Some(next_ns) = self.circuit.next_ns()
        {
            self.run_until(next_ns);
        }
    }

    /// Returns whether a task has a transaction on a bus.
    pub(crate) fn has_turns(&self) -> bool {
        let i2c = self.i2c.iter().map(|bus| &bus.turns);
        i2c.chain(self.spi.iter().map(|bus| &bus.turns)).any(|turns| !turns.0.is_empty())
    }

    /// Does what is next on a bus, until time must pass.
    pub(crate) fn go_on(&mut self, bus: Bus) {
        // Parts are told of this time as by a caller that waits: one that asks to be woken now is, before time passes.
        let running = mem::replace(&mut self.circuit.running, false);
        while let Some((number, mut transaction)) = self.turns(bus).and_then(|turns| turns.0.pop_front()) {
            let takes_ns = loop {
                match transaction.act(self) {
                    Some(0) => self.settle(),
                    takes_ns => break takes_ns,
                }
            };
            if let Some(ns) = takes_ns {
                self.circuit.push(self.circuit.now_ns.saturating_add(ns), Task::Transaction(bus));
                if let Some(Turns(queue)) = self.turns(bus) {
                    queue.push_front((number, transaction));
                }
                break;
            }
            transaction.end();
        }
        self.circuit.running = running;
    }
}
