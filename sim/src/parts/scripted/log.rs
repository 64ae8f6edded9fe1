//! What went otherwise than expected.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

/// An exchange that was not the expected one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mismatch {
    /// When it ended, as virtual time in nanoseconds.
    pub at_ns: u64,
    /// The index of the expected exchange.
    pub step: usize,
    /// What was expected, for people.
    pub expected: String,
    /// What came, for people.
    pub got: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {} at {} ns: expected {}, got {}", self.step, self.at_ns, self.expected, self.got)
    }
}

/// How many mismatches are kept: a guest can go on for ever.
const LIMIT: usize = 64;

/// The mismatches so far.
#[derive(Clone, Default, Debug)]
pub(super) struct Log {
    mismatches: Vec<Mismatch>,
}

impl Log {
    pub(super) fn record(&mut self, mismatch: Mismatch) {
        if self.mismatches.len() < LIMIT {
            self.mismatches.push(mismatch);
        }
    }

    pub(super) fn mismatches(&self) -> &[Mismatch] {
        &self.mismatches
    }
}

/// How many bytes of an exchange are kept for its description.
const SHOWN: usize = 32;

/// The beginning of the bytes of an exchange, and how many there were.
#[derive(Clone, Default, Debug)]
pub(super) struct Heard {
    beginning: Vec<u8>,
    count: usize,
}

impl Heard {
    pub(super) fn push(&mut self, byte: u8) {
        if self.beginning.len() < SHOWN {
            self.beginning.push(byte);
        }
        self.count = self.count.saturating_add(1);
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }
}

impl fmt::Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('[')?;
        for (index, byte) in self.beginning.iter().enumerate() {
            let separator = if index == 0 { "" } else { " " };
            write!(f, "{separator}{byte:02x}")?;
        }
        match self.count - self.beginning.len() {
            0 => f.write_char(']'),
            more => write!(f, " and {more} more]"),
        }
    }
}

impl From<&[u8]> for Heard {
    fn from(bytes: &[u8]) -> Heard {
        Heard { beginning: bytes.iter().copied().take(SHOWN).collect(), count: bytes.len() }
    }
}
