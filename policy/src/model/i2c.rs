//! I2C buses.

use alloc::vec::Vec;

use super::AddressGrant;

/// The clock of a bus that does not state one, in hertz: standard mode.
pub const DEFAULT_I2C_FREQUENCY_HZ: u32 = 100_000;

/// How an I2C bus is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct I2c {
    /// The clock in hertz, if the policy states one.
    pub frequency_hz: Option<u32>,
    /// The addresses the guest may reach; no others.
    pub allow: Vec<AddressGrant>,
    /// Whether other labels may grant the same addresses.
    pub shared: bool,
    /// How long the adapter of a Linux machine waits for a transaction, in milliseconds; as its driver has it if the policy states none.
    pub timeout_ms: Option<u32>,
}

impl I2c {
    /// Returns the clock in hertz, or the one of a bus that does not state one.
    #[must_use]
    pub fn frequency_hz(&self) -> u32 {
        self.frequency_hz.unwrap_or(DEFAULT_I2C_FREQUENCY_HZ)
    }
}
