//! RESETS: which blocks are held in reset. RP2350 data sheet, section 7.5, "Subsystem resets".

use super::{Block, Cx};

/// All blocks that it has.
const ALL: u32 = 0x1fff_ffff;

/// The blocks that the boot ROM leaves running: the bus, the flash's pins and the system's.
const LEFT_RUNNING: u32 = 1 << 1 | 1 << 7 | 1 << 8 | 1 << 10 | 1 << 20 | 1 << 21;

#[derive(Debug)]
pub(crate) struct Resets {
    held: u32,
    watchdog_select: u32,
}

impl Resets {
    pub(crate) fn new() -> Resets {
        Resets { held: ALL & !LEFT_RUNNING, watchdog_select: 0 }
    }

    /// Returns whether the block of a bit is held in reset.
    pub(crate) fn holds(&self, bit: usize) -> bool {
        self.held >> bit & 1 == 1
    }
}

impl Block for Resets {
    fn peek(&self, offset: u32, _: &Cx<'_>) -> Option<u32> {
        match offset {
            0x0 => Some(self.held),
            0x4 => Some(self.watchdog_select),
            0x8 => Some(ALL & !self.held),
            _ => None,
        }
    }

    fn write(&mut self, offset: u32, value: u32, _: &mut Cx<'_>) -> Option<()> {
        match offset {
            0x0 => self.held = value & ALL,
            0x4 => self.watchdog_select = value & ALL,
            _ => return None,
        }
        Some(())
    }
}
