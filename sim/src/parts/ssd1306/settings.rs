//! The registers of the controller that decide how its memory is shown.

use super::scroll::Scroll;

/// What the commands set, apart from the memory pointers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) on: bool,
    /// Every pixel is lit, whatever the memory holds.
    pub(super) all_on: bool,
    pub(super) inverted: bool,
    pub(super) contrast: u8,
    pub(super) charge_pump: bool,
    pub(super) scan: Scan,
    pub(super) clock: Clock,
    pub(super) scroll: Scroll,
}

/// How long a frame takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// The argument of D5h: the oscillator's frequency in the upper half, the divide ratio less 1 in the lower.
    pub(super) oscillator: u8,
    /// The argument of D9h: the clocks of phase 2 in the upper half, those of phase 1 in the lower.
    pub(super) phases: u8,
}

/// Which line of the memory goes to which COM pin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scan {
    /// The line of the memory in row 0.
    pub(super) start_line: u8,
    pub(super) offset: u8,
    /// How many rows are driven, 16 to 64.
    pub(super) rows: u8,
    pub(super) reversed: bool,
    /// Odd rows on the other half of the pins.
    pub(super) alternative: bool,
    /// The halves of the pins change places.
    pub(super) swapped: bool,
}

// SSD1306 rev 1.1, section 8.5 (reset circuit) and table 9-1 (the values marked RESET).
impl Default for Settings {
    fn default() -> Settings {
        Settings {
            on: false,
            all_on: false,
            inverted: false,
            contrast: 0x7f,
            charge_pump: false,
            scan: Scan::default(),
            clock: Clock::default(),
            scroll: Scroll::default(),
        }
    }
}

impl Default for Clock {
    fn default() -> Clock {
        Clock { oscillator: 0x80, phases: 0x22 }
    }
}

// SSD1306 rev 1.1, table 13-1: the typical frequency of the oscillator at the setting 8.
const OSCILLATOR_HZ: u64 = 370_000;

// SSD1306 rev 1.1, section 8.3: the clocks of a row besides those of the two phases.
const BANK_0_CLOCKS: u64 = 50;

impl Clock {
    /// Returns how long a frame of so many rows takes, in nanoseconds.
    ///
    /// The data sheet has one frequency, that of the setting 8, and says only that others rise with the setting. Here each
    /// step is 5 % of that one, as in the table of the similar SH1107.
    // SSD1306 rev 1.1, section 8.3: the oscillator's frequency is divided by D, K and the multiplex ratio.
    pub(super) fn frame_ns(&self, rows: u8) -> u64 {
        let (frequency, divide) = (u64::from(self.oscillator >> 4), u64::from(self.oscillator & 0x0f) + 1);
        let hertz = OSCILLATOR_HZ * (12 + frequency) / 20;
        let clocks = u64::from(self.phases >> 4) + u64::from(self.phases & 0x0f) + BANK_0_CLOCKS;
        divide * clocks * u64::from(rows) * 1_000_000_000 / hertz
    }
}

impl Default for Scan {
    fn default() -> Scan {
        Scan { start_line: 0, offset: 0, rows: LINES, reversed: false, alternative: true, swapped: false }
    }
}

// SSD1306 rev 1.1, section 8.7: the memory is 128 x 64 bits.
/// How many lines the memory has, and how many COM pins the controller.
pub(super) const LINES: u8 = 64;

impl Scan {
    /// Returns the row that is driven on a COM pin, if there is one.
    pub(super) fn row_of(&self, pin: u8) -> Option<u8> {
        let common = self.common_of(pin % LINES);
        // SSD1306 rev 1.1, tables 10-1 and 10-2: examples of display offset and start line, without and with remapping.
        let row = if self.reversed {
            (self.rows + LINES - 1 - common + self.offset) % LINES
        } else {
            (common + self.offset) % LINES
        };
        (row < self.rows).then_some(row)
    }

    /// Returns the line of the memory that a row shows.
    pub(super) fn line_of(&self, row: u8) -> u8 {
        (row + self.start_line) % LINES
    }

    // SSD1306 rev 1.1, table 10-3: COM pins hardware configuration.
    fn common_of(&self, pin: u8) -> u8 {
        let pin = if self.swapped { pin ^ (LINES / 2) } else { pin };
        match (self.alternative, pin < LINES / 2) {
            (false, _) => pin,
            (true, true) => 2 * pin,
            (true, false) => 2 * (pin - LINES / 2) + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, LINES, Scan};

    fn lines(scan: Scan) -> [Option<u8>; 64] {
        core::array::from_fn(|pin| Some(scan.line_of(scan.row_of(u8::try_from(pin).expect("below 64"))?)))
    }

    const SEQUENTIAL: Scan =
        Scan { start_line: 0, offset: 0, rows: LINES, reversed: false, alternative: false, swapped: false };

    #[test]
    fn offset_and_start_line_move_the_rows_as_table_10_1_says() {
        let offset = lines(Scan { offset: 8, ..SEQUENTIAL });
        assert_eq!((offset[0], offset[55], offset[56], offset[63]), (Some(8), Some(63), Some(0), Some(7)));
        let narrow = lines(Scan { offset: 8, rows: 56, ..SEQUENTIAL });
        assert_eq!((narrow[0], narrow[47], narrow[48], narrow[55]), (Some(8), Some(55), None, None));
        assert_eq!((narrow[56], narrow[63]), (Some(0), Some(7)));
        let start = lines(Scan { start_line: 8, rows: 56, ..SEQUENTIAL });
        assert_eq!((start[0], start[55], start[56]), (Some(8), Some(63), None));
    }

    #[test]
    fn offset_and_start_line_move_the_rows_as_table_10_2_says_when_reversed() {
        let reversed = Scan { reversed: true, ..SEQUENTIAL };
        let offset = lines(Scan { offset: 8, ..reversed });
        assert_eq!((offset[0], offset[7], offset[8], offset[63]), (Some(7), Some(0), Some(63), Some(8)));
        let narrow = lines(Scan { rows: 48, ..reversed });
        assert_eq!((narrow[0], narrow[47], narrow[48]), (Some(47), Some(0), None));
        let both = lines(Scan { rows: 48, offset: 8, start_line: 16, ..reversed });
        assert_eq!((both[7], both[8], both[55], both[56]), (None, Some(63), Some(16), None));
    }

    #[test]
    fn a_frame_takes_as_long_as_section_8_3_says() {
        // 370 kHz / (1 x 54 x 64) is 107.06 Hz.
        assert_eq!(Clock::default().frame_ns(64), 9_340_540);
        assert_eq!(Clock::default().frame_ns(32), 4_670_270);
        assert_eq!(Clock { oscillator: 0x81, phases: 0x22 }.frame_ns(64), 18_681_081);
        assert_eq!(Clock { oscillator: 0x80, phases: 0xf1 }.frame_ns(64), 11_416_216);
        let of = |frequency: u8| Clock { oscillator: frequency << 4, phases: 0x22 }.frame_ns(64);
        assert!((0..15).all(|frequency| of(frequency + 1) < of(frequency)));
    }

    #[test]
    fn the_eight_pin_configurations_are_those_of_table_10_3() {
        // (alternative, swapped, reversed) and the pins of rows 0, 1, 31, 32 and 63.
        let table = [
            (false, false, false, [0, 1, 31, 32, 63]),
            (false, true, false, [32, 33, 63, 0, 31]),
            (false, false, true, [63, 62, 32, 31, 0]),
            (false, true, true, [31, 30, 0, 63, 32]),
            (true, false, false, [0, 32, 47, 16, 63]),
            (true, true, false, [32, 0, 15, 48, 31]),
            (true, false, true, [63, 31, 16, 47, 0]),
            (true, true, true, [31, 63, 48, 15, 32]),
        ];
        for (alternative, swapped, reversed, pins) in table {
            let scan = Scan { alternative, swapped, reversed, ..SEQUENTIAL };
            assert_eq!(pins.map(|pin| scan.row_of(pin)), [0, 1, 31, 32, 63].map(Some), "{scan:?}");
        }
    }
}
