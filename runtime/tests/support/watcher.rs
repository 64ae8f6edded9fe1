//! Watches the wires of a board, and stops the guest at one of its events.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wasm_embedded_host::{Interrupt, Reason};
use wasm_embedded_sim::{Event, EventKind, I2cEvent, Sim, SpiEvent, Topology, TraceSink};

/// What is on the wires. Clones share it: one is the board's sink.
#[derive(Clone, Default)]
pub(crate) struct Watcher(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    events: u64,
    /// The buses in a transaction, and the select lines that are active, by name.
    busy: BTreeSet<String>,
    /// The guest is stopped at the event of this number, from 1.
    at: Option<u64>,
    stop: Interrupt,
    /// What began after the guest was stopped.
    late: Vec<String>,
}

impl Watcher {
    /// Begins to watch a board, on which `stop` stops the guest.
    pub(crate) fn of(sim: &Sim, stop: &Interrupt) -> Watcher {
        let watcher = Watcher::default();
        watcher.state().stop = stop.clone();
        sim.trace_to(Box::new(watcher.clone()));
        watcher
    }

    /// Has the guest stopped at an event, the first of which is 1.
    pub(crate) fn stop_at(&self, event: u64) {
        self.state().at = Some(event);
    }

    /// Returns how many events there were.
    pub(crate) fn events(&self) -> u64 {
        self.state().events
    }

    /// Returns the transactions that began after the guest was stopped.
    pub(crate) fn late(&self) -> Vec<String> {
        self.state().late.clone()
    }

    /// Returns what is not idle.
    pub(crate) fn busy(&self) -> Vec<String> {
        self.state().busy.iter().cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TraceSink for Watcher {
    fn event(&mut self, event: &Event, topology: &Topology) {
        let mut state = self.state();
        state.events += 1;
        let stopped = state.stop.requested().is_some();
        match event.kind {
            EventKind::I2c { bus, event: I2cEvent::Start | I2cEvent::RepeatedStart, .. } => {
                state.begins(format!("bus {}", topology.i2c_name(bus)), stopped);
            }
            EventKind::I2c { bus, event: I2cEvent::Stop, .. } => {
                state.busy.remove(&format!("bus {}", topology.i2c_name(bus)));
            }
            EventKind::Spi { event: SpiEvent::Select { select }, .. } => {
                state.begins(format!("select line {}", topology.select_name(select)), stopped);
            }
            EventKind::Spi { event: SpiEvent::Deselect { select }, .. } => {
                state.busy.remove(&format!("select line {}", topology.select_name(select)));
            }
            _ => {}
        }
        if state.at == Some(state.events) {
            state.stop.request(Reason::Killed);
        }
    }
}

impl State {
    /// Notes that something is busy from now on.
    fn begins(&mut self, what: String, stopped: bool) {
        // A repeated START begins nothing.
        if self.busy.insert(what.clone()) && stopped {
            self.late.push(what);
        }
    }
}
