//! An allocator for guests without std: a fixed piece of memory, which never grows.
//!
//! The allocators of std and of the C library ask for memory in steps of 64 KiB, which a microcontroller does not have. An
//! [`Arena`] is part of the guest's variables; what does not fit is an allocation that fails.
//!
//! ```ignore
//! wasm_embedded_hal::arena!(4096);
//! ```
#![expect(unsafe_code, reason = "a global allocator")]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::{fmt, ptr};

/// Every place is a multiple of this, and every length: a free place must hold a [`Free`].
const STEP: usize = 8;
/// No place.
const NONE: usize = usize::MAX;

/// Memory that is given out in pieces, the first that is large enough. What is given back joins its free neighbours.
pub struct Arena<const BYTES: usize>(UnsafeCell<State<BYTES>>);

#[repr(C, align(8))]
struct State<const BYTES: usize> {
    memory: [u8; BYTES],
    /// The first free place, in the order of their places.
    first: usize,
    /// Whether `first` was set: all zeros, an arena takes no room in the component.
    ready: bool,
}

/// What a free place begins with: two words of 32 bits, whatever the machine.
#[derive(Clone, Copy)]
struct Free {
    len: usize,
    next: usize,
}

// SAFETY: a component has one thread.
unsafe impl<const BYTES: usize> Sync for Arena<BYTES> {}

/// Gives a guest without std a heap of so many bytes. What needs an alignment of more than 8 bytes is not allocated.
#[macro_export]
macro_rules! arena {
    ($bytes:expr) => {
        #[global_allocator]
        static ARENA: $crate::arena::Arena<{ $bytes }> = $crate::arena::Arena::new();
    };
}

impl<const BYTES: usize> Arena<BYTES> {
    /// Creates an arena that is free as a whole.
    #[must_use]
    pub const fn new() -> Arena<BYTES> {
        Arena(UnsafeCell::new(State { memory: [0; BYTES], first: 0, ready: false }))
    }
}

impl<const BYTES: usize> State<BYTES> {
    fn free(&self, place: usize) -> Free {
        let word = |at: usize| {
            let bytes = self.memory.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).unwrap_or([0xff; 4]);
            usize::try_from(u32::from_le_bytes(bytes)).unwrap_or(NONE)
        };
        let next = word(place + 4);
        Free { len: word(place), next: if next >= BYTES { NONE } else { next } }
    }

    fn set(&mut self, place: usize, free: Free) {
        let word = |value: usize| u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes();
        if let Some(room) = self.memory.get_mut(place..place + STEP) {
            let (len, next) = room.split_at_mut(4);
            len.copy_from_slice(&word(free.len));
            next.copy_from_slice(&word(free.next));
        }
    }

    /// Makes what comes before a place, or the beginning, point to another one.
    fn link(&mut self, before: usize, next: usize) {
        if before == NONE {
            self.first = next;
        } else {
            let free = self.free(before);
            self.set(before, Free { next, ..free });
        }
    }

    fn take(&mut self, len: usize) -> Option<usize> {
        if !self.ready {
            self.ready = true;
            self.first = if BYTES < STEP { NONE } else { 0 };
            self.set(0, Free { len: BYTES / STEP * STEP, next: NONE });
        }
        let (mut before, mut place) = (NONE, self.first);
        while place != NONE {
            let free = self.free(place);
            if free.len >= len {
                let rest = place + len;
                let next = if free.len > len { rest } else { free.next };
                if free.len > len {
                    self.set(rest, Free { len: free.len - len, next: free.next });
                }
                self.link(before, next);
                return Some(place);
            }
            (before, place) = (place, free.next);
        }
        None
    }

    fn give_back(&mut self, place: usize, len: usize) {
        let (mut before, mut after) = (NONE, self.first);
        while after != NONE && after < place {
            (before, after) = (after, self.free(after).next);
        }
        let mut free = Free { len, next: after };
        if place + len == after {
            let joined = self.free(after);
            free = Free { len: len + joined.len, next: joined.next };
        }
        self.set(place, free);
        self.link(before, place);
        if before != NONE {
            let first = self.free(before);
            if before + first.len == place {
                self.set(before, Free { len: first.len + free.len, next: free.next });
            }
        }
    }
}

/// The room that a layout takes.
fn room(layout: Layout) -> Option<usize> {
    let fits = layout.align() <= STEP;
    layout.size().max(STEP).checked_next_multiple_of(STEP).filter(|_| fits)
}

// SAFETY: a place is given out once until it is given back, and lies within the memory, aligned to 8 bytes.
unsafe impl<const BYTES: usize> GlobalAlloc for Arena<BYTES> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: one thread, and nothing here allocates.
        let state = unsafe { &mut *self.0.get() };
        let place = room(layout).and_then(|room| state.take(room));
        let memory: *mut u8 = self.0.get().cast();
        // SAFETY: `memory` is the first field, and the place is within it.
        place.map_or(ptr::null_mut(), |place| unsafe { memory.add(place) })
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as above.
        let state = unsafe { &mut *self.0.get() };
        let memory: *mut u8 = self.0.get().cast();
        if let Some(room) = room(layout) {
            state.give_back(place.addr() - memory.addr(), room);
        }
    }
}

impl<const BYTES: usize> Default for Arena<BYTES> {
    fn default() -> Arena<BYTES> {
        Arena::new()
    }
}

impl<const BYTES: usize> fmt::Debug for Arena<BYTES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arena").field("bytes", &BYTES).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(size: usize) -> Layout {
        Layout::from_size_align(size, 4).expect("a layout")
    }

    #[test]
    fn what_is_given_back_in_any_order_is_one_piece_again() {
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let arena = Arena::<72>::new();
            // SAFETY: every place goes back with its layout, once.
            unsafe {
                let places = [10, 20, 30].map(|size| (arena.alloc(layout(size)), layout(size)));
                assert!(places.iter().all(|(place, _)| !place.is_null()));
                assert!(arena.alloc(layout(8)).is_null(), "16, 24 and 32 bytes are all that there is");
                for index in order {
                    let (place, layout) = places[index];
                    arena.dealloc(place, layout);
                }
                let whole = arena.alloc(layout(72));
                assert!(!whole.is_null(), "after {order:?}");
            }
        }
    }

    #[test]
    fn pieces_do_not_overlap_and_keep_their_bytes() {
        let arena = Arena::<256>::new();
        // SAFETY: writes within each piece.
        unsafe {
            let pieces: [*mut u8; 8] = core::array::from_fn(|_| arena.alloc(layout(24)));
            for (value, piece) in (1_u8..).zip(pieces) {
                piece.write_bytes(value, 24);
            }
            arena.dealloc(pieces[3], layout(24));
            let again = arena.alloc(layout(8));
            assert_eq!(again, pieces[3]);
            for (value, piece) in (1_u8..).zip(pieces).filter(|(value, _)| *value != 4) {
                assert!((0..24).all(|at| *piece.add(at) == value));
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let arena = Arena::<64>::new();
        // SAFETY: nothing is written.
        unsafe {
            assert!(arena.alloc(layout(65)).is_null());
            assert!(arena.alloc(Layout::from_size_align(8, 16).expect("a layout")).is_null());
            assert!(!arena.alloc(layout(64)).is_null());
            assert!(arena.alloc(layout(1)).is_null());
        }
    }
}
