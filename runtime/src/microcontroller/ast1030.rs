//! What the evaluation board of the AST1030 has for a guest: I2C controllers, each on pins of its own.

use super::rp2350::PinError;
use crate::policy::Block;
use crate::policy::chip::I2cPins;

/// Where the image is in the chip's memory, and its room: see `firmware/boards/ast1030/memory.x`.
pub(super) const SLOT: u32 = 0x9_0000;
pub(super) const SLOT_BYTES: usize = 0x1_8000;

/// How many controllers there are.
pub(super) const I2C_BLOCKS: u8 = 14;

/// Returns the pins of a controller: the evaluation board counts pairs of SDA and SCL, from 1. A policy names the pair by both keys.
pub(super) fn i2c_pins(label: &str, found: &Block, block: u8) -> Result<I2cPins, PinError> {
    let group = block + 1;
    for (key, pin) in &found.pins {
        if *pin != u32::from(group) {
            let problem = format!("I2C{block} of an AST1030 is on the SDA/SCL group {group} and no other, not {pin}");
            return Err(PinError::new(label, key, problem));
        }
    }
    Ok(I2cPins { sda: group, scl: group })
}
