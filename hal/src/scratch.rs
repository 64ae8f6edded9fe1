//! Memory for transactions that need more than one buffer, without an allocator.
#![expect(unsafe_code, reason = "memory taken from the end of the linear memory")]

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use core::{ptr, slice};

use crate::short;

/// Words that are there from the start: enough for 16 operations of SPI and 256 bytes of data.
const SMALL_WORDS: usize = 112;

/// The words that are there from the start. Not on the stack, where every call would have to fill them with zeros.
static SMALL: Small = Small(UnsafeCell::new([0; SMALL_WORDS]));
/// The words taken from the linear memory so far. They are kept for the next call; atomic only to be static, since a component
/// has one thread.
static WORDS: AtomicPtr<u32> = AtomicPtr::new(ptr::null_mut());
/// How many words there are at [`WORDS`].
static COUNT: AtomicUsize = AtomicUsize::new(0);
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
    if COUNT.load(Ordering::Relaxed) < words {
        WORDS.store(grow(words)?, Ordering::Relaxed);
        COUNT.store(words, Ordering::Relaxed);
    }
    Some(WORDS.load(Ordering::Relaxed))
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

/// Takes words from the end of the linear memory. What was there before is given up: the sizes that drivers use are few.
#[cfg(target_arch = "wasm32")]
fn grow(words: usize) -> Option<*mut u32> {
    use core::arch::wasm32::{memory_grow, memory_size};

    let bytes = words.checked_mul(4)?;
    // With the custom-page-sizes proposal a page is one byte, which code cannot ask for; but then the memory's size in pages is
    // greater than the address of anything in it.
    let page = if memory_size(0) > (&raw const WORDS).addr() { 1 } else { 65_536 };
    let pages = bytes.checked_add(3)?.div_ceil(page);
    let old = memory_grow(0, pages);
    if old == usize::MAX {
        return None;
    }
    let start = (old * page).next_multiple_of(4);
    Some(ptr::with_exposed_provenance_mut(start))
}

/// Elsewhere than in WebAssembly there is no linear memory.
#[cfg(not(target_arch = "wasm32"))]
fn grow(_words: usize) -> Option<*mut u32> {
    None
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
