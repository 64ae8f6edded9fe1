//! How a control goes over time.

use alloc::vec::Vec;
use core::error::Error;
use core::f64::consts::{FRAC_PI_2, PI, TAU};
use core::fmt;

use crate::parts::number::steps;

/// How often a changing value is set at most.
const TICK_NS: u64 = 1_000_000;
/// How seldom at least, in ticks: a minute.
const MOST_TICKS: i32 = 60_000;

/// How a control that is a number goes over virtual time.
///
/// A value that changes evenly is set whenever it has changed by a step of the control, and every millisecond at most.
#[derive(Clone, PartialEq, Debug)]
pub struct Course {
    /// The shape.
    pub shape: Shape,
    /// The change that is worth setting the control for.
    pub step: f64,
}

/// The shape of a [`Course`].
#[derive(Clone, PartialEq, Debug)]
pub enum Shape {
    /// Straight lines from point to point: times in nanoseconds, and values. It is steady before the first and after the last.
    Points {
        /// The times and values.
        points: Vec<(u64, f64)>,
    },
    /// `mean + amplitude * sin(2 pi t / period)`.
    Sine {
        /// The value in the middle.
        mean: f64,
        /// How far it goes to both sides.
        amplitude: f64,
        /// How long a period lasts, in nanoseconds.
        period_ns: u64,
    },
    /// A new value every so often, evenly spread: the same for the same seed.
    Noise {
        /// The value in the middle.
        mean: f64,
        /// How far it goes to both sides at most.
        amplitude: f64,
        /// How long each value lasts, in nanoseconds.
        every_ns: u64,
        /// What the values come from.
        seed: u64,
    },
}

/// Points of a course that are not in the order of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PointError {
    index: usize,
}

impl fmt::Display for PointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            0 => f.write_str("a course needs a point"),
            index => write!(f, "point {} of a course is not after the one before", index + 1),
        }
    }
}

impl Error for PointError {}

impl Course {
    /// Makes a course of straight lines between points: virtual times in nanoseconds, and values.
    ///
    /// # Errors
    /// No point at all, or a time that is not after the one before.
    pub fn through(points: Vec<(u64, f64)>, step: f64) -> Result<Course, PointError> {
        match points.windows(2).position(|pair| matches!(pair, [(one, _), (two, _)] if one >= two)) {
            Some(index) => Err(PointError { index: index + 1 }),
            None if points.is_empty() => Err(PointError { index: 0 }),
            None => Ok(Course { shape: Shape::Points { points }, step }),
        }
    }

    /// Returns the value at a virtual time.
    #[must_use]
    pub fn at(&self, at_ns: u64) -> f64 {
        match &self.shape {
            Shape::Points { points } => between(points, at_ns),
            Shape::Sine { mean, .. } | Shape::Noise { mean, .. } if !cfg!(feature = "waves") => *mean,
            Shape::Sine { mean, amplitude, period_ns } => {
                let period_ns = (*period_ns).max(1);
                mean + amplitude * sine(number(at_ns % period_ns) / number(period_ns))
            }
            Shape::Noise { mean, amplitude, every_ns, seed } => {
                mean + amplitude * scattered(mixed(*seed).wrapping_add(at_ns / (*every_ns).max(1)))
            }
        }
    }

    /// Returns when the value is to be looked at again, if ever.
    pub(crate) fn next_ns(&self, now_ns: u64) -> Option<u64> {
        match &self.shape {
            Shape::Points { points } => {
                let next = points.partition_point(|(point_ns, _)| *point_ns <= now_ns);
                let (to_ns, to) = points.get(next).copied()?;
                let from = next.checked_sub(1).and_then(|index| points.get(index)).copied();
                Some(match from {
                    Some((from_ns, from)) if from != to => {
                        let tick_ns = self.tick_ns(number(to_ns - from_ns), (to - from).abs());
                        to_ns.min(now_ns.saturating_add(tick_ns))
                    }
                    _ => to_ns,
                })
            }
            Shape::Sine { .. } | Shape::Noise { .. } if !cfg!(feature = "waves") => None,
            Shape::Sine { amplitude, period_ns, .. } => {
                // It is steepest in the middle.
                let tick_ns = self.tick_ns(number(*period_ns), TAU * amplitude.abs());
                Some(now_ns.saturating_add(tick_ns.min(period_ns / 16).max(TICK_NS)))
            }
            Shape::Noise { every_ns, .. } => {
                let every_ns = (*every_ns).max(TICK_NS);
                Some((now_ns / every_ns).saturating_add(1).saturating_mul(every_ns))
            }
        }
    }

    /// Returns the time of a step, where the value changes by `change` in `length_ns`.
    fn tick_ns(&self, length_ns: f64, change: f64) -> u64 {
        let ticks = steps(length_ns * self.step / change, number(TICK_NS), 1..=MOST_TICKS);
        u64::from(ticks.unsigned_abs()) * TICK_NS
    }
}

/// Returns a number of nanoseconds. Past 104 days it is rounded, to a nanosecond in a hundred days.
fn number(ns: u64) -> f64 {
    let [a, b, c, d, e, f, g, h] = ns.to_be_bytes();
    let (high, low) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
    f64::from(high) * 4_294_967_296.0 + f64::from(low)
}

fn between(points: &[(u64, f64)], at_ns: u64) -> f64 {
    let next = points.partition_point(|(point_ns, _)| *point_ns <= at_ns);
    let before = next.checked_sub(1).and_then(|index| points.get(index)).copied();
    match (before, points.get(next).copied()) {
        (Some((from_ns, from)), Some((to_ns, to))) => {
            from + (to - from) * (number(at_ns - from_ns) / number(to_ns - from_ns))
        }
        (Some((_, value)), None) | (None, Some((_, value))) => value,
        (None, None) => 0.0,
    }
}

/// Returns the sine of a part of the circle, from 0 to 1, right to 1e-8. `core` has none.
fn sine(part: f64) -> f64 {
    let angle = part * TAU;
    // The rising quarters, from -90 to 90 degrees.
    let x = match angle {
        _ if angle <= FRAC_PI_2 => angle,
        _ if angle <= 3.0 * FRAC_PI_2 => PI - angle,
        _ => angle - TAU,
    };
    // The Taylor series to the 13th power, by Horner's rule.
    let square = x * x;
    [156.0, 110.0, 72.0, 42.0, 20.0, 6.0].into_iter().fold(1.0, |sum, divisor| 1.0 - sum * square / divisor) * x
}

/// Returns a number from -1 to 1 that looks like chance.
fn scattered(state: u64) -> f64 {
    number(mixed(state) >> 32) / 2_147_483_647.5 - 1.0
}

// Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014), figure 17: the output function of SplitMix64.
fn mixed(state: u64) -> u64 {
    let mut z = state.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{Course, Shape, sine};

    const MS: u64 = 1_000_000;

    #[test]
    fn between_points_the_value_goes_evenly_and_outside_it_is_steady() {
        let points = [(2 * MS, 1.0), (6 * MS, 3.0), (8 * MS, -1.0)];
        let course = Course::through(points.into(), 0.001).expect("the times are in order");
        let seen: Vec<f64> = (0..10).map(|ms| course.at(ms * MS)).collect();
        assert_eq!(seen, [1.0, 1.0, 1.0, 1.5, 2.0, 2.5, 3.0, 1.0, -1.0, -1.0]);
    }

    #[test]
    fn points_must_be_in_the_order_of_time() {
        for points in [Vec::new(), [(5, 1.0), (5, 2.0)].into()] {
            Course::through(points, 1.0).expect_err("not in order");
        }
    }

    #[test]
    fn a_course_is_looked_at_when_it_has_changed_by_a_step_and_at_its_points() {
        let points = [(0, 20.0), (1_000 * MS, 30.0), (2_000 * MS, 30.0)];
        let course = Course::through(points.into(), 0.5).expect("in order");
        assert_eq!(course.next_ns(0), Some(50 * MS), "half a degree");
        assert_eq!(course.next_ns(990 * MS), Some(1_000 * MS), "no further than the point");
        assert_eq!(course.next_ns(1_000 * MS), Some(2_000 * MS), "a level stretch");
        assert_eq!(course.next_ns(2_000 * MS), None);
        let fine = Course { step: 1e-9, ..course };
        assert_eq!(fine.next_ns(0), Some(MS), "no more often than every millisecond");
    }

    #[test]
    fn a_sine_is_a_sine() {
        for (part, expected) in
            [(0.0, 0.0), (1.0 / 12.0, 0.5), (0.25, 1.0), (0.5, 0.0), (0.75, -1.0), (11.0 / 12.0, -0.5)]
        {
            assert!((sine(part) - expected).abs() < 1e-8, "{part}: {}", sine(part));
        }
        let course = Course { shape: Shape::Sine { mean: 20.0, amplitude: 5.0, period_ns: 1_000 * MS }, step: 0.1 };
        assert!((course.at(250 * MS) - 25.0).abs() < 1e-7 && (course.at(1_750 * MS) - 15.0).abs() < 1e-7);
    }

    #[test]
    fn noise_stays_within_its_amplitude_spreads_and_comes_again() {
        let noise = |seed| Course { shape: Shape::Noise { mean: 10.0, amplitude: 2.0, every_ns: MS, seed }, step: 0.1 };
        let values: Vec<f64> = (0..1_000).map(|ms| noise(7).at(ms * MS)).collect();
        assert!(values.iter().all(|value| (8.0..=12.0).contains(value)));
        let mean = values.iter().sum::<f64>() / 1_000.0;
        assert!((mean - 10.0).abs() < 0.15, "{mean}");
        assert!(values.iter().any(|value| *value > 11.8) && values.iter().any(|value| *value < 8.2));
        assert_eq!(values, (0..1_000).map(|ms| noise(7).at(ms * MS + 5)).collect::<Vec<f64>>());
        assert_ne!(values, (0..1_000).map(|ms| noise(8).at(ms * MS)).collect::<Vec<f64>>());
    }
}
