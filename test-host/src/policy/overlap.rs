//! No device on an I2C bus is granted by two labels, unless the policy says that this is meant.

use super::Policy;
use super::address::{self, AddressGrant};
use super::i2c::I2cLabel;
use super::problem::{Finding, Findings};

/// Refuses two labels for one bus that grant the same address: whoever is given one label would reach the other's device.
pub(crate) fn check(policy: &Policy, findings: &Findings) {
    for (index, label) in policy.i2c.iter().enumerate() {
        let before = policy.i2c.iter().take(index);
        for other in before.filter(|other| other.backend == label.backend && !other.shared && !label.shared) {
            if let Some((addresses, ten_bit)) = common(label, other) {
                let addresses = address::display(&addresses, ten_bit);
                let message = format!("{addresses} is granted by [i2c.{}] and by [i2c.{}]", other.label, label.label);
                let finding = Finding::new(message, label.span.clone(), "granted again, on the same bus");
                findings.add(finding.and(other.span.clone(), "granted here").help(
                    "grant an address to one label; if both are to reach the device, say `shared = true` in one of them",
                ));
            }
        }
    }
}

/// Returns the first addresses that both labels grant, and whether they are of ten bits.
fn common(one: &I2cLabel, other: &I2cLabel) -> Option<(std::ops::RangeInclusive<u16>, bool)> {
    let pairs = one.allow.iter().flat_map(|grant| other.allow.iter().map(move |other| (grant, other)));
    let mut overlaps = pairs.filter(|(grant, other)| grant.overlaps(other));
    overlaps.next().map(|(grant, other): (&AddressGrant, &AddressGrant)| (grant.common(other), grant.ten_bit))
}
