//! In which form this program tells what happens: as text for a person, or as events for a program.

use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use wasm_embedded_sim::{Event, EventKind, Topology, TraceSink};

use crate::cli::failure::Failure;
use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::output::outlet::{self, Outlet};
use wasm_embedded_runtime::output::{Console, Events, GuestEvents, Listener};
use wasm_embedded_runtime::report::{BusLoad, BusReport};
use wasm_embedded_runtime::run::{Ended, Exit};
use wasm_embedded_runtime::trace::{Capped, Format};

/// The form.
#[derive(Clone)]
pub(in crate::cli) enum OutputFormat {
    /// Text.
    Console,
    /// JSON on the standard output.
    Json(Arc<Mutex<Events<Outlet>>>),
}

impl OutputFormat {
    pub(in crate::cli) fn new(json: bool) -> OutputFormat {
        if json {
            OutputFormat::Json(Arc::new(Mutex::new(Events::new(outlet::stdout().clone()))))
        } else {
            OutputFormat::Console
        }
    }

    /// Returns who hears the guest.
    pub(super) fn listener(&self) -> Arc<Mutex<dyn Listener>> {
        match self {
            OutputFormat::Console => Arc::new(Mutex::new(Console::new())),
            OutputFormat::Json(events) => events.clone(),
        }
    }

    /// Returns who hears one of several guests.
    pub(super) fn listener_of(&self, guest: &str) -> Arc<Mutex<dyn Listener>> {
        match self {
            OutputFormat::Console => Arc::new(Mutex::new(Console::of_guest(guest))),
            OutputFormat::Json(events) => Arc::new(Mutex::new(GuestEvents::new(events.clone(), guest))),
        }
    }

    /// Tells an event, if events are told.
    pub(super) fn event(&self, at_ns: u64, name: &str, fields: Value) -> io::Result<()> {
        match self {
            OutputFormat::Console => Ok(()),
            OutputFormat::Json(events) => {
                events.lock().unwrap_or_else(PoisonError::into_inner).event(at_ns, name, fields)
            }
        }
    }

    /// Has faults of the simulated board told as they strike, if events are told.
    pub(super) fn tell_faults(&self, board: &Board) {
        if let OutputFormat::Json(_) = self {
            board.sim().trace_to(Box::new(Strikes(self.clone())));
        }
    }

    /// Tells the end of the guest, or of one of several.
    pub(super) fn ended(
        &self,
        guest: Option<&str>,
        ended: &Ended,
        status: u8,
        message: Option<&str>,
    ) -> Result<(), Failure> {
        let reason = match &ended.exit {
            Exit::Status(_) => "exit",
            Exit::Trap(_) => "trap",
            Exit::Limit { .. } => "limit",
            Exit::Timeout => "timeout",
            Exit::Stopped => "stopped",
            Exit::HostPanicked(_) => "panic",
            Exit::OutputClosed(_) => return Ok(()),
        };
        let mut fields = json!({ "reason": reason, "status": status });
        if let Some(guest) = guest {
            fields["guest"] = json!(guest);
        }
        if let Some(message) = message {
            fields["message"] = json!(message);
        }
        if let Exit::Limit { breach, .. } = &ended.exit {
            fields["limit"] = json!(breach.key());
        }
        if let Exit::Trap(_) | Exit::Limit { .. } = &ended.exit {
            fields["backtrace"] = json!(ended.exit.backtrace());
        }
        self.event(ended.at_ns, "exit", fields).map_err(Failure::output)
    }
}

/// Returns what buses were busy with, as JSON.
pub(super) fn buses(report: &BusReport, end_ns: u64) -> Vec<Value> {
    let span = |span: Option<(u64, u64)>| span.map(|(ns, at_ns)| json!({ "ns": ns, "at-ns": at_ns }));
    let bus = |bus: &BusLoad| {
        let parts = bus.parts.iter().map(|part| {
            json!({
                "part": part.name, "written": part.written, "read": part.read, "busy-ns": part.busy_ns,
                "transactions": part.transactions, "nacks": part.nacks,
            })
        });
        let faster = bus.faster().into_iter().map(|(clock, ns)| json!({ "clock": clock, "busy-ns": ns }));
        json!({
            "bus": bus.name, "kind": bus.kind, "bit-ns": bus.bit_ns, "busy-ns": bus.busy_ns,
            "load-percent": bus.percent(end_ns), "held-ns": bus.held_ns, "framing-ns": bus.framing_ns,
            "nacks": bus.nacks, "transactions": bus.transactions, "longest": span(bus.longest), "gap": span(bus.gap),
            "parts": parts.collect::<Vec<_>>(), "faster": faster.collect::<Vec<_>>(),
        })
    };
    report.buses().iter().map(bus).collect()
}

/// Tells of faults as they strike.
struct Strikes(OutputFormat);

impl TraceSink for Strikes {
    fn event(&mut self, event: &Event, _topology: &Topology) {
        if let EventKind::Fault { name, .. } = event.kind {
            // A guest whose events nobody takes is stopped by what it says itself.
            let _ = self.0.event(event.at_ns, "strike", json!({ "fault": name }));
        }
    }
}

/// The trace as events, as far as it may go on.
pub(super) struct EventsFormat {
    output_format: OutputFormat,
    cap: Capped<io::Sink>,
}

impl EventsFormat {
    pub(super) fn new(output_format: OutputFormat, trace_bytes: u64) -> EventsFormat {
        EventsFormat { output_format, cap: Capped::new(io::sink(), trace_bytes) }
    }
}

impl Format for EventsFormat {
    fn event(&mut self, event: &Event, topology: &Topology) -> io::Result<()> {
        let text = event.text(topology).to_string();
        // The time is in the event already.
        let text = text.split_once(' ').map_or(text.as_str(), |(_, text)| text);
        self.cap.write_all(text.as_bytes())?;
        self.output_format.event(event.at_ns, "trace", json!({ "text": text }))
    }

    fn topology(&mut self, _topology: &Topology) {}

    fn finish(&mut self, _end_ns: u64) -> io::Result<()> {
        Ok(())
    }
}
