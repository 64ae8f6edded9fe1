//! IO_BANK0: functions, overrides and interrupts of the pins. RP2350 data sheet, section 9.11.1.

use wasm_embedded_sim::Level;

use super::{Block, Cx};
use crate::pins::PINS;

/// No function.
pub(crate) const CONTROL_RESET: u32 = 0x1f;
/// FUNCSEL, OUTOVER, OEOVER, INOVER and IRQOVER.
const CONTROL_BITS: u32 = 0x3003_f01f;

/// The fields of an interrupt register: four for each pin, eight pins a register.
const LEVEL_LOW: u32 = 1;
const LEVEL_HIGH: u32 = 2;
const EDGE_LOW: u32 = 4;
const EDGE_HIGH: u32 = 8;
const WORDS: usize = 6;

#[derive(Debug)]
pub(crate) struct Io {
    /// The controls that no pin has.
    rest: [u32; 48],
    /// The edges that have been seen, by words of eight pins.
    edges: [u32; WORDS],
    /// For processors 0 and 1 and the wake-up: enable and force.
    enable: [[u32; WORDS]; 3],
    force: [[u32; WORDS]; 3],
}

impl Io {
    pub(crate) fn new() -> Io {
        Io { rest: [CONTROL_RESET; 48], edges: [0; WORDS], enable: [[0; WORDS]; 3], force: [[0; WORDS]; 3] }
    }

    /// Notes the edges of pins since the last call.
    fn listen(&mut self, cx: &Cx<'_>) {
        for (pin, level) in cx.wires.edges() {
            let edge = if level == Level::High { EDGE_HIGH } else { EDGE_LOW };
            if let Some(word) = self.edges.get_mut(pin / 8) {
                *word |= edge << (pin % 8 * 4);
            }
        }
    }

    fn raw(&self, word: usize, cx: &Cx<'_>) -> Option<u32> {
        let pins = (word * 8..word * 8 + 8).filter(|pin| *pin < PINS);
        let level = |pin: usize| if cx.wires.input(pin) { LEVEL_HIGH } else { LEVEL_LOW };
        Some(pins.fold(*self.edges.get(word)?, |bits, pin| bits | level(pin) << (pin % 8 * 4)))
    }

    fn status(&self, pin: usize, cx: &Cx<'_>) -> u32 {
        let (enabled, high) = cx.wires.commanded(pin);
        u32::from(high) << 9 | u32::from(enabled) << 13 | u32::from(cx.wires.input(pin)) << 17
    }
}

/// Which group of interrupt registers, and which word of it: raw, then enable, force and status of each processor.
fn group(offset: u32) -> Option<(usize, usize)> {
    let at = usize::try_from(offset.checked_sub(0x230)? / 4).ok()?;
    (at < 10 * WORDS).then_some((at / WORDS, at % WORDS))
}

impl Block for Io {
    fn peek(&self, offset: u32, cx: &Cx<'_>) -> Option<u32> {
        if offset < 0x180 {
            let pin = usize::try_from(offset / 8).ok()?;
            return match (offset % 8, pin < PINS) {
                (0, true) => Some(self.status(pin, cx)),
                (0, false) => Some(0),
                (_, true) => cx.wires.controls.get(pin).copied(),
                (_, false) => self.rest.get(pin).copied(),
            };
        }
        let (group, word) = group(offset)?;
        let (who, what) = (group.saturating_sub(1) / 3, group.checked_sub(1).map(|group| group % 3));
        match what {
            None => self.raw(word, cx),
            Some(0) => self.enable.get(who)?.get(word).copied(),
            Some(1) => self.force.get(who)?.get(word).copied(),
            Some(_) => {
                let (enable, force) = (self.enable.get(who)?.get(word)?, self.force.get(who)?.get(word)?);
                Some(self.raw(word, cx)? & enable | force)
            }
        }
    }

    fn read(&mut self, offset: u32, cx: &mut Cx<'_>) -> Option<u32> {
        self.listen(cx);
        self.peek(offset, cx)
    }

    fn write(&mut self, offset: u32, value: u32, cx: &mut Cx<'_>) -> Option<()> {
        self.listen(cx);
        if offset < 0x180 {
            let pin = usize::try_from(offset / 8).ok()?;
            match (offset % 8, pin < PINS) {
                (0, _) => return None,
                (_, true) => {
                    *cx.wires.controls.get_mut(pin)? = value & CONTROL_BITS;
                    cx.wires.update(pin);
                }
                (_, false) => *self.rest.get_mut(pin)? = value & CONTROL_BITS,
            }
            return Some(());
        }
        let (group, word) = group(offset)?;
        match group.checked_sub(1).map(|group| (group / 3, group % 3)) {
            // Edges are cleared by writing ones; levels are what they are.
            None => *self.edges.get_mut(word)? &= !(value & 0xcccc_cccc),
            Some((who, 0)) => *self.enable.get_mut(who)?.get_mut(word)? = value,
            Some((who, 1)) => *self.force.get_mut(who)?.get_mut(word)? = value,
            Some(_) => return None,
        }
        Some(())
    }
}
