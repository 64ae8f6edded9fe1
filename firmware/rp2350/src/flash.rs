//! The flash memory of the board: what the boot ROM's functions do to it, how long that takes, and what a cut of the power leaves.

use crate::blocks::rom::Call;

/// Winbond W25Q32JV, section 9.6, "AC electrical characteristics", typical times.
const SECTOR_NS: u64 = 45_000_000;
const BLOCK_NS: u64 = 150_000_000;
const PAGE_NS: u64 = 400_000;

const SECTOR: u32 = 4096;
const PAGE: u32 = 256;

/// One erase or write of the flash.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FlashStep {
    /// Where, from the beginning of the flash.
    at: u32,
    len: u32,
    /// What is written; an erase has none.
    page: Option<Vec<u8>>,
    takes_ns: u64,
}

/// Returns what a call of the boot ROM comes to, step by step. RP2350 data sheet, section 5.4.8.10, "flash_range_erase": in blocks where
/// one begins and fits, else in sectors; 5.4.8.11, "flash_range_program": page by page.
pub(crate) fn steps(call: Call, data: &[u8]) -> Vec<FlashStep> {
    let mut steps = Vec::new();
    match call {
        Call::Erase { mut at, len, block } => {
            let end = at.saturating_add(len);
            while at < end {
                let whole = block > SECTOR && at.is_multiple_of(block) && end - at >= block;
                let (len, takes_ns) = if whole { (block, BLOCK_NS) } else { (SECTOR, SECTOR_NS) };
                steps.push(FlashStep { at, len, page: None, takes_ns });
                at += len;
            }
        }
        Call::Program { at, .. } => {
            for (index, page) in (0..).zip(data.chunks(256)) {
                steps.push(FlashStep {
                    at: at + index * PAGE,
                    len: PAGE,
                    page: Some(page.to_vec()),
                    takes_ns: PAGE_NS,
                });
            }
        }
        Call::Exit | Call::Enter => {}
    }
    steps
}

impl FlashStep {
    /// Returns how long it takes.
    pub(crate) fn takes_ns(&self) -> u64 {
        self.takes_ns
    }

    /// Returns where it is in the flash.
    pub(crate) fn place(&self) -> (usize, usize) {
        let [at, len] = [self.at, self.len].map(|number| usize::try_from(number).unwrap_or(usize::MAX));
        (at, len)
    }

    /// Does it to the contents of a flash, or a part of it in percent, where the power is cut. A write clears bits, and sets none.
    pub fn apply(&self, flash: &mut [u8], percent: usize) {
        let (at, len) = self.place();
        let done = flash.iter_mut().skip(at).take(len * percent / 100).enumerate();
        done.for_each(|(index, byte)| match &self.page {
            Some(page) => *byte &= page.get(index).copied().unwrap_or(0xff),
            None => *byte = 0xff,
        });
    }
}
