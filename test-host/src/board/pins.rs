//! Puts the guest's pins on their nets.

use wasm_embedded_host::{HalCtxBuilder, PinGrant, digital};
use wasm_embedded_sim::{Level, Pull, Sim};

use crate::policy::{Bias, PinBackend, PinDirection, PinLabel, PinLevel};

pub(super) fn add(sim: &Sim, hal: &mut HalCtxBuilder, labels: &[PinLabel]) {
    let simulated = labels.iter().filter_map(|label| match &label.backend {
        PinBackend::Sim(net) => Some((label, sim.net(net))),
        PinBackend::Pin { .. } | PinBackend::Line(_) => None,
    });
    let simulated: Vec<_> = simulated.collect();
    for (label, net) in &simulated {
        match label.bias {
            Bias::None => {}
            Bias::PullUp => sim.set_pull(*net, Pull::Up),
            Bias::PullDown => sim.set_pull(*net, Pull::Down),
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
            PinDirection::Output => hal.output(name, sim.output(net, initial), grant),
            PinDirection::Input => hal.input(name, sim.input(net), label.active_low),
            PinDirection::OpenDrain => hal.io(name, sim.open_drain(net, initial), grant),
        };
    }
}

/// Returns what a label grants.
pub(super) fn grant(label: &PinLabel) -> PinGrant {
    PinGrant { initial: logical(label.initial), on_exit: label.on_exit.map(logical), active_low: label.active_low }
}

fn logical(level: PinLevel) -> digital::Level {
    match level {
        PinLevel::Low => digital::Level::Low,
        PinLevel::High => digital::Level::High,
    }
}
