//! PWM: twelve counters with two outputs each. RP2350 data sheet, section 12.5.
//!
//! A change of a period or duty takes effect at once, where the chip waits for the end of the period.

use super::{Block, Cx, cycles_ns};
use crate::pins::{PINS, Signal};

const COUNTERS: usize = 12;

const ENABLE: u32 = 1;
const PHASE_CORRECT: u32 = 1 << 1;
const INVERT_A: u32 = 1 << 2;
const DIVIDE_MODE: u32 = 3 << 4;

#[derive(Clone, Copy, Debug)]
struct Counter {
    control: u32,
    divider: u32,
    count: u32,
    compare: u32,
    top: u32,
}

#[derive(Debug)]
pub(crate) struct Pwm {
    counters: [Counter; COUNTERS],
    /// INTE and INTF of both lines.
    interrupts: [u32; 4],
}

impl Pwm {
    pub(crate) fn new() -> Pwm {
        let counter = Counter { control: 0, divider: 0x10, count: 0, compare: 0, top: 0xffff };
        Pwm { counters: [counter; COUNTERS], interrupts: [0; 4] }
    }

    /// Has the pins of a counter follow it.
    fn follow(&self, slice: usize, cx: &mut Cx<'_>) {
        let Some(counter) = self.counters.get(slice) else { return };
        // The divider has four bits of fraction, and 0 stands for 256.
        let divider = u64::from(counter.divider & 0xfff);
        let divider = if divider >> 4 == 0 { divider | 256 << 4 } else { divider };
        let slopes = if counter.control & PHASE_CORRECT == 0 { 1 } else { 2 };
        let sixteenths_ns = |cycles: u64| cycles_ns(cycles * divider * slopes, cx.rates.system * 16);
        let top = u64::from(counter.top & 0xffff) + 1;
        let period_ns = sixteenths_ns(top);
        let runs = counter.control & (ENABLE | DIVIDE_MODE) == ENABLE && cx.rates.system > 0;
        for output in 0..2 {
            let compare = u64::from(counter.compare >> (16 * output) & 0xffff).min(top);
            let inverted = counter.control & INVERT_A << output != 0;
            let high = if inverted { top - compare } else { compare };
            // One that stands still is as it is at the count of 0.
            let high = if runs { high } else { u64::from(u64::from(inverted) ^ u64::from(compare > 0) != 0) * top };
            cx.wires.pwm[slice][output] =
                (period_ns.max(1), if high == top { period_ns.max(1) } else { sixteenths_ns(high) });
        }
        cx.wires.advance_to(cx.now_ns);
        for pin in 0..PINS {
            if matches!(cx.wires.signal(pin), Signal::Pwm(of, _) if of == slice) {
                cx.wires.update(pin);
            }
        }
    }
}

impl Block for Pwm {
    fn peek(&self, offset: u32, _: &Cx<'_>) -> Option<u32> {
        let at = usize::try_from(offset / 4).ok()?;
        if let Some(counter) = self.counters.get(at / 5) {
            return Some(match at % 5 {
                0 => counter.control,
                1 => counter.divider,
                2 => counter.count,
                3 => counter.compare,
                _ => counter.top,
            });
        }
        match offset {
            0xf0 => Some((0..COUNTERS).fold(0, |bits, at| bits | (self.counters[at].control & ENABLE) << at)),
            0xf8 | 0xfc => self.interrupts.get(usize::from(offset == 0xfc)).copied(),
            0x104 | 0x108 => self.interrupts.get(2 + usize::from(offset == 0x108)).copied(),
            _ => None,
        }
    }

    fn write(&mut self, offset: u32, value: u32, cx: &mut Cx<'_>) -> Option<()> {
        let at = usize::try_from(offset / 4).ok()?;
        if let Some(counter) = self.counters.get_mut(at / 5) {
            match at % 5 {
                // The divider's other modes count edges of an input, which is not modelled.
                0 if value & DIVIDE_MODE != 0 => return None,
                0 => counter.control = value & 0x3f,
                1 => counter.divider = value & 0xfff,
                2 => counter.count = value & 0xffff,
                3 => counter.compare = value,
                _ => counter.top = value & 0xffff,
            }
            self.follow(at / 5, cx);
            return Some(());
        }
        match offset {
            0xf0 => {
                for slice in 0..COUNTERS {
                    let control = &mut self.counters[slice].control;
                    *control = *control & !ENABLE | (value >> slice & ENABLE);
                    self.follow(slice, cx);
                }
            }
            0xf8 | 0xfc => *self.interrupts.get_mut(usize::from(offset == 0xfc))? = value,
            0x104 | 0x108 => *self.interrupts.get_mut(2 + usize::from(offset == 0x108))? = value,
            _ => return None,
        }
        Some(())
    }
}
