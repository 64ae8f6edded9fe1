//! What goes wrong in parts: their supply, their connection, their time.

use alloc::vec::Vec;

use super::condition::Rate;
use super::{Armed, Fault, FaultId, NetFault, Targets, When};
use crate::board_state::BoardState;
use crate::circuit::PartView;
use crate::part::PartId;
use crate::queue::Task;

/// What goes wrong in a part.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PartFault {
    /// The supply fails for a moment before a byte of the transaction, the first of which is 0, addresses included: the part
    /// forgets all but what it keeps without a supply, and hears nothing until the next transaction.
    BrownOut {
        /// The byte.
        byte: u32,
    },
    /// The part is off the board, without supply: nothing answers in its place. It is powered on anew when it comes back.
    Unplugged,
    /// The part's time stands still: measurements never end, data stay as they are. It answers on its bus.
    Stopped,
    /// The part takes so many times as long for everything that it does by itself.
    Slow {
        /// How many times; 0 counts as 1.
        factor: u32,
    },
    /// The code that simulates the part panics as a transaction with it begins: a fault of the host's own, for what must hold then.
    Panic,
    /// As [`PartFault::Slow`], with a factor drawn anew for every transaction.
    Jitter {
        /// The greatest factor; 0 counts as 1.
        factor: u32,
    },
}

impl PartFault {
    pub(super) fn name(self) -> &'static str {
        match self {
            PartFault::BrownOut { .. } => "brown-out",
            PartFault::Unplugged => "unplugged",
            PartFault::Stopped => "stopped",
            PartFault::Slow { .. } => "slow",
            PartFault::Jitter { .. } => "jitter",
            PartFault::Panic => "panic",
        }
    }

    /// Returns whether the fault holds for a time, and not at one byte or one moment.
    fn lasts(self) -> bool {
        !matches!(self, PartFault::BrownOut { .. } | PartFault::Panic)
    }

    /// Returns how fast the part's time runs while the fault holds. `drawn` is the number drawn for this transaction.
    fn rate(self, drawn: u32) -> Rate {
        match self {
            PartFault::BrownOut { .. } | PartFault::Unplugged | PartFault::Panic => Rate::Normal,
            PartFault::Stopped => Rate::Stopped,
            PartFault::Slow { factor } => Rate::Slowed(factor.max(1)),
            PartFault::Jitter { .. } => Rate::Slowed(drawn.max(1)),
        }
    }
}

/// The slower of two rates.
fn slower(one: Rate, other: Rate) -> Rate {
    match (one, other) {
        (Rate::Stopped, _) | (_, Rate::Stopped) => Rate::Stopped,
        (Rate::Slowed(one), Rate::Slowed(other)) => Rate::Slowed(one.max(other)),
        (Rate::Slowed(factor), Rate::Normal) | (Rate::Normal, Rate::Slowed(factor)) => Rate::Slowed(factor),
        (Rate::Normal, Rate::Normal) => Rate::Normal,
    }
}

impl BoardState {
    /// Arms a fault. One that depends on the time alone begins and ends by itself.
    pub(crate) fn inject(&mut self, fault: Fault, when: When) -> FaultId {
        let lasts = matches!(&fault, Fault::Part { fault, .. } if fault.lasts())
            || matches!(&fault, Fault::Net { fault: NetFault::Stuck(_), .. });
        let window = (lasts && when.is_window()).then_some([when.from_ns, when.until_ns]);
        let id = self.circuit.faults.arm(fault, when);
        for at_ns in window.into_iter().flatten().filter(|at_ns| *at_ns < u64::MAX) {
            self.circuit.push(at_ns, Task::Fault(id.0));
        }
        self.settle();
        id
    }

    /// Ends a fault for good.
    pub(crate) fn withdraw(&mut self, id: FaultId) {
        let Some(armed) = self.circuit.faults.armed.get_mut(id.0) else { return };
        armed.withdrawn = true;
        armed.holds = false;
        match armed.fault {
            Fault::Part { part, .. } => self.refresh_part(part.0),
            Fault::Net { net, fault: NetFault::Stuck(_) } => self.circuit.force(net, None),
            _ => {}
        }
        self.settle();
    }

    /// Begins or ends a fault at a border of its time.
    pub(crate) fn fault_due(&mut self, index: usize) {
        let now_ns = self.circuit.now_ns;
        let Some(armed) = self.circuit.faults.armed.get_mut(index).filter(|armed| !armed.withdrawn) else { return };
        let when = armed.trigger.when();
        armed.holds = (when.from_ns..when.until_ns).contains(&now_ns);
        let (holds, fault) = (armed.holds, armed.fault.clone());
        if holds {
            let event = self.circuit.faults.event(index);
            self.circuit.trace(event);
        }
        match fault {
            Fault::Part { part, .. } => {
                self.redraw(index);
                self.refresh_part(part.0);
            }
            Fault::Net { net, fault: NetFault::Stuck(level) } => self.circuit.force(net, holds.then_some(level)),
            _ => {}
        }
    }

    /// Counts a transaction for the faults of the parts that `is_on` says it is with, and lets them begin or end. Returns the
    /// parts that lose their supply in it, with the byte.
    pub(super) fn strike_parts(&mut self, is_on: impl Fn(PartId, Targets) -> bool) -> Vec<(usize, u32)> {
        let mut brown_outs = Vec::new();
        for index in 0..self.circuit.faults.armed.len() {
            let Some(Armed { fault: Fault::Part { part, targets, fault }, holds, .. }) = self.circuit.faults.get(index)
            else {
                continue;
            };
            let (part, fault, held) = (*part, *fault, *holds);
            if !is_on(part, *targets) {
                continue;
            }
            let strikes = self.circuit.faults.strike(index, self.circuit.now_ns);
            if strikes && (!held || !fault.lasts()) {
                let event = self.circuit.faults.event(index);
                self.circuit.trace(event);
            }
            match fault {
                PartFault::BrownOut { byte } if strikes => brown_outs.push((part.0, byte)),
                PartFault::Panic if strikes => panic!("a fault of the board makes a simulated part panic"),
                _ => {}
            }
            if !fault.lasts() {
                continue;
            }
            if let Some(armed) = self.circuit.faults.armed.get_mut(index) {
                armed.holds = strikes;
            }
            self.redraw(index);
            self.refresh_part(part.0);
        }
        brown_outs
    }

    /// Draws a factor for a fault that has one.
    fn redraw(&mut self, index: usize) {
        if let Some(armed) = self.circuit.faults.armed.get_mut(index)
            && let Fault::Part { fault: PartFault::Jitter { factor }, .. } = armed.fault
        {
            let drawn = armed.trigger.draw(u64::from(factor.max(1)));
            armed.drawn = u32::try_from(drawn).unwrap_or(u32::MAX).saturating_add(1);
        }
    }

    /// Makes a part what the faults that hold now make of it.
    fn refresh_part(&mut self, part: usize) {
        let (mut absent, mut rate) = (false, Rate::Normal);
        for armed in self.circuit.faults.armed.iter().filter(|armed| armed.holds) {
            if let Fault::Part { part: id, fault, .. } = &armed.fault
                && id.0 == part
            {
                absent |= *fault == PartFault::Unplugged;
                rate = slower(rate, fault.rate(armed.drawn));
            }
        }
        let (was_absent, wakes) = self.circuit.faults.conditions.set(part, absent, rate, self.circuit.now_ns);
        for (at_ns, own_ns) in wakes {
            self.circuit.push(at_ns, Task::Wake { part, own_ns });
        }
        match (was_absent, absent) {
            (false, true) => {
                self.cut_off(part);
                self.with(part, |part, board| part.power_off(board));
            }
            (true, false) => {
                self.with(part, |part, board| part.power_on(board));
                self.reconnect(part);
                self.listen_to_peers();
            }
            _ => {}
        }
        self.settle();
    }

    /// Takes a part's supply away for a moment.
    pub(super) fn brown_out(&mut self, part: usize) {
        self.cut_off(part);
        self.with(part, |part, board| {
            part.power_off(board);
            part.power_on(board);
        });
        self.settle();
    }

    /// Lets go of everything that a part drives, and takes it out of the transactions under way.
    fn cut_off(&mut self, part: usize) {
        self.circuit.release(part);
        for bus in &mut self.i2c {
            bus.disengage(part);
        }
        for bus in &mut self.spi {
            bus.deactivate(part);
        }
    }

    /// Selects a part that came back where its select line is active.
    fn reconnect(&mut self, part: usize) {
        let selected = self.selects.iter().filter_map(|select| select.active_bus(part)).collect::<Vec<_>>();
        let always = self.spi.iter().enumerate().filter(|(_, bus)| bus.has_always(part)).map(|(index, _)| index);
        let always = always.map(crate::spi::SpiBusId).collect::<Vec<_>>();
        for bus in selected.into_iter().chain(always) {
            let BoardState { circuit, parts, spi, .. } = self;
            if let Some(bus) = spi.get_mut(bus.0)
                && let Some(target) = parts.get_mut(part).and_then(|part| part.spi())
            {
                bus.push_active(part);
                target.select(&mut PartView { circuit, part });
            }
        }
    }
}
