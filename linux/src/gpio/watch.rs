//! The edges of a line that somebody watches, kept until they are taken.

use std::collections::VecDeque;
use std::time::Duration;

use super::Edge;

/// How many edges are kept of a line; the oldest goes when another comes.
pub const KEPT_EDGES: usize = 1024;

/// An edge that was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptEdge {
    /// The edge, as the kernel told it.
    pub edge: Edge,
    /// How many edges of the line were lost between the one that was taken before and this one.
    pub missed: u32,
}

/// The edges since somebody began to watch.
#[derive(Debug)]
pub(super) struct Watch {
    /// Edges before this time do not count.
    since: Duration,
    /// The number of the edge before the next one that is taken.
    last: u32,
    edges: VecDeque<Edge>,
}

impl Watch {
    /// Begins at a time, after the edge of a number.
    pub(super) fn new(since: Duration, last: u32) -> Watch {
        Watch { since, last, edges: VecDeque::new() }
    }

    pub(super) fn since(&self) -> Duration {
        self.since
    }

    /// Keeps an edge, unless it came before the watch.
    pub(super) fn keep(&mut self, edge: Edge) {
        if edge.at < self.since {
            self.last = edge.number;
            return;
        }
        if self.edges.len() >= KEPT_EDGES {
            // Its number is missing then, as that of an edge which the kernel had no room for.
            self.edges.pop_front();
        }
        self.edges.push_back(edge);
    }

    /// Takes the oldest edge.
    pub(super) fn take(&mut self) -> Option<KeptEdge> {
        let edge = self.edges.pop_front()?;
        let missed = edge.number.wrapping_sub(self.last).wrapping_sub(1);
        self.last = edge.number;
        Some(KeptEdge { edge, missed })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }
}
