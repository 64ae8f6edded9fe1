//! What keeps a server small, and its secrets its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use http::{HeaderMap, header::HeaderName};

/// Something that is open and counted, up to a number. It is counted until it is dropped.
#[derive(Debug)]
pub struct Counted(Arc<AtomicUsize>);

impl Counted {
    /// Counts one more, or returns nothing if as many are open as may be.
    #[must_use]
    pub fn new(count: &Arc<AtomicUsize>, most: usize) -> Option<Counted> {
        let one_more = |open: usize| (open < most).then_some(open + 1);
        count.fetch_update(SeqCst, SeqCst, one_more).ok().map(|_| Counted(count.clone()))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

/// Returns whether two texts are the same, in a time that does not tell where they differ.
#[must_use]
pub fn is_same(left: &[u8], right: &[u8]) -> bool {
    let differs = left.iter().zip(right).fold(0, |differs, (left, right)| differs | (left ^ right));
    std::hint::black_box(differs) == 0 && left.len() == right.len()
}

/// Returns a header that is there once, as text.
#[must_use]
pub fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_are_counted_than_may_be_and_each_until_it_is_dropped() {
        let count = Arc::new(AtomicUsize::new(0));
        let first = Counted::new(&count, 2).expect("the first");
        let second = Counted::new(&count, 2).expect("the second");
        assert!(Counted::new(&count, 2).is_none());
        drop(first);
        assert!(Counted::new(&count, 2).is_some());
        drop(second);
        assert_eq!(count.load(SeqCst), 0);
    }

    #[test]
    fn texts_are_the_same_only_if_all_of_them_is() {
        assert!(is_same(b"", b"") && is_same(b"abc", b"abc"));
        for other in ["", "ab", "abcd", "xbc", "abx"] {
            assert!(!is_same(b"abc", other.as_bytes()), "{other}");
        }
    }
}
