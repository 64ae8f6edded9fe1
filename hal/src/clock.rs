//! Monotonic time.

use core::ops::{Add, Sub};
use core::time::Duration;

use crate::bindings::wasm_embedded::hal::clock as host;

/// A time of the host's monotonic clock; in simulation, virtual time. The clock by which [`Delay`](crate::Delay) waits.
///
/// It counts from a start that stays the same while the guest runs, never goes back, and does not follow the date.
///
/// ```no_run
/// use wasm_embedded_hal::Instant;
///
/// let begin = Instant::now();
/// // ... a measurement ...
/// println!("took {} us", begin.elapsed().as_micros());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    ns: u64,
}

impl Instant {
    /// Returns the time now.
    #[must_use]
    pub fn now() -> Instant {
        Instant { ns: host::now_ns() }
    }

    /// Returns the nanoseconds since the clock's start.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.ns
    }

    /// Returns how long ago this was.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        Instant::now().duration_since(self)
    }

    /// Returns how much later this is than `earlier`, or zero if it is not.
    #[must_use]
    pub const fn duration_since(self, earlier: Instant) -> Duration {
        Duration::from_nanos(self.ns.saturating_sub(earlier.ns))
    }

    /// Returns the time `duration` later, if the clock has it: it ends after 584 years.
    #[must_use]
    pub fn checked_add(self, duration: Duration) -> Option<Instant> {
        let ns = u64::try_from(duration.as_nanos()).ok()?;
        Some(Instant { ns: self.ns.checked_add(ns)? })
    }

    /// Returns the time `duration` earlier, if it is not before the clock's start.
    #[must_use]
    pub fn checked_sub(self, duration: Duration) -> Option<Instant> {
        let ns = u64::try_from(duration.as_nanos()).ok()?;
        Some(Instant { ns: self.ns.checked_sub(ns)? })
    }
}

/// The later time, at most the end of the clock.
impl Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, duration: Duration) -> Instant {
        self.checked_add(duration).unwrap_or(Instant { ns: u64::MAX })
    }
}

/// How much later the first is, or zero if it is not.
impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_stays_within_the_clock() {
        let (early, late) = (Instant { ns: 10 }, Instant { ns: 25 });
        assert_eq!((late - early, early - late), (Duration::from_nanos(15), Duration::ZERO));
        assert_eq!(early + Duration::from_nanos(15), late);
        assert_eq!(late + Duration::MAX, Instant { ns: u64::MAX });
        assert_eq!(late.checked_add(Duration::from_nanos(u64::MAX)), None);
        assert_eq!(early.checked_sub(Duration::from_nanos(11)), None);
        assert_eq!(late.checked_sub(Duration::from_nanos(15)), Some(early));
    }
}
