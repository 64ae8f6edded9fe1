//! No pin is granted twice, and no two outputs fight over a net.

use std::collections::BTreeMap;

use super::Policy;
use super::backend::{Block, BusBackend};
use super::channel::ChannelBackend;
use super::gpio::{Chip, PinBackend};
use super::problem::{Finding, Findings, Span};
use crate::model::{Bias, PinDirection};

/// A pin of the machine, however the policy names it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Pin {
    chip: Option<Chip>,
    name: String,
}

/// Who has a pin: a label, and for pins of a bus what may share it.
#[derive(Clone, PartialEq, Eq)]
struct Owner<'p> {
    use_: String,
    shared: Option<(&'p str, &'static str)>,
    span: &'p Span,
}

/// Refuses a pin of the machine that two labels have.
pub(crate) fn check_machine_pins(policy: &Policy, findings: &Findings) {
    let mut seen: BTreeMap<Pin, Owner<'_>> = BTreeMap::new();
    for (pin, owner) in gpio_pins(policy).chain(bus_pins(policy)).chain(channel_pins(policy)) {
        let name = pin.name.clone();
        let Some(other) = seen.insert(pin, owner.clone()) else { continue };
        if other.shared.is_none() || other.shared != owner.shared {
            let finding = Finding::new(format!("pin {name} is used twice"), owner.span.clone(), owner.use_);
            findings.add(finding.and(other.span.clone(), other.use_).help("a pin belongs to one label"));
        }
    }
}

fn gpio_pins(policy: &Policy) -> impl Iterator<Item = (Pin, Owner<'_>)> {
    policy.pins.iter().filter_map(|label| {
        let pin = match &label.backend {
            PinBackend::Sim(_) => return None,
            PinBackend::Pin { chip, pin } => Pin { chip: chip.clone(), name: pin.to_string() },
            // `GPIO17` is how a Raspberry Pi names pin 17.
            PinBackend::Line(line) => Pin { chip: None, name: line.strip_prefix("GPIO").unwrap_or(line).to_owned() },
        };
        Some((pin, Owner { use_: format!("label `{}`", label.label), shared: None, span: &label.span }))
    })
}

fn bus_pins(policy: &Policy) -> impl Iterator<Item = (Pin, Owner<'_>)> {
    let i2c = policy.i2c.iter().map(|label| (&label.label, &label.backend, &label.span));
    let spi = policy.spi.iter().map(|label| (&label.label, &label.backend, &label.span));
    let uart = policy.uart.iter().map(|label| (&label.label, &label.backend, &label.span));
    let blocks = i2c.chain(spi).chain(uart).filter_map(|(label, backend, span)| match backend {
        BusBackend::Block(block) => Some((label, block, span)),
        BusBackend::Sim(_) | BusBackend::Linux(_) => None,
    });
    blocks.flat_map(|(label, block, span)| {
        block.pins.iter().map(move |&(key, pin)| {
            let use_ = format!("`{key}` of label `{label}`");
            (Pin { chip: None, name: pin.to_string() }, Owner { use_, shared: shared(block, key), span })
        })
    })
}

fn channel_pins(policy: &Policy) -> impl Iterator<Item = (Pin, Owner<'_>)> {
    policy.channels().filter_map(|(label, backend, span)| match backend {
        ChannelBackend::Pin(pin) => {
            let owner = Owner { use_: format!("label `{label}`"), shared: None, span };
            Some((Pin { chip: None, name: pin.to_string() }, owner))
        }
        ChannelBackend::Sim(_) | ChannelBackend::Linux { .. } => None,
    })
}

/// Labels on one controller share its pins, except for the chip select.
fn shared<'p>(block: &'p Block, key: &'static str) -> Option<(&'p str, &'static str)> {
    (key != "cs").then_some((block.name.as_str(), key))
}

/// Refuses nets of the simulated board that two labels drive to both levels, and contradicting resistors.
pub(crate) fn check_nets(policy: &Policy, findings: &Findings) {
    let mut drivers: BTreeMap<&str, (&str, &Span)> = BTreeMap::new();
    let mut biases: BTreeMap<&str, (Bias, &Span)> = BTreeMap::new();
    for label in &policy.pwm {
        let Some(net) = label.backend.net() else { continue };
        if let Some((other, other_span)) = drivers.insert(net, (&label.label, &label.span)) {
            driven_twice(findings, net, (&label.label, &label.span), (other, other_span));
        }
    }
    for label in &policy.pins {
        let PinBackend::Sim(net) = &label.backend else { continue };
        if label.direction == PinDirection::Output
            && let Some((other, other_span)) = drivers.insert(net, (&label.label, &label.span))
        {
            driven_twice(findings, net, (&label.label, &label.span), (other, other_span));
        }
        if let Some(bias @ (Bias::PullUp | Bias::PullDown)) = label.bias
            && let Some((other, other_span)) = biases.insert(net, (bias, &label.span))
            && other != bias
        {
            let message = format!("net {net} is pulled both up and down");
            findings.add(Finding::new(message, label.span.clone(), "one way").and(other_span.clone(), "the other way"));
        }
    }
}

fn driven_twice(findings: &Findings, net: &str, (label, span): (&str, &Span), (other, other_span): (&str, &Span)) {
    let message = format!("net {net} is driven by two outputs");
    let finding = Finding::new(message, span.clone(), format!("label `{label}`"));
    findings.add(finding.and(other_span.clone(), format!("label `{other}`")));
}
