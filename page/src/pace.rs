//! How fast virtual time goes.

use std::time::{Duration, Instant};

/// How far virtual time may be behind before it gives up catching up.
const LAG: Duration = Duration::from_millis(250);

/// The longest time between two looks at the page, in nanoseconds of virtual time.
const LONGEST_LOOK_NS: f64 = 10_000_000.0;
/// The shortest.
const SHORTEST_LOOK_NS: f64 = 1_000.0;

/// The slowest pace, in seconds of virtual time for one of the machine's.
pub(crate) const SLOWEST: f64 = 0.001;
/// The fastest pace that is one; beyond it, time goes as fast as it can.
pub(crate) const FASTEST: f64 = 1_000.0;

/// A pace of virtual time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Seconds of virtual time for one of the machine's; none for as fast as it goes.
    speed: Option<f64>,
    began: Instant,
    from_ns: u64,
}

impl Pace {
    /// Begins at a virtual time.
    pub(crate) fn from(now_ns: u64, speed: Option<f64>) -> Pace {
        Pace { speed, began: Instant::now(), from_ns: now_ns }
    }

    /// Returns the speed.
    pub(crate) fn speed(&self) -> Option<f64> {
        self.speed
    }

    /// Returns how long the board has to wait at a virtual time. A board that is far behind, since its guest computes longer than it
    /// should take, does not hurry afterwards.
    pub(crate) fn ahead(&mut self, now_ns: u64) -> Duration {
        let Some(speed) = self.speed else { return Duration::ZERO };
        let due = Duration::from_nanos(now_ns.saturating_sub(self.from_ns)).div_f64(speed.max(SLOWEST));
        let passed = self.began.elapsed();
        if passed > due + LAG {
            *self = Pace::from(now_ns, self.speed);
        }
        due.saturating_sub(passed)
    }

    /// Returns when the board looks at the page again: often enough for a hand, whatever the speed.
    pub(crate) fn next_look_ns(&self, now_ns: u64) -> u64 {
        let look = self.speed.map_or(LONGEST_LOOK_NS, |speed| LONGEST_LOOK_NS * speed);
        let look = look.clamp(SHORTEST_LOOK_NS, LONGEST_LOOK_NS);
        now_ns.saturating_add(u64::try_from(Duration::from_secs_f64(look / 1e9).as_nanos()).unwrap_or(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_waits_as_long_as_its_speed_says() {
        let second = 1_000_000_000;
        let ahead = |speed| Pace::from(0, speed).ahead(second);
        assert_eq!(ahead(None), Duration::ZERO);
        for (speed, from, to) in [(1.0, 0.9, 1.0), (0.01, 99.9, 100.0), (10.0, 0.0, 0.1)] {
            let waits = ahead(Some(speed)).as_secs_f64();
            assert!((from..=to).contains(&waits), "{speed}: {waits} s");
        }
    }

    #[test]
    fn a_board_that_is_far_behind_does_not_hurry() {
        let mut pace = Pace::from(0, Some(1.0));
        pace.began -= Duration::from_secs(10);
        assert_eq!(pace.ahead(1_000), Duration::ZERO);
        assert!(pace.ahead(1_000_001_000) > Duration::from_millis(900), "from here on it is on time");
    }

    #[test]
    fn slow_boards_look_as_often_as_fast_ones() {
        assert_eq!(Pace::from(0, Some(1.0)).next_look_ns(5), 10_000_005);
        assert_eq!(Pace::from(0, Some(0.01)).next_look_ns(0), 100_000);
        assert_eq!(Pace::from(0, Some(100.0)).next_look_ns(0), 10_000_000);
        assert_eq!(Pace::from(0, None).next_look_ns(0), 10_000_000);
    }
}
