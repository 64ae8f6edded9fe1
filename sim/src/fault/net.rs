//! What goes wrong on nets: contacts that bounce, edges that get lost, lines that stick.

use super::{Armed, Fault};
use crate::circuit::Circuit;
use crate::net::{Level, Net};
use crate::queue::Task;

/// What goes wrong on a net.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NetFault {
    /// The level jumps back and forth after a change before it stays.
    Bounce {
        /// How often it jumps back.
        times: u8,
        /// How long each level lasts on the way, in nanoseconds.
        ns: u64,
    },
    /// A change is seen late; one that is over by then is never seen.
    MissedEdge {
        /// How late, in nanoseconds.
        ns: u64,
    },
    /// The net carries this level whoever drives it, from the change that is struck on. Where [`When`](super::When) says
    /// nothing but a time, during that time.
    Stuck(Level),
}

impl NetFault {
    pub(super) fn name(self) -> &'static str {
        match self {
            NetFault::Bounce { .. } => "bounce",
            NetFault::MissedEdge { .. } => "missed-edge",
            NetFault::Stuck(_) => "stuck",
        }
    }
}

impl Circuit {
    /// Counts a change of a net to `level` for the faults of that net.
    pub(crate) fn strike_net(&mut self, net: Net, level: Level) {
        for index in 0..self.faults.armed.len() {
            let Some(Armed { fault: Fault::Net { net: on, fault }, trigger, holds, .. }) = self.faults.get(index)
            else {
                continue;
            };
            let (fault, window) = (*fault, matches!(fault, NetFault::Stuck(_)) && trigger.when().is_window());
            if *on != net || *holds || window || !self.faults.strike(index, self.now_ns) {
                continue;
            }
            let event = self.faults.event(index);
            self.trace(event);
            let now_ns = self.now_ns;
            let after = |ns: u64| now_ns.saturating_add(ns);
            match fault {
                NetFault::Bounce { times, ns } => {
                    let jumps = u64::from(times) * 2;
                    for jump in 0..jumps {
                        let seen = if jump % 2 == 0 { Some(!level) } else { Some(level) };
                        let seen = if jump + 1 == jumps { None } else { seen };
                        self.push(after(ns.saturating_mul(jump + 1)), Task::Force(net, seen));
                    }
                }
                NetFault::MissedEdge { ns } => {
                    self.push(after(ns), Task::Force(net, None));
                    self.hold(net, Some(!level));
                }
                NetFault::Stuck(level) => self.hold(net, Some(level)),
            }
        }
    }
}
