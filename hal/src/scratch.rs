//! Memory for transactions that need more than one buffer, without an allocator.
#![expect(unsafe_code, reason = "memory taken from the end of the linear memory")]

mod piece;

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use core::{ptr, slice};

use self::piece::{Memory, Piece};
use crate::short;

/// Words that are there from the start: enough for 16 operations of SPI and 256 bytes of data.
const SMALL_WORDS: usize = 112;

/// The words that are there from the start. Not on the stack, where every call would have to fill them with zeros.
static SMALL: Small = Small(UnsafeCell::new([0; SMALL_WORDS]));
/// Where the piece taken from the linear memory is, which is kept for the next call; atomic only to be static, since a component
/// has one thread.
static START: AtomicUsize = AtomicUsize::new(0);
/// How many bytes it has.
static BYTES: AtomicUsize = AtomicUsize::new(0);
/// Whether either are in use.
static TAKEN: AtomicBool = AtomicBool::new(false);

struct Small(UnsafeCell<[u32; SMALL_WORDS]>);

// SAFETY: the words are reached only by whoever set `TAKEN`, one at a time.
unsafe impl Sync for Small {}

/// Calls `f` with `words` words of zeroed or used memory, or returns nothing if the host's memory limit forbids it.
pub(crate) fn with_scratch<R>(words: usize, f: impl FnOnce(&mut [u32]) -> R) -> Option<R> {
    if TAKEN.swap(true, Ordering::Acquire) {
        return None;
    }
    let result = place(words).map(|place| {
        // SAFETY: `place` gave this many words, aligned, for nobody else; `TAKEN` keeps a second borrow away.
        f(unsafe { slice::from_raw_parts_mut(place, words) })
    });
    TAKEN.store(false, Ordering::Release);
    result
}

/// Returns where so many words are.
#[inline]
fn place(words: usize) -> Option<*mut u32> {
    if words <= SMALL_WORDS {
        return Some(SMALL.0.get().cast());
    }
    let start = START.load(Ordering::Relaxed);
    let bytes = words.checked_mul(4)?;
    if bytes <= BYTES.load(Ordering::Relaxed) {
        return Some(ptr::with_exposed_provenance_mut(start));
    }
    larger(bytes).map(ptr::with_exposed_provenance_mut)
}

/// Takes more of the linear memory, and returns where there are so many bytes.
#[cold]
fn larger(bytes: usize) -> Option<usize> {
    let piece = Piece { start: START.load(Ordering::Relaxed), bytes: BYTES.load(Ordering::Relaxed) };
    let piece = piece.with(bytes, &mut Linear)?;
    START.store(piece.start, Ordering::Relaxed);
    BYTES.store(piece.bytes, Ordering::Relaxed);
    Some(piece.start)
}

/// Returns the bytes of words.
pub(crate) fn bytes_of(words: &mut [u32]) -> &mut [u8] {
    // SAFETY: every byte of an integer is a valid `u8`, and a `u8` has no alignment.
    unsafe { slice::from_raw_parts_mut(words.as_mut_ptr().cast(), size_of_val(words)) }
}

/// Puts slices end to end.
#[derive(Debug)]
pub(crate) struct Writer<'a>(pub(crate) &'a mut [u8]);

impl Writer<'_> {
    /// Appends bytes, if there is room.
    #[inline]
    pub(crate) fn put(&mut self, bytes: &[u8]) {
        if let Some(room) = self.0.split_off_mut(..bytes.len()) {
            short::copy(room, bytes);
        }
    }
}

/// Deals out what was put end to end.
#[derive(Debug)]
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl Reader<'_> {
    /// Fills a buffer with the next bytes, if there are so many.
    #[inline]
    pub(crate) fn get(&mut self, buffer: &mut [u8]) {
        if let Some(bytes) = self.0.split_off(..buffer.len()) {
            short::copy(buffer, bytes);
        }
    }
}

/// The linear memory of this component.
struct Linear;

#[cfg(target_arch = "wasm32")]
impl Memory for Linear {
    fn page(&self) -> usize {
        // With the custom-page-sizes proposal a page is one byte, which code cannot ask for; but then the memory's size in pages is
        // greater than the address of anything in it.
        if self.pages() > (&raw const START).addr() { 1 } else { 65_536 }
    }

    fn pages(&self) -> usize {
        core::arch::wasm32::memory_size(0)
    }

    fn grow(&mut self, pages: usize) -> Option<usize> {
        let before = core::arch::wasm32::memory_grow(0, pages);
        (before != usize::MAX).then_some(before)
    }
}

/// Elsewhere than in WebAssembly there is no linear memory.
#[cfg(not(target_arch = "wasm32"))]
impl Memory for Linear {
    fn page(&self) -> usize {
        1
    }

    fn pages(&self) -> usize {
        0
    }

    fn grow(&mut self, _pages: usize) -> Option<usize> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_bytes_too() {
        let sum = with_scratch(3, |words| {
            bytes_of(words).fill(1);
            words.iter().sum::<u32>()
        });
        assert_eq!(sum, Some(0x0303_0303));
    }
}
