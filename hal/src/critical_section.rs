//! The critical section of a guest, for crates that ask for one: feature `critical-section`.
//!
//! Nothing interrupts a component, and it has one thread: whatever runs is alone until it returns or waits, and a section cannot
//! wait. So there is nothing to do on either side.
#![cfg(target_arch = "wasm32")]
#![expect(unsafe_code, reason = "the crate's contract")]

use critical_section::{Impl, RawRestoreState};

#[cfg(target_feature = "atomics")]
compile_error!("the feature `critical-section` of wasm-embedded-hal is for guests with one thread");

struct OneThread;

critical_section::set_impl!(OneThread);

// SAFETY: no code of this component runs beside the section's: there is one thread, without interrupts. Sections may be nested,
// since nothing is changed.
unsafe impl Impl for OneThread {
    unsafe fn acquire() -> RawRestoreState {
        // Nothing, unless another crate chose a state for its own implementation; whatever it is, it is given back unseen.
        RawRestoreState::default()
    }

    unsafe fn release(_: RawRestoreState) {}
}
