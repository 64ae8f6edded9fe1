//! Random numbers, and bytes that are nearly right.

/// SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// Returns a number below `end`, which is at least 1.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX);
        usize::try_from(self.next() % end).unwrap_or_default()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    /// Returns up to `most` bytes, short ones as often as long ones.
    pub(crate) fn bytes(&mut self, most: usize) -> Vec<u8> {
        let most = 1 + self.below(most);
        (0..self.below(most + 1)).map(|_| self.byte()).collect()
    }

    /// Returns one of some things, at least one.
    pub(crate) fn one_of<'a, T: ?Sized>(&mut self, things: &[&'a T]) -> &'a T {
        things[self.below(things.len())]
    }

    /// Returns a file that is nearly one of some files.
    pub(crate) fn nearly(&mut self, files: &[&[u8]], words: &[&str]) -> Vec<u8> {
        let mut bytes = self.one_of(files).to_vec();
        for _ in 0..self.below(5) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(24)).min(bytes.len());
            match self.below(8) {
                0 => drop(bytes.splice(at..end, [])),
                1 => drop(bytes.splice(at..at, self.bytes(8))),
                2 => drop(bytes.splice(at..at, bytes[at..end].to_vec())),
                3 => {
                    let other = self.one_of(files);
                    let from = self.below(other.len() + 1);
                    let to = (from + self.below(200)).min(other.len());
                    bytes.splice(at..end, other[from..to].iter().copied());
                }
                4 if !words.is_empty() => drop(bytes.splice(at..end, self.one_of(words).bytes())),
                5 => bytes.truncate(at),
                _ => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= 1 << self.below(8);
                    }
                }
            }
        }
        bytes
    }
}
