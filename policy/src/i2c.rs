//! `[i2c.LABEL]`: buses.

use super::address::{self, Access, AddressGrant};
use super::backend::BusBackend;
use super::problem::Span;
use super::reader::Table;

/// The clock of a bus that does not state one, in hertz: standard mode.
pub const DEFAULT_I2C_FREQUENCY_HZ: u32 = 100_000;

/// The fastest clock: ultra fast mode. UM10204 Rev. 7.0, section 5.
const GREATEST_FREQUENCY_HZ: u32 = 5_000_000;

/// The simulated bus of a label with `sim = true`.
pub(crate) const DEFAULT_SIM_BUS: &str = "i2c";

/// A label for an I2C bus.
#[derive(Clone, Debug)]
pub struct I2cLabel {
    /// What the guest opens.
    pub label: String,
    /// What stands behind it.
    pub backend: BusBackend,
    /// The clock in hertz, if the policy states one.
    pub frequency_hz: Option<u32>,
    /// The addresses the guest may reach; no others.
    pub allow: Vec<AddressGrant>,
    /// Whether other labels may grant the same addresses.
    pub shared: bool,
    pub(crate) span: Span,
}

impl I2cLabel {
    pub(crate) fn read(label: &str, table: Table<'_>) -> Option<I2cLabel> {
        let backend = BusBackend::read(&table, DEFAULT_SIM_BUS, &["sda", "scl"], &[]);
        let frequency = table.get("frequency").map(|value| value.integer(1..=GREATEST_FREQUENCY_HZ));
        let allow = table.get("allow").map(|value| address::read_allow(&value)).unwrap_or_default();
        let shared = table.get("shared").and_then(|value| value.boolean()).unwrap_or(false);
        let span = table.span.clone();
        table.finish();
        let (label, frequency_hz) = (label.to_owned(), frequency.flatten());
        Some(I2cLabel { label, backend: backend?, frequency_hz, allow, shared, span })
    }

    /// Returns another of `labels` for the same bus that grants an address, which this label cannot grant too unless one of them is
    /// shared.
    #[must_use]
    pub fn granted_by_another<'p>(
        &self,
        labels: &'p [I2cLabel],
        address: u16,
        ten_bit: bool,
        writes: bool,
    ) -> Option<&'p I2cLabel> {
        let grants = |other: &&I2cLabel| {
            other.allow.iter().any(|grant| {
                grant.ten_bit == ten_bit
                    && grant.addresses.contains(&address)
                    && (!writes || grant.access == Access::ReadWrite)
            })
        };
        let others = labels.iter().filter(|other| other.label != self.label && other.backend == self.backend);
        // One that is shared is often for a whole bus; the other is for this device.
        others.filter(grants).min_by_key(|other| other.shared)
    }
}
