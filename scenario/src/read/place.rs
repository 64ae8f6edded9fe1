//! What labels and nets of a scenario are on its board.

use std::collections::BTreeSet;

use wasm_embedded_policy::read::Value;
use wasm_embedded_policy::{BusBackend, ChannelBackend, PinBackend, Policy, suggest};

use crate::condition::Place;

/// What a label stands for.
pub(super) enum Site {
    /// A pin, or a channel for PWM or analogue signals.
    Net(Place),
    /// An I2C bus, by its name.
    I2c(String),
    /// SPI.
    Spi,
    /// A serial port.
    Uart,
}

/// Returns what a label stands for, and complains if it is unknown.
pub(super) fn label(value: &Value<'_>, policy: &Policy) -> Option<(String, Site)> {
    let name = value.text()?;
    let place = |net: &str, inverted| Place { name: name.to_owned(), net: net.to_owned(), inverted };
    let pins = policy.pins.iter().filter_map(|label| match &label.backend {
        PinBackend::Sim(net) => Some((&label.label, Site::Net(place(net, label.active_low)))),
        PinBackend::Pin { .. } | PinBackend::Line(_) => None,
    });
    let pwm = policy
        .pwm
        .iter()
        .filter_map(|label| Some((&label.label, Site::Net(place(label.backend.net()?, label.active_low)))));
    let adc = policy.adc.iter().filter_map(|label| Some((&label.label, Site::Net(place(label.backend.net()?, false)))));
    let i2c = policy.i2c.iter().filter_map(|label| match &label.backend {
        BusBackend::Sim(bus) => Some((&label.label, Site::I2c(bus.clone()))),
        BusBackend::Linux(_) | BusBackend::Block(_) => None,
    });
    let spi = policy.spi.iter().map(|label| (&label.label, Site::Spi));
    let uart = policy.uart.iter().map(|label| (&label.label, Site::Uart));
    let all: Vec<(&String, Site)> = pins.chain(pwm).chain(adc).chain(i2c).chain(spi).chain(uart).collect();
    let known: Vec<&str> = all.iter().map(|(label, _)| label.as_str()).collect();
    let help = suggest::advice(name, "labels", &known);
    let found = all.into_iter().find(|(label, _)| *label == name).map(|(_, site)| site);
    if found.is_none() {
        value.refuse(&format!("is \"{}\", which the policy lacks", name.escape_debug()), Some(help));
    }
    Some((name.to_owned(), found?))
}

/// Returns the net that a scenario names, and complains if there is none.
pub(super) fn net(value: &Value<'_>, policy: &Policy) -> Option<Place> {
    let name = value.text()?;
    let pins = policy.pins.iter().filter_map(|label| match &label.backend {
        PinBackend::Sim(net) => Some(net.as_str()),
        PinBackend::Pin { .. } | PinBackend::Line(_) => None,
    });
    let channels = policy.channels().filter_map(|(_, backend, _)| match backend {
        ChannelBackend::Sim(net) => Some(net.as_str()),
        ChannelBackend::Pin(_) | ChannelBackend::Linux { .. } => None,
    });
    let parts = policy.devices.iter().flat_map(|device| device.nets().map(|(_, net)| net.get_ref().as_str()));
    let known: BTreeSet<&str> = pins.chain(channels).chain(parts).collect();
    if !known.contains(name) {
        let help = suggest::advice(name, "nets", &known.into_iter().collect::<Vec<_>>());
        value.refuse(&format!("is \"{}\", which the board lacks", name.escape_debug()), Some(help));
        return None;
    }
    Some(Place { name: name.to_owned(), net: name.to_owned(), inverted: false })
}
