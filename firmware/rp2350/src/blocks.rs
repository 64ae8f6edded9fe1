//! The blocks of the chip, one a file.

pub(crate) mod adc;
pub(crate) mod clocks;
pub(crate) mod dma;
pub(crate) mod i2c;
pub(crate) mod io;
pub(crate) mod oscillators;
pub(crate) mod pads;
pub(crate) mod ppb;
pub(crate) mod psm;
pub(crate) mod pwm;
pub(crate) mod resets;
pub(crate) mod rom;
pub(crate) mod sio;
pub(crate) mod spi;
pub(crate) mod ticks;
pub(crate) mod timer;
pub(crate) mod uart;
pub(crate) mod watchdog;

use crate::wires::Wires;

/// The end of time: nothing is to happen.
pub(crate) const NEVER: u64 = u64::MAX;

const NS_PER_S: u64 = 1_000_000_000;

/// The frequencies of the clocks, in hertz; 0 is a clock that stands still.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Rates {
    pub(crate) reference: u64,
    pub(crate) system: u64,
    pub(crate) peripheral: u64,
    pub(crate) adc: u64,
    pub(crate) usb: u64,
}

/// What a block sees of the chip around it.
pub(crate) struct Cx<'a> {
    pub(crate) now_ns: u64,
    pub(crate) rates: Rates,
    pub(crate) wires: &'a mut Wires,
}

/// A block of registers. `None` stands for a register that is not modelled.
pub(crate) trait Block {
    /// Returns a register without the effects that reading it has.
    fn peek(&self, offset: u32, cx: &Cx<'_>) -> Option<u32>;

    /// Reads a register.
    fn read(&mut self, offset: u32, cx: &mut Cx<'_>) -> Option<u32> {
        self.peek(offset, cx)
    }

    /// Writes a register.
    fn write(&mut self, offset: u32, value: u32, cx: &mut Cx<'_>) -> Option<()>;

    /// Returns when something happens by itself.
    fn next_ns(&self) -> u64 {
        NEVER
    }

    /// Does what happens now by itself.
    fn run(&mut self, _cx: &mut Cx<'_>) {}
}

/// Returns how long some cycles of a clock take, in nanoseconds, rounded to the nearest; a clock that stands still never gets there.
pub(crate) fn cycles_ns(cycles: u64, hertz: u64) -> u64 {
    let ns = (u128::from(cycles) * u128::from(NS_PER_S) + u128::from(hertz / 2)).checked_div(u128::from(hertz));
    ns.and_then(|ns| u64::try_from(ns).ok()).unwrap_or(NEVER)
}

/// Returns how many cycles of a clock are in some nanoseconds.
pub(crate) fn ns_cycles(ns: u64, hertz: u64) -> u64 {
    u64::try_from(u128::from(ns) * u128::from(hertz) / u128::from(NS_PER_S)).unwrap_or(NEVER)
}

/// The lowest 32 bits.
pub(crate) fn low(value: u64) -> u32 {
    u32::try_from(value & 0xffff_ffff).unwrap_or(0)
}

/// The lowest eight bits.
pub(crate) fn byte(value: u32) -> u8 {
    u8::try_from(value & 0xff).unwrap_or(0)
}

/// A count of things in a FIFO, as a field of a register.
pub(crate) fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
