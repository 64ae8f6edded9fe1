//! Edges of nets that are kept until somebody takes them.

use alloc::collections::VecDeque;
use alloc::sync::Arc;

use spin::Mutex;

use super::{Circuit, NetState};
use crate::net::{Level, Net};

/// How many edges are kept at a net for one who watches it; the oldest goes when another comes.
pub const KEPT_EDGES: usize = 1024;

/// An edge that was kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeptEdge {
    /// The time of the edge.
    pub at_ns: u64,
    /// The level after it.
    pub level: Level,
    /// How many edges were lost between the one that was taken before and this one.
    pub missed: u32,
}

/// The edges of a net since somebody began to watch it. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<Queue>>);

#[derive(Default)]
struct Queue {
    edges: VecDeque<(u64, Level)>,
    missed: u32,
}

/// One who watches a net.
pub(super) struct Watch {
    number: u64,
    kept: Kept,
}

impl Kept {
    fn keep(&self, at_ns: u64, level: Level) {
        let mut queue = self.0.lock();
        if queue.edges.len() >= KEPT_EDGES {
            queue.edges.pop_front();
            queue.missed = queue.missed.saturating_add(1);
        }
        queue.edges.push_back((at_ns, level));
    }

    /// Returns the oldest edge.
    pub(crate) fn take(&self) -> Option<KeptEdge> {
        let mut queue = self.0.lock();
        let (at_ns, level) = queue.edges.pop_front()?;
        Some(KeptEdge { at_ns, level, missed: core::mem::take(&mut queue.missed) })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.lock().edges.is_empty()
    }
}

impl NetState {
    /// Has a change to this level kept.
    pub(super) fn keep_edge(&self, at_ns: u64, level: Level) {
        for watch in &self.watches {
            watch.kept.keep(at_ns, level);
        }
    }
}

impl Circuit {
    /// Has the edges of a net kept from now on, and returns the number of the watch.
    pub(crate) fn keep_edges(&mut self, net: Net, kept: Kept) -> u64 {
        let number = self.number();
        if let Some(state) = self.nets.get_mut(net.0) {
            state.watches.push(Watch { number, kept });
        }
        number
    }

    /// Has them kept no longer.
    pub(crate) fn end_watch(&mut self, net: Net, number: u64) {
        if let Some(state) = self.nets.get_mut(net.0) {
            state.watches.retain(|watch| watch.number != number);
        }
    }
}
