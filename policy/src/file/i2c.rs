//! `[i2c.LABEL]`: buses.

use super::address;
use super::backend::{BLOCK, BusBackend, PATH, SIM};
use super::reader::Table;
use super::schema::{Form, Key};
use crate::model::{Access, I2c, Label};

/// A label for an I2C bus.
pub type I2cLabel = Label<I2c, BusBackend>;

/// The fastest clock: ultra fast mode. UM10204 Rev. 7.0, section 5.
const GREATEST_FREQUENCY_HZ: u32 = 5_000_000;

/// The kernel counts in steps of 10 ms (`I2C_TIMEOUT`, Documentation/i2c/dev-interface.rst); a minute is past anything on a bus.
const LEAST_TIMEOUT_MS: u32 = 10;
const GREATEST_TIMEOUT_MS: u32 = 60_000;

/// The simulated bus of a label with `sim = true`.
pub(crate) const DEFAULT_SIM_BUS: &str = "i2c";

/// The keys of `[i2c.LABEL]`.
pub(crate) const KEYS: [Key; 9] = [
    SIM,
    PATH,
    BLOCK,
    Key::new("sda", Form::Pin, "the pin of the data line"),
    Key::new("scl", Form::Pin, "the pin of the clock"),
    Key::counted("frequency", 1, GREATEST_FREQUENCY_HZ, "the clock in hertz; one for each simulated bus"),
    Key::new("allow", Form::Allow, "the addresses that the guest may reach; no others"),
    Key::switch("shared", "true if other labels may grant the same addresses of this bus"),
    Key::counted(
        "timeout-ms",
        LEAST_TIMEOUT_MS,
        GREATEST_TIMEOUT_MS,
        "how long the adapter at `path` waits for a transaction",
    ),
];

impl I2cLabel {
    pub(crate) fn read(label: &str, table: Table<'_>) -> Option<I2cLabel> {
        let backend = BusBackend::read(&table, DEFAULT_SIM_BUS, &["sda", "scl"], &[]);
        let frequency = table.get("frequency").map(|value| value.integer(1..=GREATEST_FREQUENCY_HZ));
        let allow = table.get("allow").map(|value| address::read_allow(&value)).unwrap_or_default();
        let shared = table.get("shared").and_then(|value| value.boolean()).unwrap_or(false);
        let timeout_ms = table.get("timeout-ms").and_then(|value| {
            if backend.as_ref().is_some_and(|backend| !matches!(backend, BusBackend::Linux(_))) {
                let help = "remove it: only an adapter of a Linux machine has one".to_owned();
                value.refuse("needs `path`", Some(help));
            }
            value.integer(LEAST_TIMEOUT_MS..=GREATEST_TIMEOUT_MS)
        });
        let span = table.span.clone();
        table.finish();
        let settings = I2c { frequency_hz: frequency.flatten(), allow, shared, timeout_ms };
        Some(Label { label: label.to_owned(), backend: backend?, settings, span })
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
