//! Puts the simulated pins of the labels into the guests' reach.

use wasm_embedded_board::{Labels, Pin};
use wasm_embedded_host::PinGrant;

use super::contexts::GuestContexts;
use super::{exits, simulated};
use crate::policy::PinLabel;

pub(super) fn add(wires: &mut Labels, contexts: &mut GuestContexts, labels: &[PinLabel]) {
    for label in labels {
        let (name, grant) = (&label.label, PinGrant::from(&label.settings));
        match wires.pin(name) {
            Ok(Pin::Output(output)) => {
                if let Some(level) = grant.on_exit {
                    contexts.add_exit(exits::of_pin(output.remote(), grant.electrical(level)));
                }
                contexts.output(name, simulated::Output(output), grant);
            }
            Ok(Pin::Input(input)) => contexts.input(name, simulated::Input::from(input), (&label.settings).into()),
            Ok(Pin::OpenDrain(pin)) => {
                if let Some(level) = grant.on_exit {
                    contexts.add_exit(exits::of_pin(pin.remote(), grant.electrical(level)));
                }
                contexts.io(name, simulated::Io::from(pin), grant);
            }
            // One of hardware.
            Err(_) => {}
        }
    }
}
