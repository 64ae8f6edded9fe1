//! Puts the guest's pins on their nets.

use wasm_embedded_host::{InputGrant, PinGrant, digital};
use wasm_embedded_sim::parts::Debounce;
use wasm_embedded_sim::{Level, Net, Pull, Sim};

use super::rack::Rack;
use super::{exits, simulated};
use crate::policy::{Bias, PinBackend, PinDirection, PinLabel, PinLevel};

pub(super) fn add(sim: &Sim, rack: &mut Rack, labels: &[PinLabel]) {
    let simulated = labels.iter().filter_map(|label| match &label.backend {
        PinBackend::Sim(net) => Some((label, sim.net(net))),
        PinBackend::Pin { .. } | PinBackend::Line(_) => None,
    });
    let simulated: Vec<_> = simulated.collect();
    for (label, net) in &simulated {
        match label.bias {
            None | Some(Bias::None) => {}
            Some(Bias::PullUp) => sim.set_pull(*net, Pull::Up),
            Some(Bias::PullDown) => sim.set_pull(*net, Pull::Down),
        }
    }
    for (label, net) in simulated {
        let name = &label.label;
        let grant = grant(label);
        let initial = match grant.electrical(grant.initial) {
            digital::Level::Low => Level::Low,
            digital::Level::High => Level::High,
        };
        match label.direction {
            PinDirection::Output => {
                let output = sim.output(net, initial);
                if let Some(level) = grant.on_exit {
                    rack.add_exit(exits::of_pin(output.remote(), grant.electrical(level)));
                }
                rack.output(name, simulated::Output(output), grant);
            }
            PinDirection::Input => {
                let input = sim.input(seen_by(sim, label, net));
                rack.input(name, simulated::Input(input), input_grant(label));
            }
            PinDirection::OpenDrain => {
                let pin = sim.open_drain(net, initial);
                if let Some(level) = grant.on_exit {
                    rack.add_exit(exits::of_pin(pin.remote(), grant.electrical(level)));
                }
                rack.io(name, simulated::Io(pin), grant);
            }
        }
    }
}

/// Returns the net that an input looks at: the one of the label, or behind it one that follows it when it is stable.
fn seen_by(sim: &Sim, label: &PinLabel, net: Net) -> Net {
    let Some(period) = label.debounce else { return net };
    let stable = sim.net(&stable_name(label));
    sim.add(Debounce::new(net, stable, u64::try_from(period.as_nanos()).unwrap_or(u64::MAX)));
    stable
}

/// Returns the net that an input on the board looks at, where the label is on `net`.
pub(super) fn seen_net(sim: &Sim, label: &PinLabel, net: &str) -> Net {
    sim.net(&if label.debounce.is_some() { stable_name(label) } else { net.to_owned() })
}

fn stable_name(label: &PinLabel) -> String {
    format!("{}.stable", label.label)
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
