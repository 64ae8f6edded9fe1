//! A reading on a display of 128 by 64 dots.

use embedded_graphics::geometry::{Point, Size};
use embedded_graphics::mono_font::iso_8859_1::FONT_6X10;
use embedded_graphics::mono_font::{MonoFont, MonoTextStyle, ascii::FONT_9X15_BOLD};
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::DrawTarget;
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Baseline;
use embedded_graphics::text::renderer::TextRenderer;

use crate::Decimal;
use crate::reading::Reading;

/// The columns of a line: where its name begins, where its number ends, where its unit begins.
const NAME_X: i32 = 2;
const NUMBER_END_X: i32 = 100;
const UNIT_X: i32 = 104;

/// Draws a reading under a title, over whatever was there.
///
/// # Errors
///
/// Fails if the target does.
pub fn draw<D: DrawTarget<Color = BinaryColor>>(target: &mut D, reading: &Reading) -> Result<(), D::Error> {
    target.clear(BinaryColor::Off)?;
    target.fill_solid(&Rectangle::new(Point::zero(), Size::new(128, 12)), BinaryColor::On)?;
    text(target, Point::new(19, 9), "Weather station", &FONT_6X10, BinaryColor::Off)?;
    line(target, 27, "Temp", reading.temperature, &FONT_9X15_BOLD, "°C")?;
    line(target, 44, "Hum", reading.humidity, &FONT_9X15_BOLD, "%")?;
    line(target, 60, "Pressure", reading.pressure, &FONT_6X10, "hPa")
}

/// Draws one quantity with its base line at `y`.
fn line<D: DrawTarget<Color = BinaryColor>>(
    target: &mut D,
    y: i32,
    name: &str,
    number: Decimal,
    font: &MonoFont<'_>,
    unit: &str,
) -> Result<(), D::Error> {
    let number = number.text();
    let width = number.as_str().bytes().map(|_| font.character_size.width).sum();
    text(target, Point::new(NAME_X, y), name, &FONT_6X10, BinaryColor::On)?;
    text(target, Point::new(NUMBER_END_X, y) - Size::new(width, 0), number.as_str(), font, BinaryColor::On)?;
    text(target, Point::new(UNIT_X, y), unit, &FONT_6X10, BinaryColor::On)
}

/// Draws text that begins at a point of its base line.
///
/// Not with `Text`: its alignment and its several lines are 5 KB.
fn text<D: DrawTarget<Color = BinaryColor>>(
    target: &mut D,
    start: Point,
    text: &str,
    font: &MonoFont<'_>,
    color: BinaryColor,
) -> Result<(), D::Error> {
    MonoTextStyle::new(font, color).draw_string(text, start, Baseline::Alphabetic, target).map(|_next| ())
}
