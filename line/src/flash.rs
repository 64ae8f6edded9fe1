//! A flash memory as the board's end needs it.

/// What is written at once.
pub const PAGE_BYTES: u32 = 256;
/// What is erased at least.
pub const SECTOR_BYTES: u32 = 4096;
/// What is erased faster at once than sector by sector.
pub const UNIT_BYTES: u32 = 65_536;

/// The bytes of a page.
pub type Page = [u8; 256];

/// A part of a flash memory, by offsets from its beginning.
pub trait Flash {
    /// Returns what is there; what lies past the end is left out.
    fn read(&self, at: u32, len: u32) -> &[u8];

    /// Erases bytes to 0xff: a sector, or a unit, where one begins.
    fn erase(&mut self, at: u32, len: u32);

    /// Writes a page where one begins. Bits can be cleared only.
    fn program(&mut self, at: u32, page: &Page);
}

#[cfg(test)]
pub(crate) use memory::Memory;

#[cfg(test)]
mod memory {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::{Flash, Page};

    /// A flash memory whose power can be cut.
    #[derive(Clone, Debug)]
    pub(crate) struct Memory {
        bytes: Vec<u8>,
        /// How many writes and erases are left before the one that the cut comes into.
        left: Option<u32>,
        torn: u32,
        power: bool,
        pub(crate) count: u32,
    }

    impl Memory {
        pub(crate) fn new(len: u32) -> Memory {
            Memory { bytes: vec![0xff; len as usize], left: None, torn: 0, power: true, count: 0 }
        }

        /// Cuts the power in the write or erase after `count` more: `torn` 0 before it has done anything, 1 halfway, 2 so that all but
        /// its last bytes are done.
        pub(crate) fn cut_after(&mut self, count: u32, torn: u32) {
            (self.left, self.torn) = (Some(count), torn);
        }

        pub(crate) fn has_power(&self) -> bool {
            self.power
        }

        pub(crate) fn switch_on(&mut self) {
            (self.power, self.left) = (true, None);
        }

        fn change(&mut self, at: u32, len: u32, new: impl Fn(usize, u8) -> u8) {
            if !self.power {
                return;
            }
            self.count += 1;
            let mut done = len;
            match &mut self.left {
                Some(0) => {
                    self.power = false;
                    done = [0, len / 2, len.saturating_sub(40)][self.torn as usize];
                }
                Some(left) => *left -= 1,
                None => {}
            }
            let place = self.bytes.iter_mut().skip(at as usize).take(done as usize);
            place.enumerate().for_each(|(index, byte)| *byte = new(index, *byte));
        }
    }

    impl Flash for Memory {
        fn read(&self, at: u32, len: u32) -> &[u8] {
            let end = (at as usize + len as usize).min(self.bytes.len());
            self.bytes.get(at as usize..end).unwrap_or_default()
        }

        fn erase(&mut self, at: u32, len: u32) {
            assert!(
                [super::SECTOR_BYTES, super::UNIT_BYTES].contains(&len) && at.is_multiple_of(len),
                "an erase of {len} at {at}"
            );
            self.change(at, len, |_, _| 0xff);
        }

        fn program(&mut self, at: u32, page: &Page) {
            assert!(at.is_multiple_of(256), "a page at {at}");
            self.change(at, 256, |index, byte| byte & page[index]);
        }
    }
}
