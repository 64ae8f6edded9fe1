//! The newest of a log.

use core::cell::RefCell;
use core::fmt;

use critical_section::Mutex;

/// Keeps the last `N` bytes of what was written to it.
pub struct Ring<const N: usize>(Mutex<RefCell<Inner<N>>>);

struct Inner<const N: usize> {
    bytes: [u8; N],
    /// How many were written, with those that are gone.
    written: usize,
}

impl<const N: usize> Ring<N> {
    /// Creates an empty one.
    #[must_use]
    pub const fn new() -> Ring<N> {
        Ring(Mutex::new(RefCell::new(Inner { bytes: [0; N], written: 0 })))
    }

    /// Adds bytes.
    pub fn write(&self, bytes: &[u8]) {
        critical_section::with(|cs| {
            let mut inner = self.0.borrow_ref_mut(cs);
            for byte in bytes {
                let at = inner.written % N;
                if let Some(slot) = inner.bytes.get_mut(at) {
                    *slot = *byte;
                }
                inner.written = inner.written.wrapping_add(1);
            }
        });
    }

    /// Hands out what is kept from the first whole line on, in pieces.
    pub fn read(&self, mut take: impl FnMut(&[u8])) {
        let mut begun = false;
        let mut at = critical_section::with(|cs| {
            let written = self.0.borrow_ref(cs).written;
            begun = written <= N;
            written.saturating_sub(N)
        });
        while let Some(byte) = self.byte(at) {
            if begun {
                take(&[byte]);
            }
            begun |= byte == b'\n';
            at += 1;
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        critical_section::with(|cs| {
            let inner = self.0.borrow_ref(cs);
            if at < inner.written { inner.bytes.get(at % N).copied() } else { None }
        })
    }
}

impl<const N: usize> Default for Ring<N> {
    fn default() -> Ring<N> {
        Ring::new()
    }
}

impl<const N: usize> fmt::Debug for Ring<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ring")
    }
}
