//! Worldsemi WS2812B: a strip of lights on one wire, here the data line of an SPI bus.
//!
//! It follows the data sheet: Worldsemi WS2812B, version 1 ("data transfer time" and "sequence chart").

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use embedded_hal::spi::Mode;

use super::miso::UNDRIVEN;
use crate::model::{BuildError, Buses, Model, PictureInfo, Preset, Readout, Setting, Setup, Value, ValueKind};
use crate::part::{Board, Part};
use crate::picture::Frame;
use crate::spi::SpiTarget;

/// The strip as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Worldsemi WS2812B, version 1",
    omits: "The wire is the data line of an SPI bus without a select line, at 2 to 4 MHz; pins that are switched by a program are too \
            slow. The clock is measured from byte to byte.",
    settings: &[Setting::new(
        "length",
        ValueKind::Integer(1, 1_024, ""),
        Preset::Integer(8),
        "how many lights the strip has",
    )],
    readouts: &[Readout::new(
        "bad-pulses",
        ValueKind::Integer(0, i64::MAX, ""),
        "how many pulses were neither a 0 nor a 1: their bits are lost, and the colours after them are others",
    )],
    pictures: &[PictureInfo { size: |settings| (settings.integer("length").unwrap_or(8), 1), colours: "16 million" }],
    ..Model::new("ws2812", "a strip of lights on one wire", Buses::SPI, build)
};

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    Ok(Box::new(Ws2812::new(setup.integer("length")?)))
}

// "Data transfer time": a 0 is high for 0.4 us, a 1 for 0.8 us, each within 150 ns; 50 us of silence end a frame.
const ZERO_NS: core::ops::RangeInclusive<u64> = 250..=550;
const ONE_NS: core::ops::RangeInclusive<u64> = 650..=950;
const RESET_NS: u64 = 50_000;

struct Ws2812 {
    shown: Vec<[u8; 3]>,
    coming: Vec<[u8; 3]>,
    /// The bits of the light that is coming, and how many.
    bits: u32,
    count: u32,
    /// The byte whose length is not known before the next one begins.
    waiting: Option<(u64, u8)>,
    bit_ns: u64,
    /// How long the wire has been high.
    high_ns: u64,
    bad: i64,
}

impl Ws2812 {
    fn new(length: usize) -> Ws2812 {
        Ws2812 {
            shown: vec![[0; 3]; length],
            coming: Vec::new(),
            bits: 0,
            count: 0,
            waiting: None,
            bit_ns: 0,
            high_ns: 0,
            bad: 0,
        }
    }

    /// Takes the byte that has waited, whose bits take as long as those before it unless the next byte followed at once.
    fn take(&mut self, now_ns: u64) {
        let Some((at_ns, byte)) = self.waiting.take() else { return };
        let passed_ns = now_ns.saturating_sub(at_ns);
        if passed_ns < RESET_NS {
            self.bit_ns = passed_ns / 8;
        }
        for bit in (0..8).rev() {
            if byte >> bit & 1 != 0 {
                self.high_ns += self.bit_ns;
            } else if self.high_ns > 0 {
                let high_ns = core::mem::take(&mut self.high_ns);
                self.pulse(high_ns);
            }
        }
        if passed_ns >= RESET_NS {
            self.latch();
        }
    }

    fn pulse(&mut self, high_ns: u64) {
        let one = ONE_NS.contains(&high_ns);
        if !one && !ZERO_NS.contains(&high_ns) {
            self.bad = self.bad.saturating_add(1);
            return;
        }
        (self.bits, self.count) = (self.bits << 1 | u32::from(one), self.count + 1);
        if self.count == 24 {
            // "Composition of 24 bit data": green, red, blue.
            let [_, green, red, blue] = self.bits.to_be_bytes();
            (self.bits, self.count) = (0, 0);
            self.coming.push([red, green, blue]);
        }
    }

    fn latch(&mut self) {
        for (shown, colour) in self.shown.iter_mut().zip(self.coming.drain(..)) {
            *shown = colour;
        }
        (self.bits, self.count, self.high_ns) = (0, 0, 0);
    }
}

impl Part for Ws2812 {
    fn spi(&mut self) -> Option<&mut dyn SpiTarget> {
        Some(self)
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        *self = Ws2812::new(self.shown.len());
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        (readout == "bad-pulses").then(|| self.bad.into())
    }

    fn picture(&mut self, now_ns: u64) -> Option<Frame> {
        if self.waiting.is_some_and(|(at_ns, _)| now_ns.saturating_sub(at_ns) >= RESET_NS) {
            self.take(now_ns);
        }
        Some(Frame::coloured(self.shown.len(), self.shown.clone()))
    }
}

impl SpiTarget for Ws2812 {
    fn accepts(&self, _mode: Mode) -> bool {
        true
    }

    fn select(&mut self, _board: &mut dyn Board) {}

    fn transfer(&mut self, mosi: u8, board: &mut dyn Board) -> u8 {
        self.take(board.now_ns());
        self.waiting = Some((board.now_ns(), mosi));
        UNDRIVEN
    }

    fn deselect(&mut self, _board: &mut dyn Board) {}
}

#[cfg(test)]
mod tests {
    use super::Ws2812;
    use crate::part::Part as _;
    use crate::parts::test_board::TestBoard;
    use crate::spi::SpiTarget as _;

    /// Sends bits as four of an SPI bus at 3 MHz each: 1000 and 1110, or what `ns` makes of a bit.
    fn send(part: &mut Ws2812, board: &mut TestBoard, colours: &[u8], byte_ns: u64) {
        for byte in colours.iter().flat_map(|byte| [6, 4, 2, 0].map(|shift| byte >> shift & 3)) {
            let pattern = [0x88, 0x8c, 0xc8, 0xcc][usize::from(byte)];
            part.transfer(pattern, board);
            board.advance(part, byte_ns);
        }
    }

    #[test]
    fn widths_of_pulses_are_bits_and_silence_ends_a_frame() {
        let mut part = Ws2812::new(2);
        let mut board = TestBoard::with(&mut part);
        // 2.5 MHz: 0.4 and 0.8 us.
        send(&mut part, &mut board, &[0x10, 0xff, 0x00, 1, 2, 3], 3_200);
        let colours = |part: &mut Ws2812, now_ns| part.picture(now_ns).map(|frame| frame.colours);
        assert_eq!(colours(&mut part, 80_000).as_deref(), Some(&[[0; 3]; 2][..]), "the frame is not over");
        assert_eq!(colours(&mut part, 200_000).as_deref(), Some(&[[0xff, 0x10, 0x00], [2, 1, 3]][..]));
        board.advance(&mut part, 100_000);
        // At 1 MHz a 1 is high for 2 us.
        send(&mut part, &mut board, &[0xff], 8_000);
        part.take(1_000_000);
        assert!(part.bad > 0);
    }
}
