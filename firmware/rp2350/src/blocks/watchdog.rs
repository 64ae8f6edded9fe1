//! WATCHDOG. RP2350 data sheet, section 12.9.

use super::{Block, Cx, NEVER, low};

const ENABLE: u32 = 1 << 30;
const TRIGGER: u32 = 1 << 31;
const PAUSES: u32 = 7 << 24;
const REASON_TIMER: u32 = 1;
const REASON_FORCE: u32 = 2;

#[derive(Debug)]
pub(crate) struct Watchdog {
    control: u32,
    /// What is left of the counter at a time.
    left: u64,
    from_ns: u64,
    tick_ns: Option<u64>,
    pub(crate) reason: u32,
    scratch: [u32; 8],
    /// When it bites.
    bite_ns: u64,
    /// Whether it has bitten: the chip resets, and clears this.
    pub(crate) has_bitten: bool,
}

impl Watchdog {
    pub(crate) fn new() -> Watchdog {
        let (reason, scratch) = (0, [0; 8]);
        Watchdog {
            control: PAUSES,
            left: 0,
            from_ns: 0,
            tick_ns: None,
            reason,
            scratch,
            bite_ns: NEVER,
            has_bitten: false,
        }
    }

    /// Resets what a reset by the watchdog itself resets: reason and scratch registers stay.
    pub(crate) fn restart(&mut self) {
        *self = Watchdog { reason: self.reason, scratch: self.scratch, ..Watchdog::new() };
    }

    pub(crate) fn set_tick(&mut self, tick_ns: Option<u64>, now_ns: u64) {
        if self.tick_ns != tick_ns {
            (self.left, self.from_ns) = (self.left_at(now_ns), now_ns);
            self.tick_ns = tick_ns;
            self.aim();
        }
    }

    fn left_at(&self, now_ns: u64) -> u64 {
        match self.tick_ns.filter(|_| self.control & ENABLE != 0) {
            Some(tick_ns) => self.left.saturating_sub(now_ns.saturating_sub(self.from_ns) / tick_ns),
            None => self.left,
        }
    }

    fn aim(&mut self) {
        self.bite_ns = match self.tick_ns.filter(|_| self.control & ENABLE != 0) {
            Some(tick_ns) => self.from_ns.saturating_add(self.left.saturating_mul(tick_ns)),
            None => NEVER,
        };
    }
}

impl Block for Watchdog {
    fn peek(&self, offset: u32, cx: &Cx<'_>) -> Option<u32> {
        Some(match offset {
            0x0 => self.control | low(self.left_at(cx.now_ns)) & 0x00ff_ffff,
            0x4 => 0,
            0x8 => self.reason,
            0xc..0x2c => *self.scratch.get(usize::try_from((offset - 0xc) / 4).ok()?)?,
            _ => return None,
        })
    }

    fn write(&mut self, offset: u32, value: u32, cx: &mut Cx<'_>) -> Option<()> {
        match offset {
            0x0 => {
                (self.left, self.from_ns) = (self.left_at(cx.now_ns), cx.now_ns);
                self.control = value & (ENABLE | PAUSES);
                if value & TRIGGER != 0 {
                    (self.has_bitten, self.reason) = (true, REASON_FORCE);
                }
            }
            0x4 => (self.left, self.from_ns) = (u64::from(value & 0x00ff_ffff), cx.now_ns),
            0xc..0x2c => *self.scratch.get_mut(usize::try_from((offset - 0xc) / 4).ok()?)? = value,
            _ => return None,
        }
        self.aim();
        Some(())
    }

    fn next_ns(&self) -> u64 {
        self.bite_ns
    }

    fn run(&mut self, _: &mut Cx<'_>) {
        (self.has_bitten, self.reason, self.bite_ns) = (true, REASON_TIMER, NEVER);
    }
}
