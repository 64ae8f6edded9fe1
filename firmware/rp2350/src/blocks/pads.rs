//! PADS_BANK0: pulls, input and output of each pad. RP2350 data sheet, section 9.11.3.

use super::{Block, Cx};
use crate::pins::PINS;

/// Isolated, 4 mA, pulled down, with a Schmitt trigger; the input is off.
pub(crate) const PAD_RESET: u32 = 0x116;
/// The pads that bank 0 has; the package of the Pico 2 leaves the last out.
const PADS: u32 = 48;

#[derive(Debug)]
pub(crate) struct Pads {
    voltage: u32,
    /// SWCLK and SWD.
    debug: [u32; 2],
    /// The pads that no pin has.
    rest: [u32; 48],
}

impl Pads {
    pub(crate) fn new() -> Pads {
        Pads { voltage: 0, debug: [0x5a; 2], rest: [PAD_RESET; 48] }
    }
}

fn pin(offset: u32) -> Option<usize> {
    let pad = offset.checked_sub(4)? / 4;
    usize::try_from(pad).ok().filter(|_| pad < PADS)
}

impl Block for Pads {
    fn peek(&self, offset: u32, cx: &Cx<'_>) -> Option<u32> {
        match (offset, pin(offset)) {
            (0x0, _) => Some(self.voltage),
            (0xc4 | 0xc8, _) => self.debug.get(usize::from(offset == 0xc8)).copied(),
            (_, Some(pin)) => cx.wires.pads.get(pin).or(self.rest.get(pin)).copied(),
            _ => None,
        }
    }

    fn write(&mut self, offset: u32, value: u32, cx: &mut Cx<'_>) -> Option<()> {
        let value = value & 0x1ff;
        match (offset, pin(offset)) {
            (0x0, _) => self.voltage = value & 1,
            (0xc4 | 0xc8, _) => *self.debug.get_mut(usize::from(offset == 0xc8))? = value,
            (_, Some(pin)) if pin < PINS => {
                *cx.wires.pads.get_mut(pin)? = value;
                cx.wires.update(pin);
            }
            (_, Some(pin)) => *self.rest.get_mut(pin)? = value,
            _ => return None,
        }
        Some(())
    }
}
