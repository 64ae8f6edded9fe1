//! What a part shows.

use alloc::vec::Vec;
use core::fmt::{self, Write};

/// A picture of pixels that are lit or dark: a lit one is `true`.
///
/// Its text form is a picture too, two rows of pixels in a line of half blocks with a thin border around it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Frame {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// All pixels, row by row from the top, each row from the left.
    pub pixels: Vec<bool>,
    /// How bright the lit pixels are, 0 to 255: the contrast of a controller, with which their current rises.
    pub contrast: u8,
}

impl Frame {
    /// Returns whether the pixel is lit; there is none outside the picture.
    #[must_use]
    pub fn pixel(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.height && self.pixels.get(y * self.width + x).is_some_and(|&lit| lit)
    }

    /// Returns how many pixels are lit.
    #[must_use]
    pub fn lit(&self) -> usize {
        self.pixels.iter().filter(|&&lit| lit).count()
    }

    fn border(&self, f: &mut fmt::Formatter<'_>, left: char, right: char) -> fmt::Result {
        f.write_char(left)?;
        (0..self.width).try_for_each(|_| f.write_char('─'))?;
        f.write_char(right)
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.border(f, '┌', '┐')?;
        for y in (0..self.height).step_by(2) {
            f.write_str("\n│")?;
            for x in 0..self.width {
                f.write_char(match (self.pixel(x, y), self.pixel(x, y + 1)) {
                    (false, false) => ' ',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (true, true) => '█',
                })?;
            }
            f.write_char('│')?;
        }
        f.write_char('\n')?;
        self.border(f, '└', '┘')
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::Frame;

    #[test]
    fn a_frame_is_drawn_with_two_rows_in_a_line() {
        let pixels = alloc::vec![true, false, true, true, false, true, false, true, true];
        let frame = Frame { width: 3, height: 3, pixels, contrast: 0x7f };
        assert_eq!(frame.to_string(), "┌───┐\n│█ █│\n│ ▀▀│\n└───┘");
        assert_eq!(frame.lit(), 6);
    }

    #[test]
    fn there_is_no_pixel_outside_the_picture() {
        let frame = Frame { width: 2, height: 1, pixels: alloc::vec![true, true], contrast: 0x7f };
        assert!(frame.pixel(1, 0));
        assert!(!frame.pixel(2, 0));
        assert!(!frame.pixel(0, 1));
        assert!(!frame.pixel(usize::MAX, usize::MAX));
    }
}
