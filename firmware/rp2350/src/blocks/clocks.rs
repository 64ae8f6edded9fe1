//! CLOCKS: which oscillator each clock runs from. RP2350 data sheet, section 8.1, "Clocks".

use super::{Block, Cx, Rates};

/// What the sources run at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sources {
    pub(crate) ring: u64,
    pub(crate) crystal: u64,
    pub(crate) pll_sys: u64,
    pub(crate) pll_usb: u64,
}

/// The clock generators, by the order of their registers.
const REF: usize = 4;
const SYS: usize = 5;
const PERI: usize = 6;
const USB: usize = 8;
const ADC: usize = 9;
const GENERATORS: usize = 10;

const ENABLE: u32 = 1 << 11;
const ENABLED: u32 = 1 << 28;

#[derive(Debug)]
pub(crate) struct Clocks {
    controls: [u32; GENERATORS],
    dividers: [u32; GENERATORS],
    resuscitate: u32,
    /// WAKE_EN0, WAKE_EN1, SLEEP_EN0, SLEEP_EN1.
    gates: [u32; 4],
}

impl Clocks {
    pub(crate) fn new() -> Clocks {
        let gates = [u32::MAX, 0x7fff_ffff, u32::MAX, 0x7fff_ffff];
        Clocks { controls: [0; GENERATORS], dividers: [0x1_0000; GENERATORS], resuscitate: 0xff, gates }
    }

    /// Returns the frequencies that the registers make of the sources.
    pub(crate) fn rates(&self, from: Sources) -> Rates {
        let control = |index: usize| self.controls.get(index).copied().unwrap_or(0);
        let aux = |index: usize| control(index) >> 5 & 7;
        let reference = match control(REF) & 3 {
            0 => from.ring,
            2 => from.crystal,
            1 if aux(REF) & 3 == 0 => from.pll_usb,
            _ => 0,
        };
        let reference = self.divided(REF, reference);
        let of_system = |number: u32| match number {
            0 => from.pll_sys,
            1 => from.pll_usb,
            2 => from.ring,
            3 => from.crystal,
            _ => 0,
        };
        let system = if control(SYS) & 1 == 0 { reference } else { of_system(aux(SYS)) };
        let system = self.divided(SYS, system);
        let gated =
            |index: usize, hertz: u64| if control(index) & ENABLE == 0 { 0 } else { self.divided(index, hertz) };
        let peripheral = match aux(PERI) {
            0 => system,
            1 => from.pll_sys,
            2 => from.pll_usb,
            3 => from.ring,
            4 => from.crystal,
            _ => 0,
        };
        let of_usb = |number: u32| match number {
            0 => from.pll_usb,
            1 => from.pll_sys,
            2 => from.ring,
            3 => from.crystal,
            _ => 0,
        };
        Rates {
            reference,
            system,
            peripheral: gated(PERI, peripheral),
            adc: gated(ADC, of_usb(aux(ADC))),
            usb: gated(USB, of_usb(aux(USB))),
        }
    }

    /// The divider has 16 bits of integer and, for some clocks, 16 of fraction.
    fn divided(&self, index: usize, hertz: u64) -> u64 {
        let divider = self.dividers.get(index).copied().unwrap_or(0);
        // A divider of 0 stands for the greatest.
        let divider = if divider >> 16 == 0 { u64::from(divider) | 1 << 32 } else { u64::from(divider) };
        (hertz << 16) / divider
    }

    fn selected(&self, index: usize) -> u32 {
        let control = self.controls.get(index).copied().unwrap_or(0);
        match index {
            REF => 1 << (control & 3),
            SYS => 1 << (control & 1),
            _ => 1,
        }
    }
}

impl Block for Clocks {
    fn peek(&self, offset: u32, _: &Cx<'_>) -> Option<u32> {
        let index = usize::try_from(offset / 12).ok()?;
        match (offset, offset % 12) {
            (0x0..0x78, 0) => {
                let control = *self.controls.get(index)?;
                Some(if control & ENABLE == 0 { control } else { control | ENABLED })
            }
            (0x0..0x78, 4) => self.dividers.get(index).copied(),
            (0x0..0x78, _) => Some(self.selected(index)),
            (0x84, _) => Some(self.resuscitate),
            (0x88, _) => Some(0),
            (0xac..0xbc, _) => self.gates.get(usize::try_from((offset - 0xac) / 4).ok()?).copied(),
            _ => None,
        }
    }

    fn write(&mut self, offset: u32, value: u32, _: &mut Cx<'_>) -> Option<()> {
        let index = usize::try_from(offset / 12).ok()?;
        match (offset, offset % 12) {
            (0x0..0x78, 0) => *self.controls.get_mut(index)? = value & !ENABLED,
            (0x0..0x78, 4) => *self.dividers.get_mut(index)? = value,
            (0x84, _) => self.resuscitate = value,
            (0xac..0xbc, _) => *self.gates.get_mut(usize::try_from((offset - 0xac) / 4).ok()?)? = value,
            _ => return None,
        }
        Some(())
    }
}
