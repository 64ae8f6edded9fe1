//! Bytes on SPI buses without a select line: nothing on the wires tells where a transaction begins and ends.

use wasm_embedded_sim::SpiBusId;

use crate::condition::Exchange as Wanted;
use crate::pattern::{BytePattern, hex};

/// How many bytes are kept. When there are twice as many, the older half goes.
const KEPT: usize = 1 << 16;
/// The most bytes that a pattern with `"..."` is looked for in.
const LONGEST: usize = 256;
/// How many a failure shows.
const SHOWN: usize = 16;

/// What went over a bus both ways while no select line was active.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) bus: SpiBusId,
    sent: Vec<u8>,
    received: Vec<u8>,
    /// How many went before those that are kept.
    dropped: usize,
}

impl Stream {
    pub(super) fn new(bus: SpiBusId) -> Stream {
        Stream { bus, sent: Vec::new(), received: Vec::new(), dropped: 0 }
    }

    pub(super) fn add(&mut self, mosi: u8, miso: u8) {
        if self.sent.len() == 2 * KEPT {
            self.sent.drain(..KEPT);
            self.received.drain(..KEPT);
            self.dropped += KEPT;
        }
        self.sent.push(mosi);
        self.received.push(miso);
    }

    /// Returns how many bytes went so far.
    pub(super) fn end(&self) -> usize {
        self.dropped + self.sent.len()
    }

    /// Returns where the first match behind `from` ends.
    pub(super) fn find(&self, wanted: &Wanted, from: usize) -> Option<usize> {
        let from = from.max(self.dropped);
        (from + 1..=self.end()).find(|end| self.ends(wanted, from, *end))
    }

    /// Returns whether a match behind `from` ends with the last byte.
    pub(super) fn ends_now(&self, wanted: &Wanted, from: usize) -> bool {
        self.ends(wanted, from.max(self.dropped), self.end())
    }

    /// Returns whether the bytes up to `end` are what is wanted, none of them before `from`.
    fn ends(&self, wanted: &Wanted, from: usize, end: usize) -> bool {
        let is = |pattern: &Option<BytePattern>, bytes: Option<&[u8]>| {
            pattern.as_ref().is_none_or(|pattern| bytes.is_some_and(|bytes| pattern.matches(bytes)))
        };
        let matches = |count: usize| {
            let Some(begin) = end.checked_sub(count).filter(|begin| *begin >= from) else { return false };
            let range = begin - self.dropped..end - self.dropped;
            is(&wanted.write, self.sent.get(range.clone())) && is(&wanted.read, self.received.get(range))
        };
        let stated = |pattern: &Option<BytePattern>| pattern.as_ref().and_then(BytePattern::count);
        match stated(&wanted.write).or(stated(&wanted.read)) {
            Some(count) => matches(count),
            None => (1..=LONGEST).any(matches),
        }
    }

    /// Returns the last bytes as a line.
    pub(super) fn tail(&self) -> Option<String> {
        let last = |bytes: &[u8]| hex(&bytes[bytes.len().saturating_sub(SHOWN)..]);
        let dots = if self.end() > SHOWN { "... " } else { "" };
        (self.end() > 0).then(|| format!("write [{dots}{}] read [{dots}{}]", last(&self.sent), last(&self.received)))
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Stream};
    use crate::condition::{Exchange, Wires};
    use crate::pattern::{BytePattern, Item};
    use wasm_embedded_sim::Sim;

    fn wanted(write: Option<&[Item]>, read: Option<&[Item]>) -> Exchange {
        let pattern = |items: &[Item]| BytePattern(items.to_vec());
        Exchange {
            label: "strip".to_owned(),
            bus: Wires::Spi,
            address: None,
            write: write.map(pattern),
            read: read.map(pattern),
            acknowledged: None,
        }
    }

    #[test]
    fn bytes_are_found_wherever_they_stand_and_only_once() {
        let mut stream = Stream::new(Sim::new().spi_bus("bus"));
        for (mosi, miso) in [(1, 9), (2, 8), (3, 7), (1, 6), (2, 5)] {
            stream.add(mosi, miso);
        }
        let one_two = wanted(Some(&[Item::Byte(1), Item::Byte(2)]), None);
        assert_eq!(stream.find(&one_two, 0), Some(2));
        assert_eq!(stream.find(&one_two, 2), Some(5));
        assert_eq!(stream.find(&one_two, 4), None, "a match does not begin before what was seen");
        assert!(stream.ends_now(&one_two, 3) && !stream.ends_now(&one_two, 4));
        // Both ways at the same time.
        let both = |read| wanted(Some(&[Item::Byte(1), Item::Any]), Some(read));
        assert_eq!(stream.find(&both(&[Item::Any, Item::Byte(5)]), 0), Some(5));
        assert_eq!(stream.find(&both(&[Item::Byte(8), Item::Byte(7)]), 0), None);
        let rest = wanted(Some(&[Item::Byte(2), Item::Rest, Item::Byte(2)]), None);
        assert_eq!(stream.find(&rest, 0), Some(5));
        assert_eq!(stream.tail().expect("bytes"), "write [01 02 03 01 02] read [09 08 07 06 05]");
    }

    #[test]
    fn positions_stay_when_older_bytes_go() {
        let mut stream = Stream::new(Sim::new().spi_bus("bus"));
        for _ in 0..2 * KEPT {
            stream.add(0, 0);
        }
        let seven = wanted(Some(&[Item::Byte(7)]), None);
        assert_eq!(stream.find(&seven, 0), None);
        stream.add(7, 0);
        assert_eq!(stream.end(), 2 * KEPT + 1);
        assert_eq!(stream.find(&seven, 5), Some(2 * KEPT + 1));
        assert_eq!(stream.find(&seven, 2 * KEPT + 1), None);
    }
}
