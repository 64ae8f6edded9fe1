//! Bytes that decide what happens.

/// Bytes that are taken one after the other; zeros follow when they are used up.
#[derive(Debug)]
pub(crate) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Input<'a> {
        Input(bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.0.split_off_first().copied().unwrap_or_default()
    }

    pub(crate) fn u16(&mut self) -> u16 {
        u16::from_le_bytes([self.byte(), self.byte()])
    }

    pub(crate) fn u32(&mut self) -> u32 {
        u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    pub(crate) fn u64(&mut self) -> u64 {
        u64::from(self.u32()) << 32 | u64::from(self.u32())
    }

    /// Takes a number below `end`, which is at least 1.
    pub(crate) fn below(&mut self, end: u8) -> u8 {
        self.byte() % end
    }

    /// Says yes in one of so many cases.
    pub(crate) fn one_in(&mut self, cases: u8) -> bool {
        self.below(cases) == cases - 1
    }

    /// Takes one of some things.
    pub(crate) fn one_of<T: Copy>(&mut self, things: &[T]) -> T {
        things[usize::from(self.byte()) % things.len()]
    }

    /// Takes so many bytes.
    pub(crate) fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.byte()).collect()
    }

    /// Takes a length that is mostly short, sometimes about the length of a `short`, and sometimes no length for anything.
    #[cfg(feature = "compile")]
    pub(crate) fn length(&mut self) -> u32 {
        match self.below(8) {
            0..=4 => self.below(8).into(),
            5 => 14 + u32::from(self.below(5)),
            6 => self.byte().into(),
            _ => self.u32(),
        }
    }
}
