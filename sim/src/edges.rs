//! The edges of a net, as a controller's counter or capture unit has them: each with its time, and none lost while nobody looks.

use core::fmt;

use crate::circuit::{Awaited, Kept, KeptEdge};
use crate::digital::ACCESS_NS;
use crate::future::SimWait;
use crate::net::Net;
use crate::sim::Sim;

/// The edges of a net from one time on, up to [`KEPT_EDGES`](crate::KEPT_EDGES) at once. Made by [`Sim::watch`]. Dropping it ends
/// the watch.
pub struct SimEdges {
    sim: Sim,
    net: Net,
    number: u64,
    kept: Kept,
}

impl Sim {
    /// Begins to keep the edges of a net. It takes as long as any access to a pin. A level that comes and goes by modulation
    /// ([`SimPwm`](crate::SimPwm)) makes no edges, as it ends no wait.
    #[must_use]
    pub fn watch(&self, net: Net) -> SimEdges {
        let kept = Kept::default();
        let mut board_state = self.lock();
        let number = board_state.circuit.keep_edges(net, kept.clone());
        board_state.advance(ACCESS_NS);
        board_state.circuit.call_hook();
        drop(board_state);
        SimEdges { sim: self.clone(), net, number, kept }
    }
}

impl SimEdges {
    /// Takes the oldest edge. It takes as long as any access to a pin, so that a driver which polls makes time pass.
    pub fn take(&mut self) -> Option<KeptEdge> {
        let edge = self.kept.take();
        let mut board_state = self.sim.lock();
        board_state.advance(ACCESS_NS);
        board_state.circuit.call_hook();
        edge
    }

    /// Returns whether there is an edge to be taken, without any time passing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Begins to wait for the next edge that is kept. Look at [`SimEdges::is_empty`] afterwards: an edge that is there already ends
    /// no wait.
    pub fn start_wait(&self) -> SimWait {
        self.sim.wait_for(self.net, Awaited::AnyEdge)
    }
}

impl Drop for SimEdges {
    fn drop(&mut self) {
        self.sim.lock().circuit.end_watch(self.net, self.number);
    }
}

impl fmt::Debug for SimEdges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimEdges").field("net", &self.net).finish_non_exhaustive()
    }
}
