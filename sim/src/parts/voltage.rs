//! A source of voltage on a net: a potentiometer that somebody turns.

use alloc::vec::Vec;
use core::error::Error;
use core::fmt;

use crate::net::Net;
use crate::part::{Board, Part};

/// The longest time between two steps of a ramp.
const RAMP_STEP_NS: u64 = 1_000_000;

/// Puts a voltage on a net, which goes in straight lines from point to point of time.
#[derive(Clone, Debug)]
pub struct Voltage {
    net: Net,
    /// Virtual time in nanoseconds, and microvolts.
    points: Vec<(u64, i32)>,
}

impl Voltage {
    /// Makes a source of a steady voltage.
    pub fn new(net: Net, microvolts: i32) -> Voltage {
        Voltage { net, points: [(0, microvolts)].into() }
    }

    /// Makes a source that has these voltages, in microvolts, at these virtual times, in nanoseconds: before the first time and
    /// after the last one it is steady, and in between it changes evenly, every millisecond.
    ///
    /// # Errors
    /// No point at all, or a time that is not after the one before.
    pub fn through(net: Net, points: Vec<(u64, i32)>) -> Result<Voltage, PointError> {
        match points.windows(2).position(|pair| matches!(pair, [(one, _), (two, _)] if one >= two)) {
            Some(index) => Err(PointError { index: index + 1 }),
            None if points.is_empty() => Err(PointError { index: 0 }),
            None => Ok(Voltage { net, points }),
        }
    }

    /// Sets a steady voltage from now on.
    pub fn set(&mut self, microvolts: i32, board: &mut dyn Board) {
        self.points = [(0, microvolts)].into();
        self.run(board);
    }

    /// Returns the voltage at a time.
    fn at(&self, at_ns: u64) -> i32 {
        let next = self.points.partition_point(|(point_ns, _)| *point_ns <= at_ns);
        let before = next.checked_sub(1).and_then(|index| self.points.get(index)).copied();
        match (before, self.points.get(next).copied()) {
            (Some((from_ns, from)), Some((to_ns, to))) => {
                let (passed, whole) = (i128::from(at_ns - from_ns), i128::from(to_ns - from_ns));
                let change = (i128::from(to) - i128::from(from)) * passed / whole;
                i32::try_from(i128::from(from) + change).unwrap_or(to)
            }
            (Some((_, microvolts)), None) | (None, Some((_, microvolts))) => microvolts,
            (None, None) => 0,
        }
    }

    fn run(&mut self, board: &mut dyn Board) {
        let now_ns = board.now_ns();
        board.set_voltage(self.net, Some(self.at(now_ns)));
        let next = self.points.partition_point(|(point_ns, _)| *point_ns <= now_ns);
        if let Some(&(to_ns, to)) = self.points.get(next) {
            // On a level stretch, and before the first point, nothing happens.
            let steady = self.at(now_ns) == to;
            board.wake_at(if steady { to_ns } else { to_ns.min(now_ns.saturating_add(RAMP_STEP_NS)) });
        }
    }
}

impl Part for Voltage {
    fn power_on(&mut self, board: &mut dyn Board) {
        self.run(board);
    }

    fn wake(&mut self, board: &mut dyn Board) {
        self.run(board);
    }
}

/// A point that is not in the order of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PointError {
    index: usize,
}

impl fmt::Display for PointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            0 => f.write_str("a source of voltage needs a point"),
            index => write!(f, "point {index} of a source of voltage is not after the one before"),
        }
    }
}

impl Error for PointError {}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::Voltage;
    use crate::parts::test_board::TestBoard;

    #[test]
    fn a_voltage_goes_evenly_from_point_to_point() {
        let net = TestBoard::net(1);
        let points = vec![(2_000_000, 1_000), (6_000_000, 3_000), (8_000_000, -1_000)];
        let mut source = Voltage::through(net, points).expect("the times are in order");
        let mut board = TestBoard::with(&mut source);
        let mut seen = vec![];
        for _ in 0..10 {
            seen.push(board.microvolts(net));
            board.advance(&mut source, 1_000_000);
        }
        let expected = [1_000, 1_000, 1_000, 1_500, 2_000, 2_500, 3_000, 1_000, -1_000, -1_000].map(Some);
        assert_eq!(seen, expected);
    }

    #[test]
    fn points_must_be_in_the_order_of_time() {
        let net = TestBoard::net(1);
        for points in [vec![], vec![(5, 1), (5, 2)]] {
            Voltage::through(net, points).expect_err("not in order");
        }
    }
}
