//! The heap, with its peak.
#![expect(unsafe_code, reason = "a global allocator, in memory that the linker script names")]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::RefCell;
use core::{fmt, ptr};

use critical_section::Mutex;
use linked_list_allocator::Heap as List;

/// The memory of a firmware.
pub struct Heap(Mutex<RefCell<Inner>>);

struct Inner {
    list: List,
    peak: usize,
}

impl Heap {
    /// Creates a heap without memory.
    #[must_use]
    pub const fn empty() -> Heap {
        Heap(Mutex::new(RefCell::new(Inner { list: List::empty(), peak: 0 })))
    }

    /// Gives the heap its memory.
    ///
    /// # Safety
    ///
    /// The memory is nobody else's, for ever, and this is called once.
    pub unsafe fn init(&self, start: *mut u8, len: usize) {
        // SAFETY: the caller's promise.
        critical_section::with(|cs| unsafe { self.0.borrow_ref_mut(cs).list.init(start, len) });
    }

    /// Returns how many bytes are in use, and the most that were.
    pub fn used(&self) -> (usize, usize) {
        critical_section::with(|cs| {
            let inner = self.0.borrow_ref(cs);
            (inner.list.used(), inner.peak)
        })
    }
}

impl fmt::Debug for Heap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (used, peak) = self.used();
        f.debug_struct("Heap").field("used", &used).field("peak", &peak).finish()
    }
}

// SAFETY: the list gives out each place once, within a critical section.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        critical_section::with(|cs| {
            let mut inner = self.0.borrow_ref_mut(cs);
            let place = inner.list.allocate_first_fit(layout);
            inner.peak = inner.peak.max(inner.list.used());
            place.map_or(ptr::null_mut(), ptr::NonNull::as_ptr)
        })
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        let Some(place) = ptr::NonNull::new(place) else { return };
        // SAFETY: the place came from `alloc` with this layout.
        critical_section::with(|cs| unsafe { self.0.borrow_ref_mut(cs).list.deallocate(place, layout) });
    }
}
