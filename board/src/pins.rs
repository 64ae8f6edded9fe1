//! Puts the controller's pins on their nets.

use wasm_embedded_policy::{Bias, PinBackend, PinDirection, PinLabel, PinLevel};
use wasm_embedded_sim::parts::Debounce;
use wasm_embedded_sim::{Level, Net, Pull, Sim};

use crate::labels::Pin;

/// Makes the simulated pins, by label.
pub(crate) fn add(sim: &Sim, labels: &[PinLabel]) -> Vec<(String, Pin)> {
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
    let pin = |(label, net): (&PinLabel, Net)| {
        let initial = Level::from((label.initial == PinLevel::High) != label.active_low);
        let pin = match label.direction {
            PinDirection::Output => Pin::Output(sim.output(net, initial)),
            PinDirection::Input => Pin::Input(sim.input(seen_by(sim, label, net))),
            PinDirection::OpenDrain => Pin::OpenDrain(sim.open_drain(net, initial)),
        };
        (label.label.clone(), pin)
    };
    simulated.into_iter().map(pin).collect()
}

/// Returns the net that an input looks at: the one of the label, or behind it one that follows it when it is stable.
fn seen_by(sim: &Sim, label: &PinLabel, net: Net) -> Net {
    let Some(period) = label.debounce else { return net };
    let stable = sim.net(&stable_name(label));
    sim.add(Debounce::new(net, stable, u64::try_from(period.as_nanos()).unwrap_or(u64::MAX)));
    stable
}

/// Returns the net that an input on the board looks at, where the label is on `net`.
#[must_use]
pub fn seen_net(sim: &Sim, label: &PinLabel, net: &str) -> Net {
    sim.net(&if label.debounce.is_some() { stable_name(label) } else { net.to_owned() })
}

fn stable_name(label: &PinLabel) -> String {
    format!("{}.stable", label.label)
}
