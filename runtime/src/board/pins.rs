//! Puts the simulated pins of the labels into the guests' reach.

use wasm_embedded_board::{Labels, Pin};
use wasm_embedded_host::{InputGrant, PinGrant, digital};

use super::rack::Rack;
use super::{exits, simulated};
use crate::policy::{PinLabel, PinLevel};

pub(super) fn add(wires: &mut Labels, rack: &mut Rack, labels: &[PinLabel]) {
    for label in labels {
        let (name, grant) = (&label.label, grant(label));
        match wires.pin(name) {
            Ok(Pin::Output(output)) => {
                if let Some(level) = grant.on_exit {
                    rack.add_exit(exits::of_pin(output.remote(), grant.electrical(level)));
                }
                rack.output(name, simulated::Output(output), grant);
            }
            Ok(Pin::Input(input)) => rack.input(name, simulated::Input(input), input_grant(label)),
            Ok(Pin::OpenDrain(pin)) => {
                if let Some(level) = grant.on_exit {
                    rack.add_exit(exits::of_pin(pin.remote(), grant.electrical(level)));
                }
                rack.io(name, simulated::Io(pin), grant);
            }
            // One of hardware.
            Err(_) => {}
        }
    }
}

/// Returns what a label grants.
pub(super) fn grant(label: &PinLabel) -> PinGrant {
    PinGrant { initial: logical(label.initial), on_exit: label.on_exit.map(logical), active_low: label.active_low }
}

/// Returns how the input of a label is read.
pub(super) fn input_grant(label: &PinLabel) -> InputGrant {
    InputGrant { active_low: label.active_low }
}

fn logical(level: PinLevel) -> digital::Level {
    match level {
        PinLevel::Low => digital::Level::Low,
        PinLevel::High => digital::Level::High,
    }
}
