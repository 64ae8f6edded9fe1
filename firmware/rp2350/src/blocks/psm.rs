//! PSM: what a reset by the watchdog reaches. RP2350 data sheet, section 7.4, "System resets (power-on state machine)".

use super::{Block, Cx};

const ALL: u32 = 0x01ff_ffff;

#[derive(Debug, Default)]
pub(crate) struct Psm {
    watchdog_select: u32,
}

impl Psm {
    /// Returns whether the watchdog resets the processor and all that is before it. The stages follow each other: the reset of one
    /// is a reset of all that come after it, and the processors are the last.
    pub(crate) fn resets_processor(&self) -> bool {
        self.watchdog_select != 0
    }
}

impl Block for Psm {
    fn peek(&self, offset: u32, _: &Cx<'_>) -> Option<u32> {
        match offset {
            0x8 => Some(self.watchdog_select),
            0xc => Some(ALL),
            _ => None,
        }
    }

    fn write(&mut self, offset: u32, value: u32, _: &mut Cx<'_>) -> Option<()> {
        (offset == 0x8).then(|| self.watchdog_select = value & ALL)
    }
}
