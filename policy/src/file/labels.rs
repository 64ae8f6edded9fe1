//! What labels must not do to each other: share a name, a device file or the clock of a bus.

use std::collections::BTreeMap;
use std::fmt;

use super::Policy;
use super::backend::{Backend, BusBackend, name_problem};
use super::channel::ChannelBackend;
use super::problem::{Finding, Findings, Span};
use super::reader::Value;
use crate::model::{Label, Settings};

/// A label of any kind.
#[derive(Clone, Copy)]
pub struct AnyLabel<'p> {
    /// The section that it is in.
    pub section: &'static str,
    /// What it stands for, in words.
    pub what: &'static str,
    /// What the guest opens.
    pub label: &'p str,
    /// What stands behind it.
    pub backend: &'p dyn Backend,
    /// Where its table is.
    pub span: &'p Span,
}

impl<'p> AnyLabel<'p> {
    pub(crate) fn of<S: Settings, B: Backend>(label: &'p Label<S, B>) -> AnyLabel<'p> {
        let Label { label: name, backend, span, .. } = label;
        AnyLabel { section: S::SECTION, what: S::WHAT, label: name, backend, span }
    }
}

impl fmt::Debug for AnyLabel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}.{}]", self.section, self.label)
    }
}

/// Returns a label that is written as one, or reports it.
pub(crate) fn read_label<'t>(label: &'t str, value: &Value<'_>) -> Option<&'t str> {
    let Some(problem) = name_problem(label) else { return Some(label) };
    let message = match label {
        "" => "a label must not be empty".to_owned(),
        label => format!("invalid label \"{}\": {problem}", label.escape_debug()),
    };
    value.report(Finding::new(message, value.key.clone(), "this label"));
    None
}

/// Refuses one name for two kinds of hardware.
pub(crate) fn check_names(policy: &Policy, findings: &Findings) {
    let mut seen: BTreeMap<&str, AnyLabel<'_>> = BTreeMap::new();
    for label in policy.labels() {
        let Some(other) = seen.insert(label.label, label) else { continue };
        let message = format!("label `{}` is used for {} and for {}", label.label, other.what, label.what);
        let finding = Finding::new(message, label.span.clone(), label.what);
        findings.add(finding.and(other.span.clone(), other.what).help("give one of them another label"));
    }
}

/// Refuses labels that want one simulated I2C bus to have two clocks.
pub(crate) fn check_frequencies(policy: &Policy, findings: &Findings) {
    let mut seen: BTreeMap<&str, (u32, &Span)> = BTreeMap::new();
    for label in &policy.i2c {
        let (BusBackend::Sim(bus), Some(frequency)) = (&label.backend, label.frequency_hz) else { continue };
        match seen.get(bus.as_str()) {
            Some((other, other_span)) if *other != frequency => {
                let message = format!("the simulated bus `{bus}` cannot run at both {other} Hz and {frequency} Hz");
                let finding = Finding::new(message, label.span.clone(), format!("{frequency} Hz"));
                let finding = finding.and((*other_span).clone(), format!("{other} Hz"));
                findings.add(finding.help("set the same `frequency` in both labels, or put them on different buses"));
            }
            _ => drop(seen.insert(bus, (frequency, &label.span))),
        }
    }
}

/// Gives all labels of an I2C bus the clock that one of them states.
pub(crate) fn share_frequencies(policy: &mut Policy) {
    let mut stated = BTreeMap::new();
    for label in policy.i2c.iter().rev() {
        if let Some(frequency_hz) = label.frequency_hz {
            stated.insert(label.backend.clone(), frequency_hz);
        }
    }
    for label in &mut policy.i2c {
        label.frequency_hz = label.frequency_hz.or_else(|| stated.get(&label.backend).copied());
    }
}

/// Refuses two labels for what only one can have: an SPI device, a serial port, a channel.
pub(crate) fn check_paths(policy: &Policy, findings: &Findings) {
    let mut seen: BTreeMap<String, &Span> = BTreeMap::new();
    let spi = policy.spi.iter().map(|label| (&label.backend, &label.span, false));
    let uart = policy.uart.iter().map(|label| (&label.backend, &label.span, true));
    let buses = spi.chain(uart).filter_map(|(backend, span, alone)| match backend {
        BusBackend::Linux(path) => Some((path.display().to_string(), span)),
        BusBackend::Sim(port) if alone => Some((format!("the simulated port `{port}`"), span)),
        BusBackend::Sim(_) | BusBackend::Block(_) => None,
    });
    let channels = policy.channels().filter_map(|(_, backend, span)| match backend {
        ChannelBackend::Linux { path, channel } => Some((format!("channel {channel} of {}", path.display()), span)),
        ChannelBackend::Sim(_) | ChannelBackend::Pin(_) => None,
    });
    for (name, span) in buses.chain(channels) {
        if let Some(other) = seen.get(&name) {
            let message = format!("two labels mean {name}");
            let finding = Finding::new(message, span.clone(), "this device again");
            findings.add(finding.and((*other).clone(), "this device").help("give each device one label"));
        }
        seen.insert(name, span);
    }
}
