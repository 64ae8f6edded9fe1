//! APA102: a strip of lights with a clock, one behind the other.
//!
//! It follows the data sheet: Shiji Lighting APA102 (2014), "data structure".

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use embedded_hal::spi::{MODE_0, MODE_3, Mode};

use super::miso::UNDRIVEN;
use crate::model::{BuildError, Buses, Model, PictureInfo, Preset, Setting, Setup, ValueKind};
use crate::part::{Board, Part};
use crate::picture::Frame;
use crate::spi::SpiTarget;

/// The strip as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Shiji Lighting APA102 (2014)",
    omits: "A light shows its colour when its frame has come, whether or not enough clocks follow it to reach the end of a long strip.",
    settings: &[Setting::new(
        "length",
        ValueKind::Integer(1, 1_024, ""),
        Preset::Integer(8),
        "how many lights the strip has",
    )],
    pictures: &[PictureInfo {
        size: |settings| (settings.integer("length").unwrap_or(8), 1),
        colours: "16 million, each times the brightness of its light",
    }],
    ..Model::new("apa102", "a strip of lights with a clock", Buses::SPI, build)
};

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    Ok(Box::new(Apa102::new(setup.integer("length")?)))
}

/// The upper three bits of a light's frame are ones.
const LIGHT: u8 = 0xe0;
const FULL: u16 = 31;

struct Apa102 {
    colours: Vec<[u8; 3]>,
    /// The bytes of the frame that is coming.
    frame: Vec<u8>,
    /// The light that the next frame is for; none before a start frame.
    next: Option<usize>,
}

impl Apa102 {
    fn new(length: usize) -> Apa102 {
        Apa102 { colours: vec![[0; 3]; length], frame: Vec::new(), next: None }
    }

    /// Takes a frame of 32 bits: all zeros start anew; a light's has its brightness, blue, green and red.
    fn take(&mut self, frame: [u8; 4]) {
        match (frame, self.next) {
            ([0, 0, 0, 0], _) => self.next = Some(0),
            ([first, blue, green, red], Some(light)) if first & LIGHT == LIGHT => {
                let brightness = u16::from(first & !LIGHT);
                let scaled = |colour: u8| u8::try_from(u16::from(colour) * brightness / FULL).unwrap_or(u8::MAX);
                if let Some(place) = self.colours.get_mut(light) {
                    *place = [red, green, blue].map(scaled);
                }
                self.next = Some(light + 1);
            }
            // No frame: the strip waits for the next start.
            _ => self.next = None,
        }
    }
}

impl Part for Apa102 {
    fn spi(&mut self) -> Option<&mut dyn SpiTarget> {
        Some(self)
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        *self = Apa102::new(self.colours.len());
    }

    fn picture(&mut self, _now_ns: u64) -> Option<Frame> {
        Some(Frame::coloured(self.colours.len(), self.colours.clone()))
    }
}

impl SpiTarget for Apa102 {
    fn accepts(&self, mode: Mode) -> bool {
        mode == MODE_0 || mode == MODE_3
    }

    fn select(&mut self, _board: &mut dyn Board) {}

    fn transfer(&mut self, mosi: u8, _board: &mut dyn Board) -> u8 {
        self.frame.push(mosi);
        if let [a, b, c, d] = *self.frame.as_slice() {
            if self.next.is_none() && [a, b, c, d] != [0; 4] {
                // A start frame can begin at any byte.
                self.frame.remove(0);
            } else {
                self.frame.clear();
                self.take([a, b, c, d]);
            }
        }
        UNDRIVEN
    }

    fn deselect(&mut self, _board: &mut dyn Board) {}
}

#[cfg(test)]
mod tests {
    use super::Apa102;
    use crate::part::Part as _;
    use crate::parts::test_board::TestBoard;

    #[test]
    fn lights_take_frames_in_their_order_after_a_start() {
        let mut part = Apa102::new(3);
        let mut board = TestBoard::with(&mut part);
        board.spi(&mut part, &[0xff, 0x55, 0, 0, 0, 0, 0xff, 1, 2, 3, 0xe0 | 15, 0, 62, 124, 0xff, 0xff, 0xff, 0xff]);
        let colours = |part: &mut Apa102| part.picture(0).map(|frame| frame.colours);
        assert_eq!(colours(&mut part).as_deref(), Some(&[[3, 2, 1], [60, 30, 0], [255; 3]][..]));
        board.spi(&mut part, &[0, 0, 0, 0, 0xff, 9, 9, 9]);
        assert_eq!(colours(&mut part).as_deref(), Some(&[[9, 9, 9], [60, 30, 0], [255; 3]][..]));
    }
}
