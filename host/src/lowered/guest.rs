//! What the host keeps of a guest whose calls come in lowered: its memory, its allocator, and its handles.

use wasmtime::{AsContextMut, Caller, Instance, Memory, Trap, TypedFunc};

use super::abi::{self, Violation};
use super::handles::Handles;
use crate::ctx::HalCtx;
use crate::linker::HalView;

/// The name of the guest's memory among its exports.
pub const MEMORY: &str = "memory";
/// The names of what allocates in it for the replies of the host: where there are both, it is the first.
pub const ALLOCATORS: [&str; 2] = ["cabi_import_realloc", "cabi_realloc"];

/// The name of the global with the address of a guest's place for the next reply: two words, where the bytes go, or 0, and how many there may
/// be. Guests of `wasm-embedded-hal` have one; their allocator answers by the same words.
pub const PLACE: &str = "wasm_embedded_hal_place";

/// What allocates: the old place, its bytes, the alignment, the new bytes; returns the new place.
type Allocator = TypedFunc<(u32, u32, u32, u32), u32>;

/// A guest, from its instance on.
#[derive(Default)]
pub(crate) struct Guest {
    memory: Option<Memory>,
    allocator: Option<Allocator>,
    /// The address of its [`PLACE`].
    place: Option<u32>,
    pub(crate) handles: Handles,
    /// Whether its allocator runs for the host. It may call nothing then.
    is_allocating: bool,
}

/// Keeps an instance's memory and allocator for the calls that come: of the guest itself, or of what it has its memory from. The
/// guest holds no handles then.
///
/// # Errors
///
/// What allocates is no such function.
pub fn attach<T: HalView>(instance: &Instance, mut store: impl AsContextMut<Data = T>) -> wasmtime::Result<()> {
    let memory = instance.get_memory(&mut store, MEMORY);
    let mut allocators = ALLOCATORS.iter().filter_map(|name| instance.get_func(&mut store, name));
    let allocator = match allocators.next() {
        Some(allocator) => Some(allocator.typed(&store)?),
        None => None,
    };
    let place = instance.get_global(&mut store, PLACE).and_then(|global| global.get(&mut store).i32());
    let place = place.map(i32::cast_unsigned);
    store.as_context_mut().data_mut().hal().guest =
        Guest { memory, allocator, place, handles: Handles::default(), is_allocating: false };
    Ok(())
}

/// Lets a call in, and returns the guest's memory and context.
///
/// Canonical ABI, `canon_lower`: an instance whose allocator runs for the host may not leave.
#[inline]
pub(crate) fn enter<'c, T: HalView>(caller: &'c mut Caller<'_, T>) -> wasmtime::Result<(&'c mut [u8], &'c mut HalCtx)> {
    let guest = &caller.data_mut().hal().guest;
    if guest.is_allocating {
        return Err(Trap::CannotLeaveComponent.into());
    }
    // Only the start function of a module could call before its memory is kept.
    let memory = guest.memory.ok_or(Violation::NoMemory)?;
    let (memory, data) = memory.data_and_store_mut(caller);
    Ok((memory, data.hal()))
}

/// Lets a call in that needs nothing of the guest's memory.
#[inline]
pub(crate) fn enter_without_memory<'c, T: HalView>(caller: &'c mut Caller<'_, T>) -> wasmtime::Result<&'c mut HalCtx> {
    let hal = caller.data_mut().hal();
    if hal.guest.is_allocating {
        return Err(Trap::CannotLeaveComponent.into());
    }
    Ok(hal)
}

/// Has the guest allocate so many bytes, and returns where they are: inside of its memory, which may have grown.
///
/// Canonical ABI, `realloc`. A guest that says beforehand where the bytes go is not called.
pub(crate) fn allocate<T: HalView>(caller: &mut Caller<'_, T>, bytes: u32) -> wasmtime::Result<u32> {
    let guest = &mut caller.data_mut().hal().guest;
    if let (Some(place), Some(memory)) = (guest.place, guest.memory) {
        let memory = memory.data_mut(&mut *caller);
        if let Some(at) = placed(memory, place, bytes) {
            abi::allocated(memory, at, bytes)?;
            return Ok(at);
        }
    }
    let guest = &mut caller.data_mut().hal().guest;
    let allocator = guest.allocator.clone().ok_or(Violation::NoAllocator)?;
    guest.is_allocating = true;
    // A trap ends the guest: nobody calls it again.
    let place = allocator.call(&mut *caller, (0, 0, 1, bytes))?;
    let guest = &mut caller.data_mut().hal().guest;
    guest.is_allocating = false;
    let memory = guest.memory.ok_or(Violation::NoMemory)?;
    abi::allocated(memory.data(&caller), place, bytes)?;
    Ok(place)
}

/// Takes the place for a reply of so many bytes, as the guest's allocator would: it is for one reply, and for another one the guest is asked.
fn placed(memory: &mut [u8], place: u32, bytes: u32) -> Option<u32> {
    let words: &mut [u8; 8] = abi::place(memory, place, 4).ok()?;
    let [a, b, c, d, e, f, g, h] = *words;
    let (at, len) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
    *words = [0, 0, 0, 0, e, f, g, h];
    (at != 0 && bytes <= len).then_some(at)
}
