//! What a part shows.

use alloc::vec::Vec;
use core::fmt::{self, Write};

/// A picture of pixels that are lit or dark: a lit one is `true`. A display with more than one colour tells those too.
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
    /// The colours of all pixels as red, green and blue, in the order of the pixels. Empty for a display with one colour.
    pub colours: Vec<[u8; 3]>,
}

impl Frame {
    /// Returns whether the pixel is lit; there is none outside the picture.
    #[must_use]
    pub fn pixel(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.height && self.pixels.get(y * self.width + x).is_some_and(|&lit| lit)
    }

    /// Makes a picture of colours, `width` in a row. A pixel is lit unless it is black.
    #[must_use]
    pub fn coloured(width: usize, colours: Vec<[u8; 3]>) -> Frame {
        let pixels: Vec<bool> = colours.iter().map(|colour| *colour != [0; 3]).collect();
        Frame { width, height: pixels.len().checked_div(width).unwrap_or(0), pixels, contrast: u8::MAX, colours }
    }

    /// Returns the colour of a pixel, if the display has more than one.
    #[must_use]
    pub fn colour(&self, x: usize, y: usize) -> Option<[u8; 3]> {
        if x < self.width && y < self.height { self.colours.get(y * self.width + x).copied() } else { None }
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
    use alloc::vec::Vec;

    use super::Frame;

    #[test]
    fn a_frame_is_drawn_with_two_rows_in_a_line() {
        let pixels = alloc::vec![true, false, true, true, false, true, false, true, true];
        let frame = Frame { width: 3, height: 3, pixels, contrast: 0x7f, colours: Vec::new() };
        assert_eq!(frame.to_string(), "┌───┐\n│█ █│\n│ ▀▀│\n└───┘");
        assert_eq!(frame.lit(), 6);
    }

    #[test]
    fn a_coloured_pixel_is_lit_unless_it_is_black() {
        let frame = Frame::coloured(2, alloc::vec![[0, 0, 0], [1, 2, 3], [9, 0, 0], [0, 0, 0]]);
        assert_eq!((frame.height, frame.lit(), frame.pixel(1, 0)), (2, 2, true));
        assert_eq!((frame.colour(1, 0), frame.colour(2, 0)), (Some([1, 2, 3]), None));
    }

    #[test]
    fn there_is_no_pixel_outside_the_picture() {
        let frame = Frame { width: 2, height: 1, pixels: alloc::vec![true, true], contrast: 0x7f, colours: Vec::new() };
        assert!(frame.pixel(1, 0));
        assert!(!frame.pixel(2, 0));
        assert!(!frame.pixel(0, 1));
        assert!(!frame.pixel(usize::MAX, usize::MAX));
    }
}
