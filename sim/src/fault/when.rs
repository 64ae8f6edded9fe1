//! When a fault strikes.

/// Which occasions a fault strikes: by their number, by time, and by chance. An occasion is a transaction with what the fault is
/// about; for a net a change of its level, for a serial port a byte, for an analogue input a conversion, for a PWM output a duty that
/// is set, for delays a delay.
///
/// All conditions must hold. Occasions outside the time do not count; the rest are counted in their order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct When {
    /// How many occasions are spared first.
    pub after: u64,
    /// How many are then struck at most; all if `None`.
    pub times: Option<u64>,
    /// The virtual time of the first occasion that counts, in nanoseconds.
    pub from_ns: u64,
    /// The virtual time from which on none counts, in nanoseconds.
    pub until_ns: u64,
    /// The chance of each occasion to be struck; all are if `None`.
    pub chance: Option<Chance>,
}

/// A chance, drawn from a sequence of its own: two runs strike the same occasions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chance {
    /// The chance in millionths.
    pub millionths: u32,
    /// Where the sequence begins.
    pub seed: u64,
}

impl When {
    /// Strikes every occasion.
    #[must_use]
    pub const fn always() -> When {
        When { after: 0, times: None, from_ns: 0, until_ns: u64::MAX, chance: None }
    }

    /// Spares the first `count` occasions.
    #[must_use]
    pub const fn after(self, count: u64) -> When {
        When { after: count, ..self }
    }

    /// Strikes `count` occasions.
    #[must_use]
    pub const fn times(self, count: u64) -> When {
        When { times: Some(count), ..self }
    }

    /// Strikes occasions from one virtual time until before another.
    #[must_use]
    pub const fn between(self, from_ns: u64, until_ns: u64) -> When {
        When { from_ns, until_ns, ..self }
    }

    /// Strikes each occasion with a chance of so many millionths.
    #[must_use]
    pub const fn chance(self, millionths: u32, seed: u64) -> When {
        When { chance: Some(Chance { millionths, seed }), ..self }
    }

    /// Returns whether only the time matters: then a fault that lasts needs no occasion to begin and to end.
    pub(super) fn is_window(&self) -> bool {
        self.after == 0 && self.times.is_none() && self.chance.is_none()
    }
}

impl Default for When {
    fn default() -> When {
        When::always()
    }
}

/// A [`When`] that counts.
#[derive(Debug)]
pub(super) struct Trigger {
    when: When,
    random: Random,
    spared: u64,
    struck: u64,
}

impl Trigger {
    pub(super) fn new(when: When) -> Trigger {
        Trigger { when, random: Random(when.chance.map_or(0, |chance| chance.seed)), spared: 0, struck: 0 }
    }

    pub(super) fn when(&self) -> &When {
        &self.when
    }

    pub(super) fn struck(&self) -> u64 {
        self.struck
    }

    /// Counts an occasion, and returns whether it is struck.
    pub(super) fn strike(&mut self, now_ns: u64) -> bool {
        if !(self.when.from_ns..self.when.until_ns).contains(&now_ns) {
            return false;
        }
        if self.spared < self.when.after {
            self.spared += 1;
            return false;
        }
        if self.when.times.is_some_and(|times| self.struck >= times) {
            return false;
        }
        let strikes = self.when.chance.is_none_or(|chance| self.random.below(1_000_000) < u64::from(chance.millionths));
        if strikes {
            self.struck = self.struck.saturating_add(1);
        }
        strikes
    }

    /// Draws from the fault's sequence.
    pub(super) fn draw(&mut self, below: u64) -> u64 {
        self.random.below(below)
    }
}

/// SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, figure 17.
#[derive(Clone, Copy, Debug)]
struct Random(u64);

impl Random {
    /// Returns a number below `bound`, which must not be 0. The bias is below `bound` / 2^64.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{Random, Trigger, When};

    fn struck(when: When, occasions: u64) -> Vec<u64> {
        let mut trigger = Trigger::new(when);
        (0..occasions).filter(|&now_ns| trigger.strike(now_ns)).collect()
    }

    #[test]
    fn occasions_are_spared_and_then_struck() {
        assert_eq!(struck(When::always(), 3), [0, 1, 2]);
        assert_eq!(struck(When::always().after(2).times(3), 10), [2, 3, 4]);
    }

    #[test]
    fn occasions_outside_the_time_do_not_count() {
        assert_eq!(struck(When::always().between(3, 7).after(1), 10), [4, 5, 6]);
    }

    #[test]
    fn a_chance_is_met_and_the_same_in_every_run() {
        let when = When::always().chance(250_000, 7);
        let first = struck(when, 10_000);
        assert_eq!(first, struck(when, 10_000));
        assert!((2_300..2_700).contains(&first.len()), "{}", first.len());
        assert_ne!(first, struck(When::always().chance(250_000, 8), 10_000));
        assert_eq!(struck(When::always().chance(1_000_000, 1), 5).len(), 5);
        assert_eq!(struck(When::always().chance(0, 1), 5).len(), 0);
    }

    // The first numbers that the authors' `splitmix64.c` gives for the seed 1234567.
    #[test]
    fn the_sequence_is_splitmix64_so_that_a_seed_means_the_same_in_every_version() {
        let mut random = Random(1_234_567);
        let first = [(); 5].map(|()| random.below(u64::MAX));
        let expected: [u64; 5] = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(first, expected);
        let mut random = Random(1_234_567);
        assert_eq!([(); 5].map(|()| random.below(10)), expected.map(|number| number % 10));
        assert_eq!(random.below(1), 0);
    }
}
