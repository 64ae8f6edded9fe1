//! Maxim MAX7219: drivers of eight digits or of 64 lights, one behind the other.
//!
//! It follows the data sheet: Maxim MAX7219/MAX7221 (19-4452, revision 4), tables 1 to 10.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use embedded_hal::spi::{MODE_0, Mode};

use super::segments;
use crate::model::{BuildError, Buses, Model, PictureInfo, Preset, Readout, Setting, Setup, Value, ValueKind};
use crate::part::{Board, Part};
use crate::picture::Frame;
use crate::spi::SpiTarget;

/// The MAX7219 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Maxim MAX7219 (19-4452, revision 4)",
    omits: "DOUT goes to the next chip alone: the controller reads nothing. Scanning is not seen: all digits are lit at once.",
    settings: &[Setting::new("chips", ValueKind::Integer(1, 16, ""), Preset::Integer(1), "how many are in the chain")],
    readouts: &[
        Readout::new("text", ValueKind::Text, "what the first chip shows if digits with seven segments are on it"),
        Readout::new("on", ValueKind::Switch, "whether the first chip is switched on"),
        Readout::new("intensity", ValueKind::Integer(0, 15, ""), "the brightness of the first chip"),
    ],
    pictures: &[PictureInfo {
        size: |settings| (8 * settings.integer::<usize>("chips").unwrap_or(1), 8),
        colours: "lit or dark: a row for each digit, with DP on the left and then A to G",
    }],
    ..Model::new("max7219", "drivers of eight digits or 64 lights", Buses::SPI, build)
};

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    Ok(Box::new(Max7219::new(setup.integer("chips")?)))
}

// Table 2: the registers.
const LAST_DIGIT: u8 = 8;
const DECODE: u8 = 0x09;
const INTENSITY: u8 = 0x0a;
const SCAN_LIMIT: u8 = 0x0b;
const SHUTDOWN: u8 = 0x0c;
const TEST: u8 = 0x0f;
/// Table 5, code B, as segments DP, A to G: 0 to 9, -, E, H, L, P and blank.
const CODE_B: [u8; 16] =
    [0x7e, 0x30, 0x6d, 0x79, 0x33, 0x5b, 0x5f, 0x70, 0x7f, 0x7b, 0x01, 0x4f, 0x37, 0x0e, 0x67, 0x00];

#[derive(Clone, Default)]
struct Chip {
    digits: [u8; 8],
    decode: u8,
    intensity: u8,
    scan_limit: u8,
    on: bool,
    test: bool,
}

impl Chip {
    /// Returns the segments of a digit that are lit.
    fn segments(&self, digit: u8) -> u8 {
        let value = self.digits[usize::from(digit & 7)];
        match () {
            () if self.test => 0xff,
            () if !self.on || digit > self.scan_limit => 0,
            () if self.decode >> digit & 1 != 0 => CODE_B[usize::from(value & 0x0f)] | value & 0x80,
            () => value,
        }
    }

    fn write(&mut self, register: u8, value: u8) {
        match register & 0x0f {
            digit @ 1..=LAST_DIGIT => self.digits[usize::from(digit - 1)] = value,
            DECODE => self.decode = value,
            INTENSITY => self.intensity = value & 0x0f,
            SCAN_LIMIT => self.scan_limit = value & 7,
            SHUTDOWN => self.on = value & 1 != 0,
            TEST => self.test = value & 1 != 0,
            // 0 is the no-op register, with which a chip of a chain is left alone.
            _ => {}
        }
    }
}

/// A chain: the first chip is the one at the controller.
struct Max7219 {
    chips: Vec<Chip>,
    /// The bytes that have been shifted in, as many as the chain holds.
    shifted: VecDeque<u8>,
}

impl Max7219 {
    fn new(chips: usize) -> Max7219 {
        Max7219 { chips: vec![Chip::default(); chips], shifted: VecDeque::new() }
    }
}

impl Part for Max7219 {
    fn spi(&mut self) -> Option<&mut dyn SpiTarget> {
        Some(self)
    }

    // "Initial power-up": blank, shut down, one digit, no decoding, the least intensity.
    fn power_off(&mut self, _board: &mut dyn Board) {
        self.chips.fill(Chip::default());
        self.shifted.clear();
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        let chip = self.chips.first()?;
        match readout {
            // The eighth digit is the one on the left.
            "text" => {
                let text: String = (0..8).rev().map(|digit| segments::character(chip.segments(digit))).collect();
                Some(Value::Text(text.trim_end().into()))
            }
            "on" => Some(chip.on.into()),
            "intensity" => Some(i64::from(chip.intensity).into()),
            _ => None,
        }
    }

    fn picture(&mut self, _now_ns: u64) -> Option<Frame> {
        let lit =
            |digit: u8, chip: &Chip| (0..8).rev().map(|bit| chip.segments(digit) >> bit & 1 != 0).collect::<Vec<_>>();
        let pixels = (0..8).flat_map(|digit| self.chips.iter().flat_map(move |chip| lit(digit, chip))).collect();
        let intensity = self.chips.first().map_or(0, |chip| chip.intensity);
        Some(Frame { width: 8 * self.chips.len(), height: 8, pixels, contrast: intensity * 17, colours: Vec::new() })
    }
}

impl SpiTarget for Max7219 {
    fn accepts(&self, mode: Mode) -> bool {
        mode == MODE_0
    }

    fn select(&mut self, _board: &mut dyn Board) {}

    fn transfer(&mut self, mosi: u8, _board: &mut dyn Board) -> u8 {
        self.shifted.push_back(mosi);
        if self.shifted.len() > 2 * self.chips.len() {
            self.shifted.pop_front();
        }
        super::miso::UNDRIVEN
    }

    /// "Serial-addressing modes": the rising edge of LOAD latches the last 16 bits of each chip.
    fn deselect(&mut self, _board: &mut dyn Board) {
        // The last two bytes are in the first chip.
        let shifted: Vec<u8> = self.shifted.iter().copied().collect();
        for (chip, word) in self.chips.iter_mut().zip(shifted.rchunks_exact(2)) {
            if let [register, value] = word {
                chip.write(*register, *value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Max7219;
    use crate::model::Value;
    use crate::part::Part as _;
    use crate::parts::test_board::TestBoard;

    #[test]
    fn digits_are_decoded_and_shown_once_it_is_switched_on() {
        let mut part = Max7219::new(1);
        let mut board = TestBoard::with(&mut part);
        for bytes in [[0x09, 0xff], [0x0b, 7], [0x0a, 0x33]] {
            board.spi(&mut part, &bytes);
        }
        for (digit, code) in [0x02, 0x84, 0x0a, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f].into_iter().enumerate() {
            board.spi(&mut part, &[u8::try_from(digit + 1).expect("a digit"), code]);
        }
        assert_eq!(part.picture(0).map(|frame| frame.lit()), Some(0), "shut down");
        board.spi(&mut part, &[0x0c, 1]);
        assert_eq!(part.readout("text", 0), Some(Value::Text("     -42".into())));
        assert_eq!(part.readout("intensity", 0), Some(Value::Integer(3)));
        board.spi(&mut part, &[0x0f, 1]);
        assert_eq!(part.picture(0).map(|frame| frame.lit()), Some(64), "the test lights all");
    }

    #[test]
    fn in_a_chain_the_first_bytes_go_to_the_last_chip() {
        let mut part = Max7219::new(2);
        let mut board = TestBoard::with(&mut part);
        board.spi(&mut part, &[0x0c, 1, 0x0c, 1]);
        // 0 leaves the first chip alone; what is shifted out at the end is gone.
        board.spi(&mut part, &[0x01, 0xff, 0x01, 0x81, 0x00, 0xff]);
        let frame = part.picture(0).expect("a picture");
        assert_eq!((frame.width, frame.lit()), (16, 2));
        assert!(frame.pixel(8, 0) && frame.pixel(15, 0));
    }
}
