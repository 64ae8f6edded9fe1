//! Holding physical values within a part's range, and finding the number that its converter gives for them.

use core::ops::RangeInclusive;

/// Returns the value held within the range; what is not a number counts as the start.
pub(crate) fn held(value: f64, range: RangeInclusive<f64>) -> f64 {
    if value.is_nan() { *range.start() } else { value.clamp(*range.start(), *range.end()) }
}

/// Returns the greatest number of the range for which `holds` is true, or the least of the range if there is none.
///
/// `holds` must be true up to some number and false from there on.
pub(crate) fn greatest(range: RangeInclusive<i32>, holds: impl Fn(i32) -> bool) -> i32 {
    let (mut low, mut high) = range.into_inner();
    while low < high {
        let middle = low + (high - low + 1) / 2;
        if holds(middle) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low
}

/// Returns the number of steps of the size `step` in `value`, to the nearest, held within the range.
pub(crate) fn steps(value: f64, step: f64, range: RangeInclusive<i32>) -> i32 {
    greatest(range, |steps| (f64::from(steps) - 0.5) * step <= value)
}

#[cfg(test)]
mod tests {
    use super::{greatest, steps};

    #[test]
    fn the_greatest_that_holds_is_found_anywhere_in_the_range() {
        for limit in -5..=5 {
            assert_eq!(greatest(-5..=5, |n| n <= limit), limit);
        }
        assert_eq!(greatest(-5..=5, |_| false), -5);
    }

    #[test]
    fn steps_are_counted_to_the_nearest_and_held_within_the_range() {
        assert_eq!(steps(21.3, 0.5, -110..=250), 43);
        assert_eq!(steps(-21.3, 0.5, -110..=250), -43);
        assert_eq!(steps(1e9, 0.5, -110..=250), 250);
        assert_eq!(steps(f64::NAN, 0.5, -110..=250), -110);
    }
}
