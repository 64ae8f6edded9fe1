//! What the labels of a policy grant.

use wasm_embedded_host::digital::Level;
use wasm_embedded_host::{Access, I2cGrant, PinGrant};
use wasm_embedded_image::policy::{I2cLabel, PinLabel};

/// Returns the addresses that a label grants, on a bus of its frequency.
#[must_use]
pub fn i2c(label: &I2cLabel) -> I2cGrant {
    label.allow.iter().fold(I2cGrant::none().frequency_hz(label.frequency_hz), |grant, allowed| {
        let access = if allowed.read_only { Access::ReadOnly } else { Access::ReadWrite };
        match (allowed.ten_bit, u8::try_from(allowed.first), u8::try_from(allowed.last)) {
            (false, Ok(first), Ok(last)) => grant.allow_range(first..=last, access),
            _ => grant.allow_ten_bit(allowed.first..=allowed.last, access),
        }
    })
}

/// Returns what a pin's label grants.
#[must_use]
pub fn pin(label: &PinLabel) -> PinGrant {
    PinGrant {
        initial: level(label.initial_high),
        on_exit: label.on_exit_high.map(level),
        active_low: label.active_low,
    }
}

fn level(high: bool) -> Level {
    if high { Level::High } else { Level::Low }
}
