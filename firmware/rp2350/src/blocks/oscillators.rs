//! The crystal oscillator, the ring oscillator and a PLL. RP2350 data sheet, sections 8.2 (XOSC), 8.3 (ROSC) and 8.6 (PLL).

use super::{Block, Cx, NEVER, cycles_ns};

/// The crystal of the Pico 2.
pub(crate) const CRYSTAL_HZ: u64 = 12_000_000;
/// What the ring oscillator runs at as it leaves reset, about.
pub(crate) const RING_HZ: u64 = 11_000_000;

/// XOSC.
#[derive(Debug)]
pub(crate) struct Crystal {
    control: u32,
    startup: u32,
    stable_ns: u64,
    bad_write: bool,
}

/// The code words of CTRL.
const ENABLE: u32 = 0xfab;
const DISABLE: u32 = 0xd1e;
/// From 1 to 15 MHz, which is the crystal's, to 60 to 100 MHz.
const RANGES: std::ops::RangeInclusive<u32> = 0xaa0..=0xaa3;

impl Crystal {
    pub(crate) fn new() -> Crystal {
        Crystal { control: DISABLE << 12 | RANGES.start(), startup: 0xc4, stable_ns: NEVER, bad_write: false }
    }

    /// Returns the frequency at a time.
    pub(crate) fn hertz(&self, now_ns: u64) -> u64 {
        if now_ns >= self.stable_ns { CRYSTAL_HZ } else { 0 }
    }

    fn enabled(&self) -> bool {
        self.control >> 12 & 0xfff == ENABLE
    }
}

impl Block for Crystal {
    fn peek(&self, offset: u32, cx: &Cx<'_>) -> Option<u32> {
        match offset {
            0x0 => Some(self.control),
            0x4 => {
                let stable = u32::from(cx.now_ns >= self.stable_ns);
                Some(stable << 31 | u32::from(self.bad_write) << 24 | u32::from(self.enabled()) << 12)
            }
            0xc => Some(self.startup),
            _ => None,
        }
    }

    fn write(&mut self, offset: u32, value: u32, cx: &mut Cx<'_>) -> Option<()> {
        match offset {
            0x0 => {
                let was = self.enabled();
                // A field that is no code word keeps what it was, and the write is a bad one.
                let (range, enable) = (value & 0xfff, value >> 12 & 0xfff);
                let (good_range, good_enable) = (RANGES.contains(&range), enable == ENABLE || enable == DISABLE);
                let range = if good_range { range } else { self.control & 0xfff };
                let enable = if good_enable { enable } else { self.control >> 12 };
                self.bad_write |= !(good_range && good_enable);
                self.control = enable << 12 | range;
                if !self.enabled() {
                    self.stable_ns = NEVER;
                } else if !was && self.control & 0xfff == *RANGES.start() {
                    let cycles = u64::from(self.startup & 0x3fff) * 256;
                    self.stable_ns = cx.now_ns + cycles_ns(cycles, CRYSTAL_HZ);
                }
            }
            0x4 => self.bad_write &= value >> 24 & 1 == 0,
            0xc => self.startup = value & 0x0010_3fff,
            _ => return None,
        }
        Some(())
    }
}

/// A PLL.
#[derive(Debug)]
pub(crate) struct Pll {
    cs: u32,
    power: u32,
    feedback: u32,
    dividers: u32,
    locked_ns: u64,
}

/// How long it takes to lock, about.
const LOCK_NS: u64 = 20_000;
const POWER_DOWN: u32 = 1;
const POSTDIV_DOWN: u32 = 1 << 3;
const VCO_DOWN: u32 = 1 << 5;
/// What the oscillator inside can be. Section 8.6.3, "VCO frequency".
const VCO_HZ: std::ops::RangeInclusive<u64> = 750_000_000..=1_600_000_000;

impl Pll {
    pub(crate) fn new() -> Pll {
        Pll { cs: 1, power: 0x2d, feedback: 0, dividers: 0x0007_7000, locked_ns: NEVER }
    }

    /// Returns what comes out at a time; nothing while it is not locked.
    pub(crate) fn hertz(&self, now_ns: u64) -> u64 {
        if now_ns < self.locked_ns || self.power & POSTDIV_DOWN != 0 {
            return 0;
        }
        let dividers = u64::from(self.dividers >> 16 & 7) * u64::from(self.dividers >> 12 & 7);
        self.vco_hz().checked_div(dividers).unwrap_or(0)
    }

    fn vco_hz(&self) -> u64 {
        let reference = CRYSTAL_HZ.checked_div(u64::from(self.cs & 0x3f)).unwrap_or(0);
        reference * u64::from(self.feedback & 0xfff)
    }
}

impl Block for Pll {
    fn peek(&self, offset: u32, cx: &Cx<'_>) -> Option<u32> {
        match offset {
            0x0 => Some(self.cs & 0x1ff | u32::from(cx.now_ns >= self.locked_ns) << 31),
            0x4 => Some(self.power),
            0x8 => Some(self.feedback),
            0xc => Some(self.dividers),
            _ => None,
        }
    }

    fn write(&mut self, offset: u32, value: u32, cx: &mut Cx<'_>) -> Option<()> {
        match offset {
            0x0 => self.cs = value & 0x1ff,
            0x4 => self.power = value & 0x2d,
            0x8 => self.feedback = value & 0xfff,
            0xc => self.dividers = value & 0x0007_7000,
            _ => return None,
        }
        if offset != 0xc {
            let runs = self.power & (POWER_DOWN | VCO_DOWN) == 0 && VCO_HZ.contains(&self.vco_hz());
            self.locked_ns = match runs {
                // Turning the divider on does not unlock it.
                true if offset == 0x4 && self.locked_ns != NEVER => self.locked_ns,
                true => cx.now_ns + LOCK_NS,
                false => NEVER,
            };
        }
        Some(())
    }
}
