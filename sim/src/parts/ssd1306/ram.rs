//! The display memory and the pointers with which it is written.

use core::ops::RangeInclusive;

/// In which direction the pointers move after a byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Addressing {
    Page,
    Horizontal,
    Vertical,
}

// SSD1306 rev 1.1, section 8.7: 128 columns, 8 pages of 8 lines.
const COLUMNS: usize = 128;
const PAGES: usize = 8;
const LAST_COLUMN: u8 = 127;
const LAST_PAGE: u8 = 7;

/// The memory, one byte for 8 lines of a segment, and its pointers.
#[derive(Clone, Debug)]
pub(super) struct Ram {
    cells: [[u8; COLUMNS]; PAGES],
    pointers: Pointers,
}

/// Where the next byte goes.
///
/// There is one column and one page pointer. The commands that set them work in every mode, although the data sheet names a
/// mode with each: U8g2, for one, sets page and column starts in horizontal mode. The windows are for the modes they are
/// documented for.
#[derive(Clone, Copy, Debug)]
struct Pointers {
    addressing: Addressing,
    remapped: bool,
    column: Pointer,
    page: Pointer,
}

/// A pointer and the window in which it moves.
#[derive(Clone, Copy, Debug)]
struct Pointer {
    at: u8,
    first: u8,
    last: u8,
    /// The greatest number that the pointer can hold, one less than a power of two.
    limit: u8,
}

impl Pointer {
    fn new(limit: u8) -> Pointer {
        Pointer { at: 0, first: 0, last: limit, limit }
    }

    fn set_window(&mut self, first: u8, last: u8) {
        self.first = first & self.limit;
        self.last = last & self.limit;
        self.at = self.first;
    }

    /// Moves on by one, and returns whether that led back to the start of the window.
    fn advance(&mut self) -> bool {
        let wraps = self.at == self.last;
        self.at = if wraps { self.first } else { (self.at + 1) & self.limit };
        wraps
    }
}

// SSD1306 rev 1.1, section 8.5 (reset circuit) and table 9-1 (the values marked RESET).
impl Default for Pointers {
    fn default() -> Pointers {
        Pointers {
            addressing: Addressing::Page,
            remapped: false,
            column: Pointer::new(LAST_COLUMN),
            page: Pointer::new(LAST_PAGE),
        }
    }
}

impl Ram {
    /// Makes the memory as it is before it was ever powered.
    pub(super) fn new() -> Ram {
        Ram { cells: [[0; COLUMNS]; PAGES], pointers: Pointers::default() }
    }

    /// Fills the memory with the noise that is in it after power came on: the same each time, so that runs repeat.
    pub(super) fn fill_with_noise(&mut self) {
        let mut state: u32 = 0x2545_f491;
        for byte in self.cells.as_flattened_mut() {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            *byte = state.to_le_bytes()[3];
        }
    }

    /// Resets the pointers; the contents stay.
    pub(super) fn reset(&mut self) {
        self.pointers = Pointers::default();
    }

    pub(super) fn set_addressing(&mut self, addressing: Addressing) {
        self.pointers.addressing = addressing;
    }

    /// Has the following bytes written to the segments in reverse order; what is in the memory stays where it is.
    pub(super) fn set_remapped(&mut self, remapped: bool) {
        self.pointers.remapped = remapped;
    }

    pub(super) fn set_columns(&mut self, first: u8, last: u8) {
        self.pointers.column.set_window(first, last);
    }

    pub(super) fn set_pages(&mut self, first: u8, last: u8) {
        self.pointers.page.set_window(first, last);
    }

    pub(super) fn set_page(&mut self, page: u8) {
        self.pointers.page.at = page & LAST_PAGE;
    }

    pub(super) fn set_low_column(&mut self, nibble: u8) {
        let column = &mut self.pointers.column.at;
        *column = (*column & 0x70) | (nibble & 0x0f);
    }

    pub(super) fn set_high_column(&mut self, nibble: u8) {
        let column = &mut self.pointers.column.at;
        *column = ((nibble << 4) & 0x70) | (*column & 0x0f);
    }

    /// Writes a byte where the pointers are, and moves them.
    pub(super) fn write(&mut self, byte: u8) {
        let Pointers { addressing, remapped, column, page } = &mut self.pointers;
        let segment = if *remapped { LAST_COLUMN - column.at } else { column.at };
        self.cells[usize::from(page.at & LAST_PAGE)][usize::from(segment & LAST_COLUMN)] = byte;
        // SSD1306 rev 1.1, section 10.1.3: the three memory addressing modes.
        match addressing {
            Addressing::Page => column.at = (column.at + 1) & LAST_COLUMN,
            Addressing::Horizontal => {
                if column.advance() {
                    page.advance();
                }
            }
            Addressing::Vertical => {
                if page.advance() {
                    column.advance();
                }
            }
        }
    }

    /// Turns pages by so many columns, to the right or to the left of who counts the columns as they are written.
    pub(super) fn turn(&mut self, pages: RangeInclusive<u8>, columns: u64, left: bool) {
        let columns = usize::try_from(columns % 128).unwrap_or(0);
        for page in self.cells.get_mut(usize::from(*pages.start())..=usize::from(*pages.end())).into_iter().flatten() {
            if left == self.pointers.remapped { page.rotate_right(columns) } else { page.rotate_left(columns) }
        }
    }

    /// Returns the bit of a segment in a line.
    pub(super) fn bit(&self, segment: u8, line: u8) -> bool {
        let byte = self.cells[usize::from((line / 8) & LAST_PAGE)][usize::from(segment & LAST_COLUMN)];
        byte >> (line % 8) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::{Addressing, Ram};

    /// Where each of the next `count` bytes goes, as (page, segment).
    fn path(ram: &mut Ram, count: usize) -> alloc::vec::Vec<(usize, usize)> {
        (0..count)
            .map(|_| {
                ram.cells = [[0; 128]; 8];
                ram.write(0xff);
                let cell =
                    ram.cells.as_flattened().iter().position(|&byte| byte == 0xff).expect("one byte was written");
                (cell / 128, cell % 128)
            })
            .collect()
    }

    #[test]
    fn page_mode_stays_in_its_page() {
        let mut ram = Ram::new();
        ram.set_page(5);
        ram.set_low_column(0x0e);
        ram.set_high_column(0x07);
        assert_eq!(path(&mut ram, 3), [(5, 126), (5, 127), (5, 0)]);
    }

    #[test]
    fn horizontal_mode_goes_along_the_window_and_then_to_its_next_page() {
        let mut ram = Ram::new();
        ram.set_addressing(Addressing::Horizontal);
        ram.set_columns(3, 4);
        ram.set_pages(6, 7);
        assert_eq!(path(&mut ram, 5), [(6, 3), (6, 4), (7, 3), (7, 4), (6, 3)]);
    }

    #[test]
    fn vertical_mode_goes_down_the_window_and_then_to_its_next_column() {
        let mut ram = Ram::new();
        ram.set_addressing(Addressing::Vertical);
        ram.set_columns(3, 4);
        ram.set_pages(6, 7);
        assert_eq!(path(&mut ram, 5), [(6, 3), (7, 3), (6, 4), (7, 4), (6, 3)]);
    }

    #[test]
    fn a_window_may_go_over_the_edge_of_the_memory() {
        let mut ram = Ram::new();
        ram.set_addressing(Addressing::Horizontal);
        ram.set_columns(127, 0);
        assert_eq!(path(&mut ram, 3), [(0, 127), (0, 0), (1, 127)]);
    }

    #[test]
    fn remapping_moves_only_what_is_written_later() {
        let mut ram = Ram::new();
        ram.write(0x01);
        ram.set_remapped(true);
        ram.write(0x01);
        assert!(ram.bit(0, 0));
        assert!(ram.bit(126, 0));
        assert!(!ram.bit(127, 0));
    }
}
