//! Every part hangs on something that is there, and no two parts are in one place.

use std::collections::{BTreeMap, BTreeSet};

use super::Policy;
use super::backend::Backend as _;
use super::device::Device;
use super::gpio::PinBackend;
use super::i2c::DEFAULT_SIM_BUS;
use super::part::NetName;
use super::problem::{Finding, Findings};
use super::spi::SpiLabel;
use crate::model::Select;
use crate::suggest;
use wasm_embedded_sim::model::Wiring;

/// Refuses parts on I2C buses that no label opens, and two parts that answer to one address.
pub(crate) fn check_i2c(policy: &Policy, findings: &Findings) {
    let buses: BTreeSet<&str> = policy.i2c.iter().filter_map(|label| label.backend.sim()).collect();
    let buses: Vec<&str> = buses.into_iter().collect();
    let mut taken: BTreeMap<(&str, u8), &Device> = BTreeMap::new();
    for device in &policy.devices {
        if findings.is_full() {
            return;
        }
        let Wiring::I2c { bus, address } = &device.spec.wiring else { continue };
        if buses.binary_search(&bus.as_str()).is_err() {
            let message = format!("no label opens the simulated I2C bus `{bus}`");
            let finding = Finding::new(message, device.wiring_span.clone(), "on this bus");
            findings.add(finding.help(suggest::advice(bus, "simulated I2C buses", &buses)));
        }
        for address in device.occupied(*address) {
            let Some(other) = taken.insert((bus, address), device) else { continue };
            let message = format!("two parts on bus `{bus}` have address {address:#04x}");
            let finding = Finding::new(message, device.span.clone(), device.name().to_owned());
            findings
                .add(finding.and(other.span.clone(), other.name().to_owned()).help("give one of them another address"));
            break;
        }
    }
}

/// Refuses labels for a named simulated I2C bus on which there is nothing.
pub(crate) fn check_empty_buses(policy: &Policy, findings: &Findings) {
    let on = |device: &'_ Device| match &device.spec.wiring {
        Wiring::I2c { bus, .. } => Some(bus.clone()),
        Wiring::Spi { .. } | Wiring::Uart { .. } | Wiring::Nets => None,
    };
    let populated: BTreeSet<String> = policy.devices.iter().filter_map(on).collect();
    for label in &policy.i2c {
        if findings.is_full() {
            return;
        }
        let Some(bus) = label.backend.sim() else { continue };
        if bus != DEFAULT_SIM_BUS && !populated.contains(bus) {
            let message = format!("the simulated bus `{bus}` is empty: no [[part]] is on it");
            let buses: Vec<&str> = populated.iter().map(String::as_str).collect();
            let advice = suggest::advice(bus, "buses with parts", &buses);
            let help = format!("{advice}; for a bus without parts write `sim = true`");
            findings.add(Finding::new(message, label.span.clone(), "this label").help(help));
        }
    }
}

/// Refuses parts on SPI labels that are not there, and two parts on one select line.
pub(crate) fn check_spi(policy: &Policy, findings: &Findings) {
    let simulated = policy.spi.iter().filter(|label| label.backend.sim().is_some());
    let labels: BTreeMap<&str, &SpiLabel> = simulated.map(|label| (label.label.as_str(), label)).collect();
    let simulated: Vec<&str> = labels.keys().copied().collect();
    let mut taken: BTreeMap<&str, &Device> = BTreeMap::new();
    for device in &policy.devices {
        if findings.is_full() {
            return;
        }
        let Wiring::Spi { label, select } = &device.spec.wiring else { continue };
        let Some(spi) = labels.get(label.as_str()) else {
            let message = format!("the policy has no simulated [spi.{label}]");
            let finding = Finding::new(message, device.wiring_span.clone(), "on this label");
            findings.add(finding.help(suggest::advice(label, "simulated SPI labels", &simulated)));
            continue;
        };
        match (spi.select, select) {
            (Select::None, _) => {}
            (Select::Own, Some(_)) => {
                let message = format!("`select` conflicts with the select line of [spi.{label}]");
                let span = device.select().map_or(device.span.clone(), NetName::span);
                let finding = Finding::new(message, span, "this net");
                findings.add(finding.help("remove `select` here, or set `select = \"none\"` in the label"));
            }
            (Select::Own, None) => {
                if let Some(other) = taken.insert(label, device) {
                    let message = format!("two parts share the select line of [spi.{label}]");
                    let finding = Finding::new(message, device.span.clone(), device.name().to_owned());
                    let finding = finding.and(other.span.clone(), other.name().to_owned());
                    findings.add(finding.help("give one of them its own label"));
                }
            }
        }
    }
}

/// Refuses parts on serial labels that are not there, and two parts on one port, which would talk at the same time.
pub(crate) fn check_uart(policy: &Policy, findings: &Findings) {
    let simulated = policy.uart.iter().filter(|label| label.backend.sim().is_some());
    let simulated: BTreeSet<&str> = simulated.map(|label| label.label.as_str()).collect();
    let simulated: Vec<&str> = simulated.into_iter().collect();
    let mut taken: BTreeMap<&str, &Device> = BTreeMap::new();
    for device in &policy.devices {
        if findings.is_full() {
            return;
        }
        let Wiring::Uart { label } = &device.spec.wiring else { continue };
        if simulated.binary_search(&label.as_str()).is_err() {
            let message = format!("the policy has no simulated [uart.{label}]");
            let finding = Finding::new(message, device.wiring_span.clone(), "on this label");
            findings.add(finding.help(suggest::advice(label, "simulated serial labels", &simulated)));
        } else if let Some(other) = taken.insert(label, device) {
            let message = format!("two parts share the serial port [uart.{label}]");
            let finding = Finding::new(message, device.span.clone(), device.name().to_owned());
            let finding = finding.and(other.span.clone(), other.name().to_owned());
            findings.add(finding.help("give one of them its own label"));
        }
    }
}

/// Refuses a label for a whole SPI bus beside another label on that bus: each would disturb the other's transactions.
pub(crate) fn check_shared_spi(policy: &Policy, findings: &Findings) {
    let mut on: BTreeMap<&str, Vec<&SpiLabel>> = BTreeMap::new();
    for label in &policy.spi {
        if let Some(bus) = label.backend.sim() {
            on.entry(bus).or_default().push(label);
        }
    }
    for label in policy.spi.iter().filter(|label| label.select == Select::None) {
        let Some(bus) = label.backend.sim() else { continue };
        let mut others = on.get(bus).into_iter().flatten();
        if let Some(other) = others.find(|other| other.label != label.label) {
            let message = format!("[spi.{}] is a whole bus, but [spi.{}] is on the same bus", label.label, other.label);
            let finding = Finding::new(message, label.span.clone(), format!("all of bus `{bus}`"));
            let finding = finding.and(other.span.clone(), format!("also on bus `{bus}`"));
            findings.add(finding.help("give one of them another bus: `sim = \"NAME\"`"));
        }
    }
}

/// Refuses a pin of a part that is on a net where nothing else is: a slip in its name.
pub(crate) fn check_nets(policy: &Policy, findings: &Findings) {
    let mut pins_on: BTreeMap<&str, usize> = BTreeMap::new();
    for label in &policy.pins {
        if let PinBackend::Sim(net) = &label.backend {
            *pins_on.entry(net).or_default() += 1;
        }
    }
    for net in policy.channels().filter_map(|(_, backend, _)| backend.net()) {
        *pins_on.entry(net).or_default() += 1;
    }
    for (_, net) in policy.devices.iter().flat_map(Device::nets) {
        *pins_on.entry(net.get_ref()).or_default() += 1;
    }
    for device in &policy.devices {
        if findings.is_full() {
            return;
        }
        for (key, net) in device.nets() {
            let net_name = net.get_ref().as_str();
            if pins_on.get(net_name).copied().unwrap_or(0) < 2 {
                let others = pins_on.keys().copied().filter(|other| *other != net_name);
                let others: Vec<&str> = others.collect();
                let message = format!("`{key}` of {} is alone on net `{net_name}`", device.name());
                let advice = suggest::advice(net_name, "nets", &others);
                let help = format!(
                    "{advice}; to connect a pin of the guest, add `{net_name} = {{ sim = true, ... }}` to [gpio]"
                );
                findings.add(Finding::new(message, net.span(), "this net").help(help));
            }
        }
    }
}

/// Refuses two parts of one name, which no option could tell apart.
pub(crate) fn check_names(policy: &Policy, findings: &Findings) {
    let mut seen: BTreeMap<&str, &Device> = BTreeMap::new();
    for device in &policy.devices {
        if let Some(other) = seen.insert(device.name(), device) {
            let message = format!("two parts have the name `{}`", device.name());
            let finding =
                Finding::new(message, device.span.clone(), "this part").and(other.span.clone(), "and this part");
            findings.add(finding.help("give them different names with `name = \"...\"`"));
        }
    }
}
