//! Pictures that displays are compared with.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use png::{ColorType, Decoder, Transformations};
use wasm_embedded_sim::picture::Frame;

/// Pixels of a picture of `--screenshot` for one of the display, and around it.
const SCALE: usize = 4;
const MARGIN: usize = 16;

/// How bright a pixel is that counts as lit, of 255: more than the dark ones of a `--screenshot` are, and less than the lit ones at the
/// lowest contrast.
const LIT: u32 = 40;

/// The most pixels of a picture in one direction: what a mistaken file may cost.
const LONGEST_SIDE: u32 = 4_096;

/// A picture that a display is compared with.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The name of its file, as the scenario has it.
    pub file: String,
    /// The pixels.
    pub pixels: Bitmap,
    /// The pixels that count, all if there is none.
    pub mask: Option<Bitmap>,
    /// How many may differ.
    pub tolerance: usize,
}

/// Pixels, lit or dark.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bitmap {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// The pixels of a row from left to right, from the lowest bit of its first word on. What is outside of the width is dark.
    rows: Vec<Vec<u64>>,
}

/// Pixels in a word of a row.
pub(crate) const WORD: usize = 64;

impl Bitmap {
    /// Makes one from the pixels of a display.
    #[must_use]
    pub fn of(frame: &Frame) -> Bitmap {
        Bitmap::packed(frame.width, frame.height, &frame.pixels)
    }

    /// Makes a dark one.
    #[must_use]
    pub fn dark(width: usize, height: usize) -> Bitmap {
        Bitmap { width, height, rows: vec![vec![0; width.div_ceil(WORD)]; height] }
    }

    /// Makes one of pixels, row by row; those that are missing are dark.
    fn packed(width: usize, height: usize, lit: &[bool]) -> Bitmap {
        let word = |lit: &[bool]| lit.iter().rev().fold(0, |word, lit| word << 1 | u64::from(*lit));
        // A picture without width has rows without words.
        let mut rows: Vec<Vec<u64>> =
            lit.chunks(width.max(1)).take(height).map(|row| row.chunks(WORD).map(word).collect()).collect();
        rows.resize(height, vec![0; width.div_ceil(WORD)]);
        Bitmap { width, height, rows }
    }

    /// Returns whether a pixel is lit; there is none outside.
    #[must_use]
    pub fn pixel(&self, x: usize, y: usize) -> bool {
        self.span(x, y) & 1 == 1
    }

    /// Returns the pixels of a row from `x` on, as many as a word has; those outside are dark.
    #[must_use]
    pub(crate) fn span(&self, x: usize, y: usize) -> u64 {
        let Some(row) = self.rows.get(y) else { return 0 };
        let word = |at: usize| row.get(at).copied().unwrap_or_default();
        let (at, shift) = (x / WORD, x % WORD);
        // A shift by a whole word is not one.
        word(at) >> shift | if shift == 0 { 0 } else { word(at + 1) << (WORD - shift) }
    }

    /// Lights a pixel.
    pub fn light(&mut self, x: usize, y: usize) {
        if x < self.width
            && let Some(word) = self.rows.get_mut(y).and_then(|row| row.get_mut(x / WORD))
        {
            *word |= 1 << (x % WORD);
        }
    }

    /// Reads a PNG for a display of this size: one pixel for each of the display's, or a picture of `--screenshot`.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or has another size.
    pub fn load(path: &Path, (width, height): (usize, usize)) -> io::Result<Bitmap> {
        let whole = read(path)?;
        let shot = (width * SCALE + 2 * MARGIN, height * SCALE + 2 * MARGIN);
        match (whole.width, whole.height) {
            size if size == (width, height) => Ok(whole),
            size if size == shot => {
                let mut small = Bitmap::dark(width, height);
                for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
                    // The middle of the pixel: its right and lower edges are the gap to the next one.
                    if whole.pixel(MARGIN + x * SCALE + 1, MARGIN + y * SCALE + 1) {
                        small.light(x, y);
                    }
                }
                Ok(small)
            }
            (other_width, other_height) => Err(io::Error::other(format!(
                "it has {other_width} x {other_height} pixels; the display has {width} x {height}, and a picture of \
                 `--screenshot` {} x {}",
                shot.0, shot.1
            ))),
        }
    }
}

fn read(path: &Path) -> io::Result<Bitmap> {
    let mut decoder = Decoder::new(BufReader::new(File::open(path)?));
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder.read_info()?;
    let (width, height) = (reader.info().width, reader.info().height);
    if width > LONGEST_SIDE || height > LONGEST_SIDE {
        return Err(io::Error::other(format!("it has {width} x {height} pixels, more than any display")));
    }
    let mut bytes = vec![0; reader.output_buffer_size().ok_or_else(|| io::Error::other("it is too large"))?];
    let info = reader.next_frame(&mut bytes)?;
    let size = |pixels: u32| usize::try_from(pixels).map_err(io::Error::other);
    let (width, height) = (size(info.width)?, size(info.height)?);
    let pixel_bytes = match info.color_type {
        ColorType::Grayscale => 1,
        ColorType::GrayscaleAlpha => 2,
        ColorType::Rgb => 3,
        ColorType::Rgba | ColorType::Indexed => 4,
    };
    let lit: Vec<bool> =
        bytes.chunks_exact(pixel_bytes).take(width * height).map(|pixel| brightness(pixel) > LIT).collect();
    Ok(Bitmap::packed(width, height, &lit))
}

/// Returns how bright a pixel is on black.
fn brightness(pixel: &[u8]) -> u32 {
    let (grey, alpha) = match *pixel {
        [grey] => (u32::from(grey), 255),
        [grey, alpha] => (u32::from(grey), alpha),
        [red, green, blue] => (luminance(red, green, blue), 255),
        [red, green, blue, alpha] => (luminance(red, green, blue), alpha),
        _ => (0, 0),
    };
    grey * u32::from(alpha) / 255
}

/// The luma of ITU-R BT.601, in thousandths.
fn luminance(red: u8, green: u8, blue: u8) -> u32 {
    (u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114) / 1_000
}

impl Picture {
    /// Returns how many pixels that count are otherwise on the display.
    #[must_use]
    pub fn difference(&self, shown: &Frame) -> usize {
        let counts = |x, y| self.mask.as_ref().is_none_or(|mask| mask.pixel(x, y));
        let (width, height) = (self.pixels.width.max(shown.width), self.pixels.height.max(shown.height));
        let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        all.filter(|&(x, y)| counts(x, y) && self.pixels.pixel(x, y) != shown.pixel(x, y)).count()
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use wasm_embedded_sim::picture::Frame;

    use super::{Bitmap, Picture};

    fn frame(lit: &[usize]) -> Frame {
        Frame {
            width: 4,
            height: 2,
            pixels: (0..8).map(|at| lit.contains(&at)).collect(),
            contrast: 0x7f,
            colours: Vec::new(),
        }
    }

    #[test]
    fn pixels_stay_where_they_are_lit_in_rows_of_any_width() {
        for width in [1, 7, 63, 64, 65, 130] {
            // Every third pixel, counted over the rows, so that no row is like the one above.
            let lit: Vec<bool> = (0..width * 3).map(|at| at % 3 == 0).collect();
            let frame = Frame { width, height: 3, pixels: lit.clone(), contrast: 0x7f, colours: Vec::new() };
            let (packed, mut drawn) = (Bitmap::of(&frame), Bitmap::dark(width, 3));
            for at in (0..width * 3).step_by(3) {
                drawn.light(at % width, at / width);
            }
            assert_eq!(packed, drawn);
            for (at, lit) in lit.iter().enumerate() {
                assert_eq!(packed.pixel(at % width, at / width), *lit, "{at} of rows of {width}");
            }
            drawn.light(width, 0);
            drawn.light(0, 3);
            assert_eq!(packed, drawn, "there is no pixel outside");
            assert!(!packed.pixel(width, 0) && !packed.pixel(0, 3) && packed.span(width, 0) == 0);
            let span = (0..super::WORD).map(|more| u64::from(packed.pixel(1 + more, 1)) << more).sum::<u64>();
            assert_eq!(packed.span(1, 1), span, "rows of {width}");
        }
    }

    #[test]
    fn pixels_outside_the_mask_do_not_count() {
        let picture = |mask: Option<&[usize]>| Picture {
            file: String::new(),
            pixels: Bitmap::of(&frame(&[0, 5])),
            mask: mask.map(|lit| Bitmap::of(&frame(lit))),
            tolerance: 0,
        };
        assert_eq!(picture(None).difference(&frame(&[0, 5])), 0);
        assert_eq!(picture(None).difference(&frame(&[1, 5])), 2);
        assert_eq!(picture(Some(&[1, 2, 3])).difference(&frame(&[1, 5])), 1);
        assert_eq!(picture(Some(&[4, 5])).difference(&frame(&[1, 5])), 0);
    }

    #[test]
    fn a_picture_has_a_pixel_for_each_of_the_display_s_and_no_other_size() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("p.png");
        let mut encoder = png::Encoder::new(File::create(&path).expect("a file"), 4, 2);
        encoder.set_color(png::ColorType::Grayscale);
        let mut writer = encoder.write_header().expect("a header");
        writer.write_image_data(&[0, 255, 30, 200, 0, 0, 0, 0]).expect("pixels");
        writer.finish().expect("an end");
        assert_eq!(Bitmap::load(&path, (4, 2)).expect("its size"), Bitmap::of(&frame(&[1, 3])));
        let error = Bitmap::load(&path, (8, 8)).expect_err("another size");
        assert!(error.to_string().starts_with("it has 4 x 2 pixels; the display has 8 x 8"), "{error}");
    }
}
