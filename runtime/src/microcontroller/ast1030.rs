//! What the evaluation board of the AST1030 has for a guest: I2C controllers, each on pins of its own.

use super::rp2350::PinError;
use crate::policy::Block;
use crate::policy::chip::I2cPins;

/// Where the image is in the chip's memory, and its room: see `firmware/boards/ast1030/memory.x`.
pub(super) const SLOT: u32 = 0x9_0000;
pub(super) const SLOT_BYTES: usize = 0x1_8000;

/// How many controllers there are.
pub(super) const I2C_BLOCKS: u8 = 14;

/// Returns the pins of a controller. The evaluation board counts pairs of SDA and SCL, from 1; a policy counts the lines of all pairs:
/// the first pair is `sda = 1` and `scl = 2`, the second `sda = 3` and `scl = 4`.
pub(super) fn i2c_pins(label: &str, found: &Block, block: u8) -> Result<I2cPins, PinError> {
    let pins = I2cPins { sda: 2 * block + 1, scl: 2 * block + 2 };
    for (key, pin) in &found.pins {
        let line = if *key == "sda" { pins.sda } else { pins.scl };
        if *pin != u32::from(line) {
            let problem =
                format!("I2C{block} of an AST1030 is on lines {} and {} and no others, not {pin}", pins.sda, pins.scl);
            return Err(PinError::new(label, key, problem));
        }
    }
    Ok(pins)
}
