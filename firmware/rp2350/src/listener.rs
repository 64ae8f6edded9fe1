//! What happened on the wires, as lines of text and as edges of nets.

use std::sync::{Arc, Mutex, PoisonError};

use wasm_embedded_sim::{Event, EventKind, Level, Net, SpiEvent, SpiSelectId, Topology, TraceSink};

/// What a listener has heard.
#[derive(Default, Debug)]
pub(crate) struct Heard {
    pub(crate) lines: Vec<String>,
    /// The nets that changed since the pins were last asked, with their new levels.
    pub(crate) edges: Vec<(Net, Level)>,
}

/// Writes the events down.
pub(crate) struct Listener {
    heard: Arc<Mutex<Heard>>,
    /// Select lines that are nets here, and wires of a bus under the command: they have the same words in the trace.
    selects: Arc<Mutex<Vec<(Net, SpiSelectId, wasm_embedded_sim::SpiBusId)>>>,
}

pub(crate) type Selects = Arc<Mutex<Vec<(Net, SpiSelectId, wasm_embedded_sim::SpiBusId)>>>;

impl Listener {
    pub(crate) fn new(heard: &Arc<Mutex<Heard>>, selects: &Selects) -> Listener {
        Listener { heard: heard.clone(), selects: selects.clone() }
    }

    fn as_select(&self, event: &Event) -> Event {
        let EventKind::Net { net, level } = event.kind else { return *event };
        let selects = self.selects.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((_, select, bus)) = selects.iter().find(|(line, ..)| *line == net) else { return *event };
        let (bus, select) = (*bus, *select);
        let event_of = match level {
            Level::Low => SpiEvent::Select { select },
            Level::High => SpiEvent::Deselect { select },
        };
        Event { at_ns: event.at_ns, kind: EventKind::Spi { bus, event: event_of } }
    }
}

impl TraceSink for Listener {
    fn event(&mut self, event: &Event, topology: &Topology) {
        let text = self.as_select(event).text(topology).to_string();
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.lines.push(text);
        if let EventKind::Net { net, level } = event.kind {
            heard.edges.push((net, level));
        }
    }
}
