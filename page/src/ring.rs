//! A list that keeps the newest of what is added, for readers that come at their own pace.

use std::collections::VecDeque;

/// The newest entries of a list without end. Each has a number; a reader remembers which it wants next.
#[derive(Debug)]
pub(crate) struct Ring<T> {
    entries: VecDeque<T>,
    /// The number of the first entry.
    first: u64,
    room: usize,
}

/// Where a reader is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cursor {
    next: u64,
}

impl<T: Clone> Ring<T> {
    /// Makes a ring that keeps `room` entries.
    pub(crate) fn new(room: usize) -> Ring<T> {
        Ring { entries: VecDeque::new(), first: 0, room }
    }

    /// Adds an entry, in the place of the oldest if there is no room.
    pub(crate) fn push(&mut self, entry: T) {
        if self.entries.len() >= self.room && self.entries.pop_front().is_some() {
            self.first += 1;
        }
        self.entries.push_back(entry);
    }

    /// Returns the newest entries that a reader has not seen, at most so many, and how many it has missed since its last visit.
    pub(crate) fn read(&self, cursor: &mut Cursor, most: usize) -> (Vec<T>, u64) {
        let kept = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
        let end = self.first.saturating_add(kept);
        let wanted = usize::try_from(end.saturating_sub(cursor.next)).unwrap_or(usize::MAX);
        let taken = wanted.min(most).min(self.entries.len());
        let missed = u64::try_from(wanted.saturating_sub(taken)).unwrap_or(u64::MAX);
        cursor.next = end;
        (self.entries.iter().skip(self.entries.len() - taken).cloned().collect(), missed)
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Ring};

    #[test]
    fn a_reader_gets_each_entry_once() {
        let mut ring = Ring::new(10);
        let mut cursor = Cursor::default();
        (1..=3).for_each(|entry| ring.push(entry));
        assert_eq!(ring.read(&mut cursor, 10), (vec![1, 2, 3], 0));
        ring.push(4);
        assert_eq!(ring.read(&mut cursor, 10), (vec![4], 0));
        assert_eq!(ring.read(&mut cursor, 10), (vec![], 0));
    }

    #[test]
    fn a_slow_reader_gets_the_newest_and_hears_how_many_it_missed() {
        let mut ring = Ring::new(4);
        let mut cursor = Cursor::default();
        (1..=9).for_each(|entry| ring.push(entry));
        assert_eq!(ring.read(&mut cursor, 3), (vec![7, 8, 9], 6));
        (10..=12).for_each(|entry| ring.push(entry));
        assert_eq!(ring.read(&mut cursor, 2), (vec![11, 12], 1));
    }
}
