//! The newest of a row of records in two sectors of a flash memory. A record that is written is there whole or not at all.
//!
//! Each record is a page of its own. When a sector is full the other one is erased, so that the newest record is always in one that is
//! not touched: power may be cut at any write and any erase.

use crate::flash::{Flash, PAGE_BYTES, Page, SECTOR_BYTES};
use crate::frame::CRC;

/// How many bytes a record can hold.
pub const RECORD_BYTES: usize = 64;

/// What a record holds.
pub type Record = [u8; RECORD_BYTES];

/// Before each record: where it has its number, and its CRC behind that.
const MAGIC: [u8; 4] = *b"WEHJ";
const PAGES: u32 = SECTOR_BYTES / PAGE_BYTES;

/// The records in two sectors that follow each other.
#[derive(Clone, Copy, Debug)]
pub struct Journal {
    /// Where the first sector begins.
    at: u32,
}

/// A record that is there.
#[derive(Clone, Copy, Debug)]
struct Found {
    number: u32,
    sector: u32,
    page: u32,
    record: Record,
}

impl Journal {
    /// Creates a journal of the two sectors from an offset on.
    #[must_use]
    pub const fn at(at: u32) -> Journal {
        Journal { at }
    }

    /// Returns the newest record.
    #[must_use]
    pub fn newest(self, flash: &dyn Flash) -> Option<Record> {
        self.find(flash).map(|found| found.record)
    }

    /// Adds a record.
    pub fn add(self, flash: &mut dyn Flash, record: &Record) {
        let newest = self.find(flash);
        let (sector, first) = newest.map_or((0, 0), |found| (found.sector, found.page + 1));
        let number = newest.map_or(1, |found| found.number.saturating_add(1));
        let free = (first..PAGES).find(|page| is_erased(flash, self.place(sector, *page)));
        let place = match free {
            Some(page) => self.place(sector, page),
            None => {
                let other = if newest.is_some() { 1 - sector } else { 0 };
                flash.erase(self.place(other, 0), SECTOR_BYTES);
                self.place(other, 0)
            }
        };
        flash.program(place, &page(number, record));
    }

    fn place(self, sector: u32, page: u32) -> u32 {
        self.at + sector * SECTOR_BYTES + page * PAGE_BYTES
    }

    fn find(self, flash: &dyn Flash) -> Option<Found> {
        let pages = (0..2).flat_map(|sector| (0..PAGES).map(move |page| (sector, page)));
        let found = pages.filter_map(|(sector, page)| {
            let (number, record) = read(flash.read(self.place(sector, page), PAGE_BYTES))?;
            Some(Found { number, sector, page, record })
        });
        found.max_by_key(|found| found.number)
    }
}

fn is_erased(flash: &dyn Flash, at: u32) -> bool {
    flash.read(at, PAGE_BYTES).iter().all(|byte| *byte == 0xff)
}

fn page(number: u32, record: &Record) -> Page {
    let mut page = [0xff; 256];
    let bytes = MAGIC.into_iter().chain(number.to_le_bytes()).chain(*record);
    page.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = byte);
    let crc = CRC.checksum(page.get(..8 + RECORD_BYTES).unwrap_or_default()).to_le_bytes();
    page.iter_mut().skip(8 + RECORD_BYTES).zip(crc).for_each(|(slot, byte)| *slot = byte);
    page
}

fn read(page: &[u8]) -> Option<(u32, Record)> {
    let rest = page.strip_prefix(&MAGIC)?;
    let (number, rest) = rest.split_first_chunk::<4>()?;
    let (record, rest) = rest.split_first_chunk::<RECORD_BYTES>()?;
    let crc = u32::from_le_bytes(*rest.first_chunk::<4>()?);
    (crc == CRC.checksum(page.get(..8 + RECORD_BYTES)?)).then_some((u32::from_le_bytes(*number), *record))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flash::Memory;

    fn record(number: u8) -> Record {
        [number; RECORD_BYTES]
    }

    #[test]
    fn the_newest_record_is_found_over_any_number_of_them() {
        let mut memory = Memory::new(4 * SECTOR_BYTES);
        let journal = Journal::at(SECTOR_BYTES);
        assert_eq!(journal.newest(&memory), None);
        for number in 0..200 {
            journal.add(&mut memory, &record(number));
            assert_eq!(journal.newest(&memory), Some(record(number)));
        }
        assert!(memory.read(0, SECTOR_BYTES).iter().all(|byte| *byte == 0xff), "it wrote before its place");
    }

    #[test]
    fn a_cut_anywhere_leaves_the_record_before_or_the_new_one() {
        // Two sectors full, and a bit: each write and erase is cut once, in three ways.
        for cut in 0..80 {
            for torn in 0..3 {
                let mut memory = Memory::new(2 * SECTOR_BYTES);
                memory.cut_after(cut, torn);
                let (journal, mut last) = (Journal::at(0), None);
                for number in 0..75 {
                    journal.add(&mut memory, &record(number));
                    if memory.has_power() {
                        last = Some(number);
                    }
                }
                memory.switch_on();
                let found = journal.newest(&memory).map(|record| record[0]);
                assert!(found == last || found == last.map_or(Some(0), |last| Some(last + 1)), "cut {cut}, {torn}");
                // It goes on.
                journal.add(&mut memory, &record(99));
                assert_eq!(journal.newest(&memory), Some(record(99)), "cut {cut}, {torn}");
            }
        }
    }

    #[test]
    fn a_page_of_anything_is_no_record() {
        let mut memory = Memory::new(2 * SECTOR_BYTES);
        for at in (0..2 * SECTOR_BYTES).step_by(256) {
            memory.program(at, &[0x57; 256]);
        }
        assert_eq!(Journal::at(0).newest(&memory), None);
        Journal::at(0).add(&mut memory, &record(1));
        assert_eq!(Journal::at(0).newest(&memory), Some(record(1)));
    }
}
