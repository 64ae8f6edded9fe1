//! A piece of memory that grows with what is asked for, and keeps what it has.

/// The linear memory, or what a test has instead of it.
pub(super) trait Memory {
    /// The bytes of a page.
    fn page(&self) -> usize;
    /// How many pages there are.
    fn pages(&self) -> usize;
    /// Appends pages, and returns how many there were before, or nothing if the host's limit forbids it.
    fn grow(&mut self, pages: usize) -> Option<usize>;
}

/// Memory taken from the end of the linear memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Piece {
    /// Its address, a multiple of 4.
    pub(super) start: usize,
    /// All of its bytes, to the end of its last page.
    pub(super) bytes: usize,
}

impl Piece {
    /// Returns a piece of at least so many bytes: this one, this one with pages behind it, or another one.
    ///
    /// As long as nobody else takes memory, the piece is as large as the largest request. If an allocator took what lies behind it,
    /// the new piece is twice as large as the old one, which is given up: so all pieces together are at most four times the
    /// largest request, and a page, however the sizes go.
    pub(super) fn with(self, bytes: usize, memory: &mut impl Memory) -> Option<Piece> {
        if bytes <= self.bytes {
            return Some(self);
        }
        let page = memory.page();
        if self.bytes > 0 && memory.pages().checked_mul(page) == self.start.checked_add(self.bytes) {
            let pages = (bytes - self.bytes).div_ceil(page);
            memory.grow(pages)?;
            return Some(Piece { start: self.start, bytes: self.bytes.checked_add(pages.checked_mul(page)?)? });
        }
        // Where that is past the host's limit, what is needed may not be.
        another(bytes.max(self.bytes.saturating_mul(2)), memory).or_else(|| another(bytes, memory))
    }
}

/// Takes so many bytes behind everything else.
fn another(bytes: usize, memory: &mut impl Memory) -> Option<Piece> {
    let page = memory.page();
    // With pages of one byte, the end of the memory may be anywhere.
    let pages = bytes.checked_add(3)?.div_ceil(page);
    let end = memory.grow(pages)?.checked_mul(page)?;
    let start = end.checked_next_multiple_of(4)?;
    Some(Piece { start, bytes: pages.checked_mul(page)?.checked_sub(start - end)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A memory with a limit, where others take pages too.
    struct Fake {
        page: usize,
        pages: usize,
        limit: usize,
    }

    impl Memory for Fake {
        fn page(&self) -> usize {
            self.page
        }

        fn pages(&self) -> usize {
            self.pages
        }

        fn grow(&mut self, pages: usize) -> Option<usize> {
            let before = self.pages;
            self.pages = before.checked_add(pages).filter(|pages| *pages <= self.limit)?;
            Some(before)
        }
    }

    /// Numbers without an order: xorshift, <https://www.jstatsoft.org/article/view/v008i14>.
    fn random(state: &mut u32) -> usize {
        *state ^= *state << 13;
        *state ^= *state >> 17;
        *state ^= *state << 5;
        usize::try_from(*state >> 8).expect("24 bits")
    }

    #[test]
    fn memory_is_what_the_largest_request_needs_for_any_sequence_of_sizes() {
        for seed in 1..200 {
            let mut state = seed;
            for page in [1, 65_536] {
                let mut memory = Fake { page, pages: 1_000_003 / page + 1, limit: usize::MAX };
                let before = memory.pages;
                let (mut piece, mut largest) = (Piece::default(), 0);
                for _ in 0..200 {
                    let bytes = 1 + random(&mut state) % 100_000;
                    largest = largest.max(bytes);
                    piece = piece.with(bytes, &mut memory).expect("there is no limit");
                    assert!(piece.bytes >= bytes && piece.start % 4 == 0, "{piece:?} for {bytes}");
                    assert!(piece.start + piece.bytes <= memory.pages * page, "{piece:?}");
                    let taken = (memory.pages - before) * page;
                    assert!(taken <= (largest + 3).next_multiple_of(page), "{taken} bytes for {largest}, seed {seed}");
                }
            }
        }
    }

    #[test]
    fn memory_is_bounded_where_an_allocator_takes_what_lies_behind() {
        for seed in 1..200 {
            let mut state = seed;
            for page in [1, 65_536] {
                let mut memory = Fake { page, pages: 10, limit: usize::MAX };
                let (mut piece, mut largest, mut taken) = (Piece::default(), 0, 0);
                for _ in 0..500 {
                    let bytes = 1 + random(&mut state) % 1_000_000;
                    largest = largest.max(bytes);
                    let before = memory.pages;
                    piece = piece.with(bytes, &mut memory).expect("there is no limit");
                    taken += (memory.pages - before) * page;
                    memory.pages += random(&mut state) % 2;
                }
                assert!(taken <= 4 * largest + page, "{taken} bytes for {largest}, seed {seed}");
            }
        }
    }

    #[test]
    fn growth_by_a_byte_at_a_time_takes_a_page_once() {
        let mut memory = Fake { page: 65_536, pages: 17, limit: 18 };
        let mut piece = Piece::default();
        for bytes in 1..=65_536 - 3 {
            piece = piece.with(bytes, &mut memory).expect("it is one page");
        }
        assert_eq!((piece, memory.pages), (Piece { start: 17 * 65_536, bytes: 65_536 }, 18));
    }

    #[test]
    fn a_limit_refuses_only_what_does_not_fit() {
        let mut memory = Fake { page: 1, pages: 100, limit: 300 };
        let piece = Piece::default().with(80, &mut memory).expect("fits");
        memory.pages += 1;
        // Twice as much is past the limit, what is needed is not.
        let piece = piece.with(100, &mut memory).expect("fits");
        assert_eq!(piece.with(200, &mut memory), None);
        assert_eq!(piece.with(100, &mut memory), Some(piece), "what was there is still there");
        assert_eq!(Piece::default().with(usize::MAX, &mut memory), None);
        assert_eq!(piece.with(usize::MAX, &mut memory), None);
    }
}
