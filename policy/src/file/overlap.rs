//! No device on an I2C bus is granted by two labels, unless the policy says that this is meant.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::Policy;
use super::backend::BusBackend;
use super::i2c::I2cLabel;
use super::problem::{Finding, Findings};
use crate::model::{self, AddressGrant};

/// What of a bus is granted to labels that do not share it. No two grants overlap, so that there are not many.
type Granted<'p> = Vec<(&'p AddressGrant, &'p I2cLabel)>;

/// Refuses two labels for one bus that grant the same address: whoever is given one label would reach the other's device.
pub(crate) fn check(policy: &Policy, findings: &Findings) {
    let mut buses: BTreeMap<&BusBackend, Granted<'_>> = BTreeMap::new();
    for label in policy.i2c.iter().filter(|label| !label.shared) {
        if findings.is_full() {
            return;
        }
        let granted = buses.entry(&label.backend).or_default();
        match label.allow.iter().find_map(|grant| common(grant, granted)) {
            None => granted.extend(label.allow.iter().map(|grant| (grant, label))),
            Some((addresses, ten_bit, other)) => {
                let addresses = model::display(&addresses, ten_bit);
                let message =
                    format!("address {addresses} is granted by [i2c.{}] and by [i2c.{}]", other.label, label.label);
                let finding = Finding::new(message, label.span.clone(), "granted again, on the same bus");
                findings.add(finding.and(other.span.clone(), "granted here").help(
                    "grant each address in one label; if both labels need it, set `shared = true` in one of them",
                ));
            }
        }
    }
}

/// Returns the first addresses of a grant that a label has, whether they are of ten bits, and the label.
fn common<'p>(grant: &AddressGrant, granted: &Granted<'p>) -> Option<(RangeInclusive<u16>, bool, &'p I2cLabel)> {
    let (other, label) = granted.iter().find(|(other, _)| grant.overlaps(other))?;
    Some((grant.common(other), grant.ten_bit, label))
}
