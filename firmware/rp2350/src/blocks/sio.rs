//! SIO: pins, spinlocks and the number of the core. RP2350 data sheet, section 3.1, "SIO".

use super::{Block, Cx};
use crate::pins::PINS;

/// The pins that the package has.
const MASK: u32 = (1 << PINS) - 1;
/// An empty mailbox with room: section 3.1.5, register `FIFO_ST`.
const MAILBOX: u32 = 2;

#[derive(Debug, Default)]
pub(crate) struct Sio {
    /// The spinlocks that are claimed.
    claimed: u32,
}

impl Sio {
    fn set(cx: &mut Cx<'_>, enable: bool, change: impl FnOnce(u32) -> u32) {
        let register = if enable { &mut cx.wires.sio_enable } else { &mut cx.wires.sio_out };
        let before = *register;
        *register = change(before) & MASK;
        let changed = *register ^ before;
        if changed != 0 {
            (0..PINS).filter(|pin| changed >> pin & 1 == 1).for_each(|pin| cx.wires.update(pin));
        }
    }
}

impl Block for Sio {
    fn peek(&self, offset: u32, cx: &Cx<'_>) -> Option<u32> {
        Some(match offset {
            // Core 0 runs; core 1 stays in the boot ROM.
            0x00 => 0,
            0x04 => (0..PINS).filter(|pin| cx.wires.input(*pin)).fold(0, |bits, pin| bits | 1 << pin),
            0x08 => 0,
            0x10 => cx.wires.sio_out,
            0x30 => cx.wires.sio_enable,
            0x14 | 0x34 => 0,
            0x50 => MAILBOX,
            0x5c => self.claimed,
            _ => return None,
        })
    }

    fn read(&mut self, offset: u32, cx: &mut Cx<'_>) -> Option<u32> {
        match offset {
            // Section 3.1.4: a read claims the lock, and is not 0 if nobody had it.
            0x100..0x180 => {
                let bit = 1 << ((offset - 0x100) / 4);
                let free = self.claimed & bit == 0;
                self.claimed |= bit;
                Some(if free { bit } else { 0 })
            }
            _ => self.peek(offset, cx),
        }
    }

    fn write(&mut self, offset: u32, value: u32, cx: &mut Cx<'_>) -> Option<()> {
        let enable = offset >= 0x30;
        match offset {
            0x10 | 0x30 => Sio::set(cx, enable, |_| value),
            0x18 | 0x38 => Sio::set(cx, enable, |before| before | value),
            0x20 | 0x40 => Sio::set(cx, enable, |before| before & !value),
            0x28 | 0x48 => Sio::set(cx, enable, |before| before ^ value),
            // The pins past those of the package.
            0x14 | 0x1c | 0x24 | 0x2c | 0x34 | 0x3c | 0x44 | 0x4c => {}
            0x100..0x180 => self.claimed &= !(1 << ((offset - 0x100) / 4)),
            _ => return None,
        }
        Some(())
    }
}
