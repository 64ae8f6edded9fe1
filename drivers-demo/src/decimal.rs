//! Numbers with a point, without the formatting of floats, which adds 20 KB to a component.

use core::fmt;

/// A number with one or two digits behind the point.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decimal {
    /// The number in units of its last digit.
    scaled: i32,
    /// How many digits are behind the point.
    decimals: usize,
}

/// The text of a [`Decimal`]: sign, ten digits and a point are the most it can have.
#[derive(Clone, Copy, Debug)]
pub struct DecimalText {
    bytes: [u8; 12],
    start: usize,
}

impl Decimal {
    /// Rounds a value to tenths, halves away from zero.
    #[must_use]
    pub fn tenths(value: f32) -> Decimal {
        Decimal { scaled: round(f64::from(value) * 10.0), decimals: 1 }
    }

    /// Rounds a value to hundredths, halves away from zero.
    #[must_use]
    pub fn hundredths(value: f32) -> Decimal {
        Decimal { scaled: round(f64::from(value) * 100.0), decimals: 2 }
    }

    /// Returns the number as text.
    #[must_use]
    pub fn text(&self) -> DecimalText {
        let mut text = DecimalText { bytes: [0; 12], start: 12 };
        let mut rest = self.scaled.unsigned_abs();
        let mut written = 0;
        // At least one digit before the point, and those behind it.
        while rest > 0 || written <= self.decimals {
            if written == self.decimals {
                text.prepend(b'.');
            }
            // One digit: the last byte is all of it.
            text.prepend(b'0' + (rest % 10).to_le_bytes()[0]);
            rest /= 10;
            written += 1;
        }
        if self.scaled < 0 {
            text.prepend(b'-');
        }
        text
    }
}

impl DecimalText {
    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.bytes.get(self.start..).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    fn prepend(&mut self, byte: u8) {
        self.start = self.start.saturating_sub(1);
        if let Some(place) = self.bytes.get_mut(self.start) {
            *place = byte;
        }
    }
}

/// Rounds to the nearest integer, halves away from zero; what no `i32` can hold becomes the nearest one, and what is no number 0.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast of a float saturates, and cuts off what is behind the point"
)]
fn round(value: f64) -> i32 {
    (value + 0.5_f64.copysign(value)) as i32
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().as_str())
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::string::ToString;

    use super::Decimal;

    #[test]
    fn values_are_rounded_to_the_nearest_on_both_sides_of_zero() {
        let hundredths = |value| Decimal::hundredths(value).to_string();
        assert_eq!(hundredths(21.499_999), "21.50");
        assert_eq!(hundredths(-0.046), "-0.05");
        assert_eq!(hundredths(-0.004), "0.00");
        assert_eq!(hundredths(-40.0), "-40.00");
        assert_eq!(hundredths(1013.25), "1013.25");
        assert_eq!(Decimal::tenths(44.95).to_string(), "45.0");
        assert_eq!(Decimal::tenths(-0.05).to_string(), "-0.1");
        assert_eq!(Decimal::tenths(100.0).to_string(), "100.0");
    }

    #[test]
    fn what_is_no_number_is_shown_as_one() {
        assert_eq!(Decimal::tenths(f32::NAN).to_string(), "0.0");
        assert_eq!(Decimal::hundredths(f32::INFINITY).to_string(), "21474836.47");
        assert_eq!(Decimal::tenths(f32::NEG_INFINITY).to_string(), "-214748364.8");
    }
}
