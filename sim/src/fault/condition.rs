//! What is the matter with parts at the moment: which are off the board, and whose time runs otherwise.

use alloc::vec::Vec;

/// How fast a part's own time runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Rate {
    #[default]
    Normal,
    Stopped,
    /// So many times slower; not 0.
    Slowed(u32),
}

/// What is the matter with one part.
#[derive(Debug, Default)]
struct Condition {
    absent: bool,
    rate: Rate,
    /// The board's time and the part's own when the rate last changed.
    since_ns: u64,
    own_ns: u64,
    /// When the part wants to be woken, in its own time.
    wakes: Vec<u64>,
}

impl Condition {
    /// Returns the part's own time at a time of the board.
    fn own(&self, board_ns: u64) -> u64 {
        let passed_ns = board_ns.saturating_sub(self.since_ns);
        let passed_ns = match self.rate {
            Rate::Normal => passed_ns,
            Rate::Stopped => 0,
            Rate::Slowed(factor) => passed_ns / u64::from(factor),
        };
        self.own_ns.saturating_add(passed_ns)
    }

    /// Returns when it is some time of the part's own, if ever.
    fn board(&self, own_ns: u64) -> Option<u64> {
        let left_ns = own_ns.saturating_sub(self.own_ns);
        match self.rate {
            Rate::Normal => Some(self.since_ns.saturating_add(left_ns)),
            Rate::Stopped => None,
            Rate::Slowed(factor) => Some(self.since_ns.saturating_add(left_ns.saturating_mul(u64::from(factor)))),
        }
    }
}

/// The conditions of the parts that ever had a fault, by the index of the part.
#[derive(Debug, Default)]
pub(crate) struct Conditions(Vec<(usize, Condition)>);

impl Conditions {
    #[inline]
    fn none(&self) -> bool {
        !cfg!(feature = "faults") || self.0.is_empty()
    }

    fn get(&self, part: usize) -> Option<&Condition> {
        self.0.iter().find(|(index, _)| *index == part).map(|(_, condition)| condition)
    }

    /// Returns whether a part is off the board.
    #[inline]
    pub(crate) fn is_absent(&self, part: usize) -> bool {
        !self.none() && self.get(part).is_some_and(|condition| condition.absent)
    }

    /// Returns the time that a part believes it is.
    #[inline]
    pub(crate) fn own_ns(&self, part: usize, board_ns: u64) -> u64 {
        if self.none() {
            return board_ns;
        }
        self.get(part).map_or(board_ns, |condition| condition.own(board_ns))
    }

    /// Notes that a part wants to be woken at a time of its own, and returns when that is, if ever.
    #[inline]
    pub(crate) fn wake_at(&mut self, part: usize, own_ns: u64) -> Option<u64> {
        if self.none() { Some(own_ns) } else { self.note(part, own_ns) }
    }

    fn note(&mut self, part: usize, own_ns: u64) -> Option<u64> {
        match self.0.iter_mut().find(|(index, _)| *index == part) {
            None => Some(own_ns),
            Some((_, condition)) => {
                condition.wakes.push(own_ns);
                condition.board(own_ns)
            }
        }
    }

    /// Returns whether a part is to be woken now for a time of its own that has come; one that has not come yet stays noted,
    /// and is returned as when it will.
    #[inline]
    pub(crate) fn due(&mut self, part: usize, own_ns: u64, board_ns: u64) -> Result<(), Option<u64>> {
        if self.none() { Ok(()) } else { self.come(part, own_ns, board_ns) }
    }

    fn come(&mut self, part: usize, own_ns: u64, board_ns: u64) -> Result<(), Option<u64>> {
        let Some((_, condition)) = self.0.iter_mut().find(|(index, _)| *index == part) else { return Ok(()) };
        let noted = condition.wakes.iter().position(|wake_ns| *wake_ns == own_ns);
        if condition.absent {
            condition.wakes.clear();
            return Err(None);
        }
        if condition.own(board_ns) < own_ns {
            if noted.is_none() {
                condition.wakes.push(own_ns);
            }
            return Err(condition.board(own_ns));
        }
        if let Some(noted) = noted {
            condition.wakes.swap_remove(noted);
        }
        Ok(())
    }

    /// Changes what is the matter with a part. Returns whether it was absent, and the wake-ups to be asked for again: their
    /// times on the board and in the part's own time.
    pub(super) fn set(&mut self, part: usize, absent: bool, rate: Rate, board_ns: u64) -> (bool, Vec<(u64, u64)>) {
        let index = match self.0.iter().position(|(index, _)| *index == part) {
            Some(index) => index,
            None => {
                self.0.push((part, Condition { since_ns: board_ns, own_ns: board_ns, ..Condition::default() }));
                self.0.len() - 1
            }
        };
        let Some((_, condition)) = self.0.get_mut(index) else { return (false, Vec::new()) };
        let was_absent = core::mem::replace(&mut condition.absent, absent);
        if condition.rate == rate {
            return (was_absent, Vec::new());
        }
        (condition.own_ns, condition.since_ns) = (condition.own(board_ns), board_ns);
        condition.rate = rate;
        let again = condition.wakes.iter().filter_map(|own_ns| Some((condition.board(*own_ns)?, *own_ns)));
        (was_absent, again.collect())
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::{Conditions, Rate};

    #[test]
    fn a_part_s_time_stands_still_runs_slower_and_goes_on() {
        let mut conditions = Conditions::default();
        assert_eq!(conditions.own_ns(3, 100), 100);
        conditions.set(3, false, Rate::Stopped, 100);
        assert_eq!((conditions.own_ns(3, 500), conditions.own_ns(4, 500)), (100, 500));
        conditions.set(3, false, Rate::Slowed(10), 500);
        assert_eq!(conditions.own_ns(3, 700), 120);
        conditions.set(3, false, Rate::Normal, 700);
        assert_eq!(conditions.own_ns(3, 800), 220);
    }

    #[test]
    fn wake_ups_follow_the_part_s_time() {
        let mut conditions = Conditions::default();
        conditions.set(0, false, Rate::Stopped, 100);
        assert_eq!(conditions.wake_at(0, 150), None);
        let (_, again) = conditions.set(0, false, Rate::Slowed(2), 200);
        assert_eq!(again, vec![(300, 150)]);
        assert_eq!(conditions.due(0, 150, 250), Err(Some(300)));
        assert_eq!(conditions.due(0, 150, 300), Ok(()));
    }

    #[test]
    fn a_wake_up_from_before_the_fault_is_late_too() {
        let mut conditions = Conditions::default();
        conditions.set(0, false, Rate::Stopped, 100);
        assert_eq!(conditions.due(0, 150, 150), Err(None));
        let (_, again) = conditions.set(0, false, Rate::Normal, 1_000);
        assert_eq!(again, vec![(1_050, 150)]);
    }
}
