//! What Wasmtime asks of a platform without an operating system: a place for its pointer to the guest that runs.
#![expect(unsafe_code, reason = "functions that Wasmtime calls by name")]

use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};

/// One pointer for the guest that runs, and one for Wasmtime's asynchronous calls, which are not used.
static SLOTS: [AtomicPtr<u8>; 2] = [const { AtomicPtr::new(ptr::null_mut()) }; 2];

/// Exchanges the pointers for those of the stack that runs from now on.
pub(crate) fn exchange(own: [*mut u8; 2]) -> [*mut u8; 2] {
    let [first, second] = own;
    let [slot, other] = &SLOTS;
    [slot.swap(first, Relaxed), other.swap(second, Relaxed)]
}

#[unsafe(no_mangle)]
extern "C" fn wasmtime_tls_get(slot: usize) -> *mut u8 {
    SLOTS.get(slot).map_or(ptr::null_mut(), |slot| slot.load(Relaxed))
}

#[unsafe(no_mangle)]
extern "C" fn wasmtime_tls_set(slot: usize, pointer: *mut u8) {
    if let Some(slot) = SLOTS.get(slot) {
        slot.store(pointer, Relaxed);
    }
}
