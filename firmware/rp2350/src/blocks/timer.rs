//! TIMER0 and TIMER1. RP2350 data sheet, section 12.8, "System timers".

use super::{Block, Cx, NEVER, low};

const ALARMS: usize = 4;

#[derive(Debug)]
pub(crate) struct Timer {
    /// The count at a time, from which it goes on.
    from: u64,
    from_ns: u64,
    tick_ns: Option<u64>,
    latched_high: u32,
    written_low: u32,
    paused: bool,
    alarms: [u32; ALARMS],
    /// When the alarms that are armed go off, by the count.
    armed: [Option<u64>; ALARMS],
    raised: u32,
    enabled: u32,
    forced: u32,
    debug_pause: u32,
    /// What the last look at the count saw, and when.
    last_look: (u64, u64),
}

impl Timer {
    pub(crate) fn new() -> Timer {
        Timer {
            from: 0,
            from_ns: 0,
            tick_ns: None,
            latched_high: 0,
            written_low: 0,
            paused: false,
            alarms: [0; ALARMS],
            armed: [None; ALARMS],
            raised: 0,
            enabled: 0,
            forced: 0,
            debug_pause: 7,
            last_look: (NEVER, 0),
        }
    }

    /// Has it count ticks of another length from now on.
    pub(crate) fn set_tick(&mut self, tick_ns: Option<u64>, now_ns: u64) {
        if self.tick_ns != tick_ns {
            self.from = self.count(now_ns);
            (self.from_ns, self.tick_ns) = (now_ns, tick_ns);
        }
    }

    fn count(&self, now_ns: u64) -> u64 {
        match self.tick_ns.filter(|_| !self.paused) {
            Some(tick_ns) => self.from.wrapping_add(now_ns.saturating_sub(self.from_ns) / tick_ns),
            None => self.from,
        }
    }

    /// Returns when the count changes next: a program that looks twice at the same count waits for that.
    pub(crate) fn skip_to(&mut self, now_ns: u64) -> Option<u64> {
        let count = self.count(now_ns);
        let same = std::mem::replace(&mut self.last_look, (count, now_ns)).0 == count;
        let tick_ns = self.tick_ns.filter(|_| same && !self.paused)?;
        Some(self.from_ns + (count.wrapping_sub(self.from) + 1) * tick_ns)
    }

    fn alarm_ns(&self, at: u64) -> u64 {
        let tick_ns = self.tick_ns.unwrap_or(NEVER);
        self.from_ns.saturating_add(at.wrapping_sub(self.from).saturating_mul(tick_ns))
    }
}

impl Block for Timer {
    fn peek(&self, offset: u32, cx: &Cx<'_>) -> Option<u32> {
        let count = self.count(cx.now_ns);
        let armed = (0..ALARMS).filter(|alarm| self.armed[*alarm].is_some()).fold(0, |bits, alarm| bits | 1 << alarm);
        Some(match offset {
            0x08 => self.latched_high,
            0x0c | 0x28 => low(count),
            0x10..0x20 => *self.alarms.get(usize::try_from((offset - 0x10) / 4).ok()?)?,
            0x20 => armed,
            0x24 => low(count >> 32),
            0x2c => self.debug_pause,
            0x30 => u32::from(self.paused),
            0x34 | 0x38 => 0,
            0x3c => self.raised,
            0x40 => self.enabled,
            0x44 => self.forced,
            0x48 => self.raised & self.enabled | self.forced,
            _ => return None,
        })
    }

    fn read(&mut self, offset: u32, cx: &mut Cx<'_>) -> Option<u32> {
        if offset == 0x0c {
            self.latched_high = low(self.count(cx.now_ns) >> 32);
        }
        self.peek(offset, cx)
    }

    fn write(&mut self, offset: u32, value: u32, cx: &mut Cx<'_>) -> Option<()> {
        match offset {
            0x00 => (self.from, self.from_ns) = (u64::from(value) << 32 | u64::from(self.written_low), cx.now_ns),
            0x04 => self.written_low = value,
            0x10..0x20 => {
                let alarm = usize::try_from((offset - 0x10) / 4).ok()?;
                let now = self.count(cx.now_ns);
                // It compares the lowest 32 bits: what is past comes in the next round.
                let ahead = value.wrapping_sub(low(now));
                *self.alarms.get_mut(alarm)? = value;
                *self.armed.get_mut(alarm)? = Some(now.wrapping_add(u64::from(ahead)));
            }
            0x20 => (0..ALARMS).filter(|alarm| value >> alarm & 1 == 1).for_each(|alarm| self.armed[alarm] = None),
            0x2c => self.debug_pause = value & 6,
            0x30 => {
                (self.from, self.from_ns) = (self.count(cx.now_ns), cx.now_ns);
                self.paused = value & 1 == 1;
            }
            0x3c => self.raised &= !value,
            0x40 => self.enabled = value & 0xf,
            0x44 => self.forced = value & 0xf,
            _ => return None,
        }
        Some(())
    }

    fn next_ns(&self) -> u64 {
        let times = self.armed.iter().flatten().map(|at| self.alarm_ns(*at));
        times.min().filter(|_| !self.paused).unwrap_or(NEVER)
    }

    fn run(&mut self, cx: &mut Cx<'_>) {
        let count = self.count(cx.now_ns);
        for (alarm, armed) in self.armed.iter_mut().enumerate() {
            if armed.is_some_and(|at| at <= count) {
                *armed = None;
                self.raised |= 1 << alarm;
            }
        }
    }
}
