//! A list of expected SPI exchanges.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use embedded_hal::spi::Mode;

use super::log::{Heard, Log, Mismatch};
use crate::part::Board;
use crate::parts::miso::UNDRIVEN;
use crate::spi::SpiTarget;

/// One expected exchange: from select to deselect. It has as many bytes as the longer of the two lists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SpiStep {
    /// What the controller sends first; what it sends after that does not matter.
    pub mosi: Vec<u8>,
    /// What it gets, from the first byte on; after that 0xff.
    pub miso: Vec<u8>,
}

impl SpiStep {
    fn len(&self) -> usize {
        self.mosi.len().max(self.miso.len())
    }
}

/// The exchanges, and how far they got.
#[derive(Clone, Debug)]
pub(super) struct SpiScript {
    mode: Mode,
    steps: Vec<SpiStep>,
    next: usize,
    heard: Heard,
    wrong: bool,
    log: Log,
}

impl SpiScript {
    pub(super) fn new(mode: Mode, steps: Vec<SpiStep>) -> SpiScript {
        SpiScript { mode, steps, next: 0, heard: Heard::default(), wrong: false, log: Log::default() }
    }

    pub(super) fn finished(&self) -> bool {
        self.next == self.steps.len()
    }

    pub(super) fn progress(&self) -> (usize, usize) {
        (self.next, self.steps.len())
    }

    pub(super) fn mismatches(&self) -> &[Mismatch] {
        self.log.mismatches()
    }
}

impl SpiTarget for SpiScript {
    fn accepts(&self, mode: Mode) -> bool {
        mode == self.mode
    }

    fn select(&mut self, _board: &mut dyn Board) {
        self.heard = Heard::default();
        self.wrong = self.finished();
    }

    fn transfer(&mut self, mosi: u8, _board: &mut dyn Board) -> u8 {
        let index = self.heard.count();
        self.heard.push(mosi);
        let step = self.steps.get(self.next).filter(|step| index < step.len());
        self.wrong |= step.is_none_or(|step| step.mosi.get(index).is_some_and(|&expected| expected != mosi));
        match step {
            Some(step) if !self.wrong => step.miso.get(index).copied().unwrap_or(UNDRIVEN),
            _ => UNDRIVEN,
        }
    }

    fn deselect(&mut self, board: &mut dyn Board) {
        let step = self.steps.get(self.next);
        if !self.wrong && step.is_some_and(|step| step.len() == self.heard.count()) {
            self.next += 1;
            return;
        }
        let expected = step.map_or(String::from("nothing more"), |step| {
            format!("length {} beginning with {}", step.len(), Heard::from(step.mosi.as_slice()))
        });
        let got = format!("length {}: {}", self.heard.count(), self.heard);
        self.log.record(Mismatch { at_ns: board.now_ns(), step: self.next, expected, got });
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;

    use embedded_hal::spi::{MODE_0, MODE_3};

    use super::SpiStep;
    use crate::part::Part;
    use crate::parts::Scripted;
    use crate::parts::test_board::TestBoard;

    #[test]
    fn the_expected_exchanges_are_answered_in_order() {
        let steps = vec![
            SpiStep { mosi: vec![0x9f], miso: vec![0xff, 0xef, 0x40] },
            SpiStep { mosi: vec![0x06, 1, 2], miso: vec![] },
        ];
        let mut part = Scripted::spi(MODE_3, steps);
        let mut board = TestBoard::with(&mut part);
        assert_eq!(board.spi(&mut part, &[0x9f, 0, 0x55]), [0xff, 0xef, 0x40]);
        assert_eq!(board.spi(&mut part, &[0x06, 1, 2]), [0xff; 3]);
        assert!(part.finished());
        assert_eq!(part.mismatches(), []);
    }

    #[test]
    fn after_a_wrong_byte_the_answer_is_0xff_and_the_step_is_expected_again() {
        let mut part = Scripted::spi(MODE_0, vec![SpiStep { mosi: vec![1, 2], miso: vec![3, 4, 5] }]);
        let mut board = TestBoard::with(&mut part);
        assert_eq!(board.spi(&mut part, &[1, 9, 2]), [3, 0xff, 0xff]);
        assert_eq!(board.spi(&mut part, &[1, 2]), [3, 4]);
        assert_eq!(board.spi(&mut part, &[1, 2, 0, 0]), [3, 4, 5, 0xff]);
        assert_eq!(board.spi(&mut part, &[1, 2, 0]), [3, 4, 5]);
        assert!(part.finished());
        assert_eq!(board.spi(&mut part, &[0; 40]), [0xff; 40]);
        let expected = "step 0 at 0 ns: expected length 3 beginning with [01 02], got ";
        assert_eq!(part.mismatches()[0].to_string(), alloc::format!("{expected}length 3: [01 09 02]"));
        assert_eq!(part.mismatches()[1].to_string(), alloc::format!("{expected}length 2: [01 02]"));
        assert_eq!(part.mismatches()[2].to_string(), alloc::format!("{expected}length 4: [01 02 00 00]"));
        assert!(part.mismatches()[3].got.ends_with("00 00 and 8 more]"));
        assert_eq!(part.mismatches().len(), 4);
    }

    #[test]
    fn a_script_for_spi_works_in_its_mode_only() {
        let mut part = Scripted::spi(MODE_3, vec![]);
        assert!(part.i2c().is_none());
        let target = part.spi().expect("an SPI part");
        assert!(target.accepts(MODE_3));
        assert!(!target.accepts(MODE_0));
    }
}
