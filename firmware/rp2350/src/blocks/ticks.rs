//! TICKS: what the timers and the watchdog count. RP2350 data sheet, section 8.5, "Tick generators".

use super::{Block, Cx, cycles_ns};

/// The generators, in the order of their registers.
pub(crate) const TIMER0: usize = 2;
pub(crate) const TIMER1: usize = 3;
pub(crate) const WATCHDOG: usize = 4;
const GENERATORS: usize = 6;

#[derive(Debug, Default)]
pub(crate) struct Ticks {
    enabled: [bool; GENERATORS],
    cycles: [u32; GENERATORS],
}

impl Ticks {
    /// Returns the length of a generator's tick, if it runs.
    pub(crate) fn tick_ns(&self, generator: usize, reference_hz: u64) -> Option<u64> {
        let cycles = self.cycles.get(generator).copied().filter(|cycles| *cycles > 0)?;
        let runs = self.enabled.get(generator).copied().unwrap_or(false) && reference_hz > 0;
        runs.then(|| cycles_ns(u64::from(cycles), reference_hz).max(1))
    }
}

impl Block for Ticks {
    fn peek(&self, offset: u32, _: &Cx<'_>) -> Option<u32> {
        let index = usize::try_from(offset / 12).ok()?;
        let enabled = u32::from(*self.enabled.get(index)?);
        match offset % 12 {
            0 => Some(enabled | enabled << 1),
            4 => self.cycles.get(index).copied(),
            _ => None,
        }
    }

    fn write(&mut self, offset: u32, value: u32, _: &mut Cx<'_>) -> Option<()> {
        let index = usize::try_from(offset / 12).ok()?;
        match offset % 12 {
            0 => *self.enabled.get_mut(index)? = value & 1 == 1,
            4 => *self.cycles.get_mut(index)? = value & 0x1ff,
            _ => return None,
        }
        Some(())
    }
}
