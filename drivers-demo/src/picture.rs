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
/// The base lines.
const TEMPERATURE_Y: i32 = 27;
const HUMIDITY_Y: i32 = 44;
const PRESSURE_Y: i32 = 60;
/// What is drawn where a number has fewer digits than fit.
const BLANKS: &str = "       ";

/// How many characters each number has at most: `-40.00`, `100.0`, `1100.00`.
const TEMPERATURE: usize = 6;
const HUMIDITY: usize = 5;
const PRESSURE: usize = 7;

/// Draws what stays: title, names and units, over whatever was there.
///
/// # Errors
///
/// Fails if the target does.
pub fn draw_form<D: DrawTarget<Color = BinaryColor>>(target: &mut D) -> Result<(), D::Error> {
    target.clear(BinaryColor::Off)?;
    target.fill_solid(&Rectangle::new(Point::zero(), Size::new(128, 12)), BinaryColor::On)?;
    let title = MonoTextStyle::new(&FONT_6X10, BinaryColor::Off);
    text(target, Point::new(19, 9), "Weather station", title)?;
    let small = MonoTextStyle::new(&FONT_6X10, BinaryColor::On);
    for (y, name, unit) in [(TEMPERATURE_Y, "Temp", "°C"), (HUMIDITY_Y, "Hum", "%"), (PRESSURE_Y, "Pressure", "hPa")] {
        text(target, Point::new(NAME_X, y), name, small)?;
        text(target, Point::new(UNIT_X, y), unit, small)?;
    }
    Ok(())
}

/// Draws the numbers of a reading, over those that were there.
///
/// # Errors
///
/// Fails if the target does.
pub fn draw<D: DrawTarget<Color = BinaryColor>>(target: &mut D, reading: &Reading) -> Result<(), D::Error> {
    number(target, TEMPERATURE_Y, reading.temperature, &FONT_9X15_BOLD, TEMPERATURE)?;
    number(target, HUMIDITY_Y, reading.humidity, &FONT_9X15_BOLD, HUMIDITY)?;
    number(target, PRESSURE_Y, reading.pressure, &FONT_6X10, PRESSURE)
}

/// Draws a number with its base line at `y`, and blanks where a longer one was.
fn number<D: DrawTarget<Color = BinaryColor>>(
    target: &mut D,
    y: i32,
    number: Decimal,
    font: &MonoFont<'_>,
    room: usize,
) -> Result<(), D::Error> {
    let mut style = MonoTextStyle::new(font, BinaryColor::On);
    style.background_color = Some(BinaryColor::Off);
    let number = number.text();
    let digits = number.as_str();
    let blanks = BLANKS.get(..room.saturating_sub(digits.len())).unwrap_or_default();
    let width = |text: &str| text.bytes().map(|_| font.character_size.width).sum();
    let start = Point::new(NUMBER_END_X, y) - Size::new(width(digits), 0);
    text(target, start - Size::new(width(blanks), 0), blanks, style)?;
    text(target, start, digits, style)
}

/// Draws text that begins at a point of its base line.
///
/// Not with `Text`: its alignment and its several lines are 5 KB.
fn text<D: DrawTarget<Color = BinaryColor>>(
    target: &mut D,
    start: Point,
    text: &str,
    style: MonoTextStyle<'_, BinaryColor>,
) -> Result<(), D::Error> {
    style.draw_string(text, start, Baseline::Alphabetic, target).map(|_next| ())
}
