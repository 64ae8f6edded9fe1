//! The canonical ABI's functions for asynchronous calls: Component Model, `CanonicalABI.md`.

/// Declares them by their names for wit-component; elsewhere than in WebAssembly they exist but cannot be called.
macro_rules! intrinsics {
    ($($name:literal fn $function:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?;)*) => {
        #[cfg(target_arch = "wasm32")]
        #[link(wasm_import_module = "$root")]
        unsafe extern "C" {
            $(#[link_name = $name] fn $function($($argument: $type),*) $(-> $result)?;)*
        }

        $(#[cfg(not(target_arch = "wasm32"))]
        unsafe fn $function($($argument: $type),*) $(-> $result)? {
            let _ = ($($argument,)*);
            crate::native::end()
        })*
    };
}

intrinsics! {
    "[waitable-set-new]" fn waitable_set_new() -> u32;
    "[waitable-set-drop]" fn waitable_set_drop(set: u32);
    "[waitable-set-wait]" fn waitable_set_wait(set: u32, payload: *mut [u32; 2]) -> u32;
    "[waitable-set-poll]" fn waitable_set_poll(set: u32, payload: *mut [u32; 2]) -> u32;
    "[waitable-join]" fn waitable_join(waitable: u32, set: u32);
    "[subtask-cancel]" fn subtask_cancel(subtask: u32) -> u32;
    "[subtask-drop]" fn subtask_drop(subtask: u32);
    "[thread-yield]" fn thread_yield() -> u32;
}

/// Returns a new set.
pub(super) fn new_set() -> u32 {
    // SAFETY: as the ABI has it.
    unsafe { waitable_set_new() }
}

/// Drops a set without members.
pub(super) fn drop_set(set: u32) {
    // SAFETY: as the ABI has it; a number that stands for nothing is a trap.
    unsafe { waitable_set_drop(set) }
}

/// Waits for an event, and returns its code, whose it is, and what.
pub(super) fn wait(set: u32) -> (u32, u32, u32) {
    let mut payload = [0; 2];
    // SAFETY: the payload outlives the call.
    let code = unsafe { waitable_set_wait(set, &raw mut payload) };
    (code, payload[0], payload[1])
}

/// Returns an event if there is one.
pub(super) fn poll(set: u32) -> (u32, u32, u32) {
    let mut payload = [0; 2];
    // SAFETY: the payload outlives the call.
    let code = unsafe { waitable_set_poll(set, &raw mut payload) };
    (code, payload[0], payload[1])
}

/// Puts a call into a set, or with 0 takes it out of the one that it is in.
pub(super) fn join(subtask: u32, set: u32) {
    // SAFETY: as the ABI has it.
    unsafe { waitable_join(subtask, set) }
}

/// Cancels a call, waits for its end, and returns in which state that is.
pub(super) fn cancel(subtask: u32) -> u32 {
    // SAFETY: as the ABI has it.
    unsafe { subtask_cancel(subtask) }
}

/// Gives the number of an ended call back.
pub(super) fn drop_subtask(subtask: u32) {
    // SAFETY: as the ABI has it.
    unsafe { subtask_drop(subtask) }
}

/// Lets the host do something else.
pub(super) fn give_way() {
    // SAFETY: as the ABI has it; nobody cancels the guest's task in a way that the guest would notice.
    unsafe { thread_yield() };
}
