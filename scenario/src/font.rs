//! Text on displays, by the glyphs of a font.

use std::convert::Infallible;

use embedded_graphics::Drawable;
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Point, Size};
use embedded_graphics::mono_font::{MonoFont, MonoTextStyle, ascii};
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::text::{Baseline, Text};

use crate::picture::{Bitmap, WORD};

/// The fonts, by the names that embedded-graphics 0.8 has for them.
pub const FONTS: [(&str, Font); 14] = [
    ("FONT_4X6", Font(0)),
    ("FONT_5X7", Font(1)),
    ("FONT_5X8", Font(2)),
    ("FONT_6X9", Font(3)),
    ("FONT_6X10", Font(4)),
    ("FONT_6X12", Font(5)),
    ("FONT_6X13", Font(6)),
    ("FONT_7X13", Font(7)),
    ("FONT_7X14", Font(8)),
    ("FONT_8X13", Font(9)),
    ("FONT_9X15", Font(10)),
    ("FONT_9X18", Font(11)),
    ("FONT_9X18_BOLD", Font(12)),
    ("FONT_10X20", Font(13)),
];

/// What the names stand for.
static GLYPHS: [&MonoFont<'static>; 14] = [
    &ascii::FONT_4X6,
    &ascii::FONT_5X7,
    &ascii::FONT_5X8,
    &ascii::FONT_6X9,
    &ascii::FONT_6X10,
    &ascii::FONT_6X12,
    &ascii::FONT_6X13,
    &ascii::FONT_7X13,
    &ascii::FONT_7X14,
    &ascii::FONT_8X13,
    &ascii::FONT_9X15,
    &ascii::FONT_9X18,
    &ascii::FONT_9X18_BOLD,
    &ascii::FONT_10X20,
];

/// A font of embedded-graphics.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Font(usize);

impl Font {
    /// Returns its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        FONTS.get(self.0).map_or("", |(name, _)| name)
    }

    fn glyphs(self) -> &'static MonoFont<'static> {
        GLYPHS.get(self.0).copied().unwrap_or(&ascii::FONT_6X10)
    }

    /// Draws a text as one line.
    fn draw(self, text: &str) -> Bitmap {
        let size = self.glyphs().character_size;
        let columns = text.chars().count();
        let pixels = |length: u32| usize::try_from(length).unwrap_or_default();
        let mut canvas = Canvas(Bitmap::dark(pixels(size.width) * columns, pixels(size.height)));
        let style = MonoTextStyle::new(self.glyphs(), BinaryColor::On);
        let Ok(_) = Text::with_baseline(text, Point::zero(), style, Baseline::Top).draw(&mut canvas);
        canvas.0
    }

    /// Returns whether a text is somewhere on a picture, lit on dark or dark on lit.
    #[must_use]
    pub fn shows(self, picture: &Bitmap, text: &str) -> bool {
        let wanted = self.draw(text);
        let (Some(columns), Some(rows)) =
            (picture.width.checked_sub(wanted.width), picture.height.checked_sub(wanted.height))
        else {
            return false;
        };
        let all = (0..=rows).flat_map(|y| (0..=columns).map(move |x| (x, y)));
        all.into_iter().any(|(x, y)| is_at(picture, &wanted, (x, y), false) || is_at(picture, &wanted, (x, y), true))
    }

    /// Returns the lines of text that are on a picture, the longest reading of each row.
    #[must_use]
    pub fn read(self, picture: &Bitmap) -> Vec<String> {
        let letters: Vec<(char, Bitmap)> = ('!'..='~').map(|char| (char, self.draw(&char.to_string()))).collect();
        let Some((width, height)) = letters.first().map(|(_, glyph)| (glyph.width, glyph.height)) else {
            return Vec::new();
        };
        let letters_of = |line: &str| line.chars().filter(|char| *char != ' ').count();
        let rows = 0..=picture.height.saturating_sub(height);
        let best = rows.filter_map(|y| {
            let readings = (0..width).map(|x| self.row(picture, &letters, (x, y), width));
            let line = readings.max_by_key(|line| letters_of(line))?;
            (letters_of(&line) > 0).then(|| (y, line.trim().to_owned()))
        });
        let mut best: Vec<(usize, String)> = best.collect();
        // Parts of letters look like others: what reads most is right, and nothing else stands on the same rows.
        best.sort_by_key(|(_, line)| std::cmp::Reverse(letters_of(line)));
        let mut lines: Vec<(usize, String)> = Vec::new();
        for (y, line) in best {
            if lines.iter().all(|(other, _)| other.abs_diff(y) >= height) {
                lines.push((y, line));
            }
        }
        lines.sort_by_key(|(y, _)| *y);
        lines.into_iter().map(|(_, line)| line).collect()
    }

    fn row(self, picture: &Bitmap, letters: &[(char, Bitmap)], (x, y): (usize, usize), width: usize) -> String {
        let cells = (x..=picture.width.saturating_sub(width)).step_by(width);
        let read = |x| letters.iter().find(|(_, glyph)| is_at(picture, glyph, (x, y), false));
        cells.map(|x| read(x).map_or(' ', |(char, _)| *char)).collect()
    }
}

/// Returns whether a part of a picture is what is wanted. A display is looked at as often as something happens on its wires, in every
/// place: so a word of pixels is compared at once.
fn is_at(picture: &Bitmap, wanted: &Bitmap, (x, y): (usize, usize), inverted: bool) -> bool {
    (0..wanted.height).all(|row| {
        (0..wanted.width).step_by(WORD).all(|column| {
            let counted = u64::MAX >> (WORD - (wanted.width - column).min(WORD));
            let other = picture.span(x + column, y + row) ^ wanted.span(column, row);
            (if inverted { !other } else { other }) & counted == 0
        })
    })
}

/// Takes what embedded-graphics draws.
struct Canvas(Bitmap);

impl OriginDimensions for Canvas {
    fn size(&self) -> Size {
        let length = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
        Size::new(length(self.0.width), length(self.0.height))
    }
}

impl DrawTarget for Canvas {
    type Color = BinaryColor;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(Point { x, y }, color) in pixels {
            if let (Ok(x), Ok(y), BinaryColor::On) = (usize::try_from(x), usize::try_from(y), color) {
                self.0.light(x, y);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Bitmap, FONTS, Font};

    /// Puts a text at a place of a dark display.
    fn display(font: Font, text: &str, (x, y): (usize, usize)) -> Bitmap {
        let (drawn, mut display) = (font.draw(text), Bitmap::dark(128, 64));
        for (column, row) in (0..drawn.height).flat_map(|row| (0..drawn.width).map(move |column| (column, row))) {
            if drawn.pixel(column, row) {
                display.light(x + column, y + row);
            }
        }
        display
    }

    #[test]
    fn a_text_is_found_wherever_it_stands_and_no_other() {
        for (name, font) in FONTS {
            let display = display(font, "21.50 C", (11, 5));
            assert!(font.shows(&display, "21.50"), "{name}");
            assert!(font.shows(&display, "21.50 C"), "{name}");
            assert!(!font.shows(&display, "21.60"), "{name}");
            assert!(!font.shows(&Bitmap::dark(8, 8), "21.50"), "{name}");
        }
    }

    #[test]
    fn a_text_is_found_dark_on_lit_too_and_not_beyond_the_edge() {
        for (name, font) in FONTS {
            let shown = display(font, "21.50 C", (40, 30));
            let mut inverted = Bitmap::dark(128, 64);
            for (x, y) in (0..64).flat_map(|y| (0..128).map(move |x| (x, y))).filter(|&(x, y)| !shown.pixel(x, y)) {
                inverted.light(x, y);
            }
            assert!(font.shows(&inverted, "21.50 C") && !font.shows(&inverted, "21.60 C"), "{name}");
            // One pixel of the last letter's last column decides.
            let mut other = shown.clone();
            let drawn = font.draw("21.50 C");
            other.light(40 + drawn.width - 1, 30 + drawn.height - 1);
            assert!(!font.shows(&other, "21.50 C"), "{name}");
            assert!(!font.shows(&display(font, "21.50 C", (128 - drawn.width + 2, 30)), "21.50 C"), "{name}");
        }
    }

    #[test]
    fn what_stands_there_is_read() {
        for (name, font) in FONTS {
            assert_eq!(font.read(&display(font, "21.50 C", (11, 5))), ["21.50 C"], "{name}");
        }
        assert!(Font(4).read(&Bitmap::dark(128, 64)).is_empty());
    }
}
