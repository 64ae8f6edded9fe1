//! An input whose edges are waited for.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use wasm_embedded_host::Interrupt;
use wasm_embedded_host::digital::Error;
use wasm_embedded_sim::{Event, EventKind, Level, Net, Sim, Topology, TraceSink};

#[cfg(target_os = "linux")]
use super::hardware::Hardware;
#[cfg(target_os = "linux")]
use super::hardware::hosted::Hosted;
use super::{Board, BoardError};
use crate::policy::{PinBackend, PinLabel, Policy};

/// A change of an input's level, as a guest would see it: with `active-low`, rising is towards the lower voltage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Whether the input became active.
    pub rising: bool,
    /// When: virtual time, or that of the machine's monotonic clock.
    pub at: Duration,
    /// How many edges came too fast before this one, and were lost.
    pub missed: u32,
}

/// An input whose edges are waited for.
#[derive(Debug)]
pub struct Watch {
    source: Source,
    active_low: bool,
    /// The number of the last edge.
    number: u32,
}

#[derive(Debug)]
enum Source {
    Sim {
        sim: Sim,
        seen: Seen,
    },
    #[cfg(target_os = "linux")]
    Line(Box<Hosted<wasm_embedded_linux::Line>>),
}

impl Board {
    /// Builds the board of a policy, with the input of `label` for waiting for its edges. A line of hardware is then not among
    /// the guest's labels.
    ///
    /// # Errors
    ///
    /// As of [`Board::new`], or the line has no edges.
    pub fn with_watch(policy: &Policy, label: &PinLabel) -> Result<(Board, Watch), BoardError> {
        let mut policy = policy.clone();
        if !matches!(label.backend, PinBackend::Sim(_)) {
            policy.pins.retain(|other| other.label != label.label);
        }
        let board = Board::new(&policy)?;
        let source = match &label.backend {
            PinBackend::Sim(net) => {
                let seen = Seen { net: wasm_embedded_board::seen_net(board.sim(), label, net), edges: Arc::default() };
                board.sim().trace_to(Box::new(seen.clone()));
                Source::Sim { sim: board.sim().clone(), seen }
            }
            #[cfg(target_os = "linux")]
            PinBackend::Pin { .. } | PinBackend::Line(_) => Source::Line(Box::new(Hardware::watch(label)?)),
            #[cfg(not(target_os = "linux"))]
            PinBackend::Pin { .. } | PinBackend::Line(_) => {
                let (label, section) = (label.label.clone(), "[gpio]".to_owned());
                return Err(BoardError::Hardware { label, key: "pin", section });
            }
        };
        Ok((board, Watch { source, active_low: label.active_low, number: 0 }))
    }
}

impl Watch {
    /// Returns the time that edges are told in.
    #[must_use]
    pub fn now(&self) -> Duration {
        match &self.source {
            Source::Sim { sim, .. } => Duration::from_nanos(sim.now_ns()),
            #[cfg(target_os = "linux")]
            Source::Line(line) => line.now(),
        }
    }

    /// Waits for the next edge, until a time if one is given, or until the interrupt is requested. On a simulated board it also
    /// ends when nothing is going to happen any more, which is rare: many parts always have something to do.
    ///
    /// # Errors
    ///
    /// Fails as the hardware does.
    pub fn next(&mut self, until: Option<Duration>, interrupt: &Interrupt) -> Result<Option<Edge>, Error> {
        match &mut self.source {
            Source::Sim { sim, seen } => {
                let until_ns = until.map_or(u64::MAX, |until| u64::try_from(until.as_nanos()).unwrap_or(u64::MAX));
                let edge = next_simulated(sim, seen, until_ns, interrupt);
                Ok(edge.map(|(at_ns, level)| Edge {
                    rising: (level == Level::High) != self.active_low,
                    at: Duration::from_nanos(at_ns),
                    missed: 0,
                }))
            }
            #[cfg(target_os = "linux")]
            Source::Line(line) => {
                let Some(edge) = line.wait_for_edge(until, interrupt)? else { return Ok(None) };
                let missed = edge.number.wrapping_sub(self.number).saturating_sub(1);
                self.number = edge.number;
                Ok(Some(Edge { rising: edge.rising != self.active_low, at: edge.at, missed }))
            }
        }
    }
}

/// Lets virtual time pass from event to event until the net has changed.
fn next_simulated(sim: &Sim, seen: &Seen, until_ns: u64, interrupt: &Interrupt) -> Option<(u64, Level)> {
    loop {
        if let Some(edge) = seen.edges.lock().unwrap_or_else(PoisonError::into_inner).pop_front() {
            return Some(edge);
        }
        if interrupt.requested().is_some() {
            return None;
        }
        let now_ns = sim.now_ns();
        match sim.next_event_ns().filter(|at_ns| *at_ns <= until_ns) {
            Some(at_ns) => sim.advance_ns(at_ns.saturating_sub(now_ns)),
            None => {
                if until_ns < u64::MAX {
                    sim.advance_ns(until_ns.saturating_sub(now_ns));
                }
                return None;
            }
        }
    }
}

/// Changes of one net, in their order.
#[derive(Clone, Debug)]
struct Seen {
    net: Net,
    edges: Arc<Mutex<VecDeque<(u64, Level)>>>,
}

impl TraceSink for Seen {
    fn event(&mut self, event: &Event, _topology: &Topology) {
        if let EventKind::Net { net, level } = event.kind
            && net == self.net
        {
            self.edges.lock().unwrap_or_else(PoisonError::into_inner).push_back((event.at_ns, level));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNCING: &str = r#"
        [gpio]
        BUTTON = { sim = true, direction = "input", bias = "pull-up", active-low = true }
        QUIET = { sim = "BUTTON", direction = "input", active-low = true, debounce = "5ms" }
        [[part]]
        model = "button"
        net = "BUTTON"
        bounces = 2
        bounce-us = 1000
        presses = [{ at-ms = 100, for-ms = 50 }]
    "#;

    fn edges(label: &str, until: Option<Duration>) -> Vec<(bool, u128)> {
        let policy = Policy::parse("button.toml", BOUNCING).expect("a valid policy");
        let label = policy.pins.iter().find(|pin| pin.label == label).expect("a label");
        let (_board, mut watch) = Board::with_watch(&policy, label).expect("a simulated board");
        let mut edges = Vec::new();
        while let Some(edge) = watch.next(until, &Interrupt::default()).expect("a simulated pin") {
            edges.push((edge.rising, edge.at.as_millis()));
        }
        edges
    }

    #[test]
    fn edges_come_at_their_virtual_times_and_end_with_the_last() {
        let bouncing = edges("BUTTON", None);
        assert_eq!(bouncing[..3], [(true, 100), (false, 101), (true, 102)]);
        assert_eq!(bouncing.len(), 10, "{bouncing:?}");
    }

    #[test]
    fn a_debounced_input_has_one_edge_for_each_press_and_release() {
        assert_eq!(edges("QUIET", None), [(true, 109), (false, 159)]);
    }

    #[test]
    fn a_wait_ends_at_its_time() {
        assert_eq!(edges("BUTTON", Some(Duration::from_millis(101))), [(true, 100), (false, 101)]);
    }
}
