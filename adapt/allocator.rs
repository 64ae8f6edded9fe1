//! Memory for what the host and the guest pass: strings and lists, whose owners are the calls' bindings.
#![expect(unsafe_code, reason = "the allocator is called by its raw interface, and exported under its name")]

use alloc::alloc::{Layout, alloc, realloc};
use core::arch::wasm32::unreachable;

// `memcmp` and the like, which the core library calls.
#[link(name = "c")]
unsafe extern "C" {}

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// Returns memory, as the canonical ABI of the component model asks for it: of `new_len` bytes, with what was at `old` in it.
// SAFETY: nothing else in this program has this name, by which the canonical ABI finds the function.
#[unsafe(no_mangle)]
unsafe extern "C" fn cabi_realloc(old: *mut u8, old_len: usize, align: usize, new_len: usize) -> *mut u8 {
    let (Ok(new), Ok(before)) = (Layout::from_size_align(new_len, align), Layout::from_size_align(old_len, align))
    else {
        unreachable()
    };
    let memory = match (old_len, new_len) {
        // An address that is aligned, and that nobody reads or frees.
        (_, 0) => return core::ptr::without_provenance_mut(align),
        // SAFETY: the layout has a length.
        (0, _) => unsafe { alloc(new) },
        // SAFETY: the canonical ABI passes what this function returned before, with its length and alignment.
        (_, _) => unsafe { realloc(old, before, new_len) },
    };
    if memory.is_null() { unreachable() } else { memory }
}
