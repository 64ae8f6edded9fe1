//! Watches the wires of a board, for what must hold of them whoever uses them.

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::Hash as _;
#[cfg(feature = "compile")]
use std::hash::Hasher as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wasm_embedded_sim::{Address, Event, EventKind, I2cEvent, I2cLine, Sim, SpiEvent, Topology, TraceSink};

/// What is on the wires. Clones share it: one is the board's sink.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wires(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// A digest of all events.
    digest: DefaultHasher,
    last_ns: u64,
    /// The buses in a transaction, and the select lines that are active.
    busy: BTreeSet<String>,
    addresses: BTreeSet<u16>,
    /// The buses on which SDA is held low: a STOP ends that, too.
    cleared: BTreeSet<String>,
    /// Whether a fault kept a select line from moving: then nothing is to be said of them.
    stuck: bool,
    /// What does not hold.
    wrong: Vec<String>,
}

impl Wires {
    /// Begins to watch a board.
    pub(crate) fn of(sim: &Sim) -> Wires {
        let wires = Wires::default();
        sim.trace_to(Box::new(wires.clone()));
        wires
    }

    /// Checks what must hold between two calls of a controller.
    ///
    /// # Panics
    ///
    /// It does not: a bus is not idle, or an event is where it cannot be.
    pub(crate) fn check(&self) {
        let state = self.state();
        assert!(state.wrong.is_empty(), "{:?}", state.wrong);
        assert!(state.busy.is_empty(), "not idle: {:?}", state.busy);
    }

    /// Returns the addresses that were on an I2C bus; those of ten bits have bit 15 set.
    #[cfg(feature = "compile")]
    pub(crate) fn addresses(&self) -> BTreeSet<u16> {
        self.state().addresses.clone()
    }

    /// Returns a number that is another one for other events.
    #[cfg(feature = "compile")]
    pub(crate) fn digest(&self) -> u64 {
        self.state().digest.finish()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TraceSink for Wires {
    fn event(&mut self, event: &Event, topology: &Topology) {
        let mut state = self.state();
        event.text(topology).to_string().hash(&mut state.digest);
        if event.at_ns < state.last_ns {
            let said = format!("{:?} is at {} ns, and not before {} ns", event.kind, event.at_ns, state.last_ns);
            state.wrong.push(said);
        }
        state.last_ns = event.at_ns;
        match event.kind {
            EventKind::I2c { bus, event: kind, .. } => {
                let name = topology.i2c_name(bus).to_owned();
                match kind {
                    I2cEvent::Start => {
                        state.cleared.remove(&name);
                        state.begins(name);
                    }
                    I2cEvent::Hold { line: I2cLine::Sda, .. } => drop(state.cleared.insert(name)),
                    I2cEvent::Stop if state.cleared.remove(&name) => {}
                    I2cEvent::Stop => state.ends(&name),
                    I2cEvent::Address { address, .. } => {
                        state.expect_busy(&name, &kind);
                        state.addresses.insert(match address {
                            Address::SevenBit(address) => address.into(),
                            Address::TenBit(address) => 0x8000 | address,
                        });
                    }
                    I2cEvent::RepeatedStart | I2cEvent::Byte { .. } => state.expect_busy(&name, &kind),
                    _ => {}
                }
            }
            EventKind::Fault { name: "select-stuck", .. } => {
                state.stuck = true;
                state.busy.clear();
            }
            EventKind::Spi { .. } if state.stuck => {}
            EventKind::Spi { event: SpiEvent::Select { select }, .. } => {
                state.begins(topology.select_name(select).to_owned());
            }
            EventKind::Spi { event: SpiEvent::Deselect { select }, .. } => state.ends(topology.select_name(select)),
            _ => {}
        }
    }
}

impl State {
    fn begins(&mut self, name: String) {
        if !self.busy.insert(name.clone()) {
            self.wrong.push(format!("{name} begins twice"));
        }
    }

    fn ends(&mut self, name: &str) {
        if !self.busy.remove(name) {
            self.wrong.push(format!("{name} ends twice"));
        }
    }

    fn expect_busy(&mut self, name: &str, kind: &I2cEvent) {
        if !self.busy.contains(name) {
            self.wrong.push(format!("{kind:?} on {name}, which is idle"));
        }
    }
}
