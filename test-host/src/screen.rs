//! What a simulated display shows, as a PNG and in a terminal.

use std::fmt::Write as _;
use std::io;

use wasm_embedded_sim::picture::Frame;

/// Pixels of the picture for one of the display, in each direction.
const SCALE: usize = 4;
/// Pixels of the picture around the display.
const MARGIN: usize = 16;

/// The colours of an OLED: the glass around the pixels, dark pixels, lit pixels, and the light between lit ones.
type Palette = [[u8; 3]; 4];

/// At the contrast 0. The current of a pixel would be none by the data sheet's formula; on the glass it can be seen.
const DIMMEST: Palette = [[0x05, 0x07, 0x0b], [0x0a, 0x0e, 0x14], [0x38, 0x40, 0x48], [0x22, 0x2a, 0x32]];
/// At [`USUAL_CONTRAST`].
const USUAL: Palette = [[0x05, 0x07, 0x0b], [0x0a, 0x0e, 0x14], [0xd8, 0xee, 0xff], [0x84, 0x9c, 0xb4]];
/// At the contrast 255.
const BRIGHTEST: Palette = [[0x05, 0x07, 0x0b], [0x0a, 0x0e, 0x14], [0xff, 0xff, 0xff], [0xd8, 0xe6, 0xf4]];

/// What the driver `ssd1306` sets; a reset sets 127, which is a little brighter.
const USUAL_CONTRAST: u8 = 0x5f;

const GLASS: u8 = 0;
const DARK: u8 = 1;
const LIT: u8 = 2;
const GLOW: u8 = 3;

/// Returns the colours at a contrast: lit pixels are the brighter the greater it is.
// SSD1306 rev 1.1, sections 8.8 and 10.1.7: the current of a segment rises with the contrast, evenly.
fn palette(contrast: u8) -> Palette {
    let (low, high, from, to) = match contrast.checked_sub(USUAL_CONTRAST) {
        None => (0, USUAL_CONTRAST, DIMMEST, USUAL),
        Some(_) => (USUAL_CONTRAST, u8::MAX, USUAL, BRIGHTEST),
    };
    let (part, whole) = (u32::from(contrast - low), u32::from(high - low));
    let between = |from: u8, to: u8| {
        // The result lies between two numbers of 8 bits.
        u8::try_from((u32::from(from) * (whole - part) + u32::from(to) * part) / whole).unwrap_or(to)
    };
    std::array::from_fn(|colour| std::array::from_fn(|at| between(from[colour][at], to[colour][at])))
}

/// Writes the picture of a display. The contrast decides how bright lit pixels are.
///
/// # Errors
///
/// Returns what the writer returns.
pub(crate) fn write_png(frame: &Frame, out: impl io::Write) -> io::Result<()> {
    let size = |pixels: usize| u32::try_from(pixels * SCALE + 2 * MARGIN).map_err(io::Error::other);
    let (width, height) = (size(frame.width)?, size(frame.height)?);
    let mut encoder = png::Encoder::new(out, width, height);
    if !frame.colours.is_empty() {
        return write_colours(frame, encoder);
    }
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Two);
    encoder.set_palette(palette(frame.contrast).as_flattened().to_vec());
    let mut writer = encoder.write_header()?;
    let rows = frame.height * SCALE + 2 * MARGIN;
    let columns = frame.width * SCALE + 2 * MARGIN;
    let mut data = Vec::with_capacity(rows * columns.div_ceil(4));
    for y in 0..rows {
        let row: Vec<u8> = (0..columns).map(|x| colour(frame, x, y)).collect();
        data.extend(row.chunks(4).map(|pixels| {
            let padded = pixels.iter().chain(std::iter::repeat(&GLASS)).take(4);
            padded.fold(0, |byte, colour| (byte << 2) | colour)
        }));
    }
    writer.write_image_data(&data)?;
    writer.finish()?;
    Ok(())
}

/// Writes the picture of a display with more than one colour: its pixels touch.
fn write_colours(frame: &Frame, mut encoder: png::Encoder<'_, impl io::Write>) -> io::Result<()> {
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header()?;
    let (columns, rows) = (frame.width * SCALE + 2 * MARGIN, frame.height * SCALE + 2 * MARGIN);
    let mut data = Vec::with_capacity(3 * columns * rows);
    for (y, x) in (0..rows).flat_map(|y| (0..columns).map(move |x| (y, x))) {
        let inner = x.checked_sub(MARGIN).zip(y.checked_sub(MARGIN));
        let pixel = inner.and_then(|(x, y)| frame.colour(x / SCALE, y / SCALE));
        data.extend(pixel.unwrap_or_default());
    }
    writer.write_image_data(&data)?;
    writer.finish()?;
    Ok(())
}

fn colour(frame: &Frame, x: usize, y: usize) -> u8 {
    let (Some(inner_x), Some(inner_y)) = (x.checked_sub(MARGIN), y.checked_sub(MARGIN)) else { return GLASS };
    let (column, row) = (inner_x / SCALE, inner_y / SCALE);
    if column >= frame.width || row >= frame.height {
        return GLASS;
    }
    // The last row and column of a pixel are the gap to the next one, where neighbours that are both lit glow.
    let (right, below) = (inner_x % SCALE == SCALE - 1, inner_y % SCALE == SCALE - 1);
    let reach = [(false, false), (true, false), (false, true), (true, true)];
    let mut touched = reach.iter().filter(|(dx, dy)| (right || !dx) && (below || !dy));
    match (right || below, touched.all(|(dx, dy)| frame.pixel(column + usize::from(*dx), row + usize::from(*dy)))) {
        (false, true) => LIT,
        (true, true) => GLOW,
        (_, false) => DARK,
    }
}

/// Draws a display for a terminal of `columns`: in half blocks if they fit, otherwise in Braille, which needs half the width.
pub(crate) fn draw(frame: &Frame, columns: usize) -> String {
    if frame.width + 2 <= columns {
        return frame.to_string();
    }
    let width = frame.width.div_ceil(2);
    let border = "─".repeat(width);
    let mut out = format!("┌{border}┐\n");
    for y in (0..frame.height).step_by(4) {
        let row: String = (0..width).map(|x| braille(frame, x * 2, y)).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(out, "│{row}│");
    }
    out + &format!("└{border}┘")
}

/// The bits of the eight dots of a Braille pattern, by row and column.
/// The Unicode Standard, version 16.0, section 21.1.
const DOTS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

fn braille(frame: &Frame, x: usize, y: usize) -> char {
    let dots = DOTS.iter().zip(y..).flat_map(|(row, y)| row.iter().zip(x..).map(move |(bit, x)| (*bit, x, y)));
    let bits = dots.filter(|(_, x, y)| frame.pixel(*x, *y)).fold(0, |bits, (bit, ..)| bits | bit);
    char::from_u32(0x2800 | bits).unwrap_or(' ')
}

#[cfg(test)]
mod tests {
    use wasm_embedded_sim::picture::Frame;

    use super::{MARGIN, SCALE, USUAL, USUAL_CONTRAST, draw, palette, write_png};

    fn frame() -> Frame {
        // Two lit pixels side by side in the upper left corner, one alone in the lower right.
        let pixels = (0..8 * 8).map(|at| matches!(at, 0 | 1 | 63)).collect();
        Frame { width: 8, height: 8, pixels, contrast: USUAL_CONTRAST, colours: vec![] }
    }

    #[test]
    fn lit_pixels_are_the_brighter_the_greater_the_contrast() {
        let sums = |contrast: u8| palette(contrast).map(|colour| colour.map(u32::from).iter().sum::<u32>());
        for contrast in 0..=u8::MAX - 2 {
            let [glass, dark, lit, glow] = sums(contrast);
            let [next_glass, next_dark, next_lit, next_glow] = sums(contrast + 1);
            assert_eq!((glass, dark), (next_glass, next_dark), "{contrast}");
            assert!(dark < glow && glow < lit && lit <= next_lit && glow <= next_glow, "{contrast}");
            assert!(glow < sums(contrast + 2)[3], "two steps can be seen at {contrast}");
        }
        assert_eq!(palette(USUAL_CONTRAST), USUAL);
        assert_eq!((palette(0)[2], palette(255)[2]), ([0x38, 0x40, 0x48], [0xff, 0xff, 0xff]));
        let [_, dark, half, _] = palette(USUAL_CONTRAST / 2);
        assert!(dark < half && half < USUAL[2]);
    }

    #[test]
    fn a_display_of_colours_has_them_in_its_picture() {
        let mut bytes = Vec::new();
        let frame = Frame::coloured(2, vec![[1, 2, 3], [9, 8, 7]]);
        write_png(&frame, &mut bytes).expect("writing to memory");
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a PNG");
        let mut rgb = vec![0; reader.output_buffer_size().expect("a small picture")];
        reader.next_frame(&mut rgb).expect("a picture");
        let width = 2 * SCALE + 2 * MARGIN;
        let at = |x: usize, y: usize| &rgb[3 * (y * width + x)..][..3];
        assert_eq!((at(MARGIN, MARGIN), at(MARGIN + SCALE, MARGIN)), (&[1, 2, 3][..], &[9, 8, 7][..]));
        assert_eq!(at(0, 0), [0, 0, 0]);
    }

    #[test]
    fn the_picture_of_a_dim_display_is_darker() {
        let picture = |contrast: u8| {
            let mut bytes = Vec::new();
            write_png(&Frame { contrast, ..frame() }, &mut bytes).expect("writing to memory");
            bytes
        };
        assert_ne!(picture(0x10), picture(USUAL_CONTRAST));
        assert_ne!(picture(0xff), picture(USUAL_CONTRAST));
        let reader = png::Decoder::new(std::io::Cursor::new(picture(0x10))).read_info().expect("a PNG");
        assert_eq!(reader.info().palette.as_deref(), Some(palette(0x10).as_flattened()));
    }

    #[test]
    fn the_picture_has_the_display_with_a_margin() {
        let mut bytes = Vec::new();
        write_png(&frame(), &mut bytes).expect("writing to memory");
        let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().expect("a PNG");
        let side = 8 * SCALE + 2 * MARGIN;
        let mut rgb = vec![0; reader.output_buffer_size().expect("a small picture")];
        let info = reader.next_frame(&mut rgb).expect("a picture");
        assert_eq!((info.width, info.height), (64, 64));
        let at = |x: usize, y: usize| rgb.get((y * side + x) * 3..(y * side + x) * 3 + 3).expect("inside").to_vec();
        let [glass, dark, lit, glow] = USUAL.map(|colour| colour.to_vec());
        assert_eq!(at(0, 0), glass);
        assert_eq!(
            (at(MARGIN, MARGIN), at(MARGIN + 3, MARGIN), at(MARGIN + 4, MARGIN)),
            (lit.clone(), glow, lit.clone())
        );
        assert_eq!((at(MARGIN + 7, MARGIN), at(MARGIN, MARGIN + 3)), (dark.clone(), dark));
        assert_eq!(at(MARGIN + 7 * SCALE, MARGIN + 7 * SCALE), lit);
    }

    #[test]
    fn a_narrow_terminal_gets_braille() {
        assert_eq!(draw(&frame(), 10).lines().count(), 6);
        assert_eq!(draw(&frame(), 9), "┌────┐\n│⠉⠀⠀⠀│\n│⠀⠀⠀⢀│\n└────┘");
    }
}
