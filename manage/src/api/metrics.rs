//! What a Prometheus server asks for: the text format, version 0.0.4 (prometheus.io, "Exposition formats").

use std::fmt::Write as _;

use crate::application::{Phase, Status};

/// The media type of the format.
pub(super) const KIND: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A metric: its name, its type, what it says, and its value for an application.
type Metric = (&'static str, &'static str, &'static str, fn(&Status) -> Option<u64>);

const METRICS: [Metric; 8] = [
    ("wasm_embedded_application_running", "gauge", "Whether the guest runs.", |status| {
        Some(u64::from(matches!(status.phase, Phase::Running)))
    }),
    ("wasm_embedded_application_wanted", "gauge", "Whether the application is to run.", |status| {
        Some(u64::from(status.wanted))
    }),
    ("wasm_embedded_application_on_trial", "gauge", "Whether the component has yet to prove itself.", |status| {
        Some(u64::from(status.on_trial))
    }),
    ("wasm_embedded_application_starts_total", "counter", "Starts of the process.", |status| Some(status.starts)),
    ("wasm_embedded_application_restarts_total", "counter", "Starts after the guest had ended by itself.", |status| {
        Some(status.restarts)
    }),
    ("wasm_embedded_application_limits_total", "counter", "Ends at a limit of the policy.", |status| {
        Some(status.limits)
    }),
    ("wasm_embedded_application_generation", "gauge", "Changes that the application was told.", |status| {
        Some(status.generation)
    }),
    ("wasm_embedded_application_memory_bytes", "gauge", "Memory of the process.", |status| status.memory_bytes),
];

/// Returns what is known of all applications.
pub(super) fn text(statuses: &[Status]) -> String {
    let mut text = String::new();
    for (metric, kind, help, value) in METRICS {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "# HELP {metric} {help}\n# TYPE {metric} {kind}");
        for status in statuses {
            if let Some(value) = value(status) {
                // A name has no letter that would have to be escaped.
                let _ = writeln!(text, "{metric}{{application=\"{}\"}} {value}", status.name);
            }
        }
    }
    text
}
