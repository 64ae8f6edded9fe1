//! SCK, MOSI, MISO and select lines.

use embedded_hal::spi::{Mode, Phase, Polarity};

use crate::event::{Event, What};

/// Decodes one SPI bus, most significant bit first.
#[derive(Clone, Debug)]
pub struct SpiLines {
    wire: String,
    /// The mode while nothing is selected: that of a bus without selects.
    mode: Mode,
    /// The devices on the bus, each with the mode it is talked to in, and whether it is selected.
    devices: Vec<(String, Mode, bool)>,
    sck: bool,
    mosi: bool,
    miso: bool,
    /// The bits of the word under way, both ways, and how many half clocks it has had.
    bits: [u8; 2],
    halves: u32,
    began_ns: u64,
    /// Whether words count without a select.
    selectless: bool,
}

/// One of the lines that all devices share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SpiLine {
    /// The clock.
    Sck,
    /// From the controller.
    Mosi,
    /// To the controller.
    Miso,
}

impl SpiLines {
    /// Returns the decoder of a bus with devices, each behind a select line.
    #[must_use]
    pub fn new(wire: &str, devices: &[(&str, Mode)], clock_high: bool) -> SpiLines {
        let devices = devices.iter().map(|(device, mode)| ((*device).to_owned(), *mode, false)).collect();
        SpiLines {
            wire: wire.to_owned(),
            mode: embedded_hal::spi::MODE_0,
            devices,
            sck: clock_high,
            mosi: false,
            miso: true,
            bits: [0; 2],
            halves: 0,
            began_ns: 0,
            selectless: false,
        }
    }

    /// Returns the decoder of a bus without select lines.
    #[must_use]
    pub fn without_selects(wire: &str, mode: Mode, clock_high: bool) -> SpiLines {
        SpiLines { mode, selectless: true, ..SpiLines::new(wire, &[], clock_high) }
    }

    /// Takes a level of a select line; low is active.
    pub fn select(&mut self, at_ns: u64, device: &str, high: bool, out: &mut Vec<Event>) {
        let Some((name, _, selected)) = self.devices.iter_mut().find(|(name, ..)| name == device) else { return };
        if *selected == high {
            *selected = !high;
            let device = name.clone();
            let what = if high { What::Deselect { device } } else { What::Select { device } };
            out.push(Event::new(at_ns, &self.wire, what));
            (self.bits, self.halves) = ([0; 2], 0);
        }
    }

    /// Takes a level of a shared line.
    pub fn line(&mut self, at_ns: u64, line: SpiLine, high: bool, out: &mut Vec<Event>) {
        match line {
            SpiLine::Mosi => self.mosi = high,
            SpiLine::Miso => self.miso = high,
            SpiLine::Sck if high != self.sck => {
                self.sck = high;
                self.clock(at_ns, out);
            }
            SpiLine::Sck => {}
        }
    }

    fn clock(&mut self, at_ns: u64, out: &mut Vec<Event>) {
        let selected = self.devices.iter().find(|(.., selected)| *selected).map(|(_, mode, _)| *mode);
        let mode = selected.or(self.selectless.then_some(self.mode));
        let leading = mode.is_some_and(|mode| self.sck != (mode.polarity == Polarity::IdleHigh));
        let Some(mode) = mode.filter(|_| leading == self.halves.is_multiple_of(2)) else {
            // An edge that no word has: nothing is selected, or the clock was not at its idle level.
            out.push(Event::new(at_ns, &self.wire, What::Clock { high: self.sck }));
            return;
        };
        if self.halves == 0 {
            self.began_ns = at_ns;
        }
        if leading == (mode.phase == Phase::CaptureOnFirstTransition) {
            let [mosi, miso] = self.bits;
            self.bits = [(mosi << 1) | u8::from(self.mosi), (miso << 1) | u8::from(self.miso)];
        }
        self.halves += 1;
        if self.halves == 16 {
            let [mosi, miso] = self.bits;
            let what = What::Word { mosi, miso };
            out.push(Event { at_ns: self.began_ns, until_ns: at_ns, wire: self.wire.clone(), what });
            (self.bits, self.halves) = ([0; 2], 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use embedded_hal::spi::{MODE_0, MODE_3};

    use super::*;
    use crate::text::on_wire;

    /// Clocks a word out, and its complement in.
    fn word(lines: &mut SpiLines, mosi: u8, idle: bool, second: bool, out: &mut Vec<Event>) {
        for bit in (0..8).rev() {
            let high = (mosi >> bit) & 1 == 1;
            let mut data = |lines: &mut SpiLines| {
                lines.line(0, SpiLine::Mosi, high, out);
                lines.line(0, SpiLine::Miso, !high, out);
            };
            if !second {
                data(lines);
            }
            let mut events = Vec::new();
            lines.line(1, SpiLine::Sck, !idle, &mut events);
            if second {
                lines.line(0, SpiLine::Mosi, high, &mut events);
                lines.line(0, SpiLine::Miso, !high, &mut events);
            }
            lines.line(2, SpiLine::Sck, idle, &mut events);
            out.append(&mut events);
        }
    }

    #[test]
    fn words_are_read_in_the_mode_of_the_selected_device() {
        let (mut lines, mut events) = (SpiLines::new("spi", &[("a", MODE_0), ("b", MODE_3)], false), Vec::new());
        lines.select(0, "a", false, &mut events);
        word(&mut lines, 0x35, false, false, &mut events);
        lines.select(0, "a", true, &mut events);
        lines.line(0, SpiLine::Sck, true, &mut events);
        lines.select(0, "b", false, &mut events);
        word(&mut lines, 0xc1, true, true, &mut events);
        lines.select(0, "b", true, &mut events);
        assert_eq!(on_wire(&events, "spi"), "[a 35>ca ] clock-high [b c1>3e ]");
    }

    #[test]
    fn a_clock_that_moves_under_select_without_a_word_shows() {
        let (mut lines, mut events) = (SpiLines::new("spi", &[("a", MODE_0)], true), Vec::new());
        lines.select(0, "a", false, &mut events);
        lines.line(0, SpiLine::Sck, false, &mut events);
        word(&mut lines, 0x35, false, false, &mut events);
        assert_eq!(on_wire(&events, "spi"), "[a clock-low 35>ca");
    }
}
