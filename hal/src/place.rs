//! Calls whose reply is a list, placed by the host straight into the caller's buffer.
//!
//! The canonical ABI returns a list by asking the guest for memory, through the `cabi_import_realloc` that the guest exports,
//! and writing the list there. Generated bindings answer with a fresh allocation for every call. Here the answer is the buffer
//! that the driver passed in: no allocation, no copy, and no allocator needed at all.
#![expect(unsafe_code, reason = "imports of the canonical ABI, and the memory the host places its replies in")]

use core::ptr;
use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::Relaxed};

/// Where the next reply goes. Atomic only to be a static: a component has one thread.
///
/// It is exported, as a global with its address: a host that runs the component's core module alone places the reply without a call
/// back into the guest. What it does is what [`cabi_import_realloc`] does, and where there is no such host nobody looks at it.
#[repr(C)]
struct Place {
    /// The buffer, or null.
    at: AtomicPtr<u8>,
    /// How many bytes there are.
    len: AtomicUsize,
}

#[cfg_attr(target_arch = "wasm32", unsafe(export_name = "wasm_embedded_hal_place"))]
static PLACE: Place = Place { at: AtomicPtr::new(ptr::null_mut()), len: AtomicUsize::new(0) };

/// A `result<list<u8>, enum>` as the host stores it: discriminant, then pointer and length, or the error's number.
pub(crate) type Reply = [u32; 3];

/// Why a call gave no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The host's error, by its number in the interface's enum.
    Error(u8),
    /// The reply has another length than what was asked for: a broken host.
    WrongLength,
    /// The call was not made: the host's memory limit leaves no room for its arguments.
    NoMemory,
}

/// Makes a call with the reply placed in `buffer`, which must be filled exactly.
#[inline]
pub(crate) fn receive(buffer: &mut [u8], call: impl FnOnce(*mut Reply)) -> Result<(), Failure> {
    let len = receive_some(buffer, call)?;
    if len == buffer.len() { Ok(()) } else { Err(Failure::WrongLength) }
}

/// Makes a call with the reply placed at the front of `buffer`, and returns how many bytes it has.
#[inline]
pub(crate) fn receive_some(buffer: &mut [u8], call: impl FnOnce(*mut Reply)) -> Result<usize, Failure> {
    let mut reply: Reply = [0; 3];
    PLACE.len.store(buffer.len(), Relaxed);
    PLACE.at.store(buffer.as_mut_ptr(), Relaxed);
    call(&raw mut reply);
    // A failed call asks for no memory, and the next list of anybody else must not land in this buffer.
    PLACE.at.store(ptr::null_mut(), Relaxed);
    let [tag, place, len] = reply;
    // The host writes one byte of the discriminant and one of the error's number; the rest of the words stays zero.
    if tag.to_le_bytes()[0] != 0 {
        return Err(Failure::Error(place.to_le_bytes()[0]));
    }
    let len = usize::try_from(len).map_err(|_| Failure::WrongLength)?;
    let placed = len == 0 || usize::try_from(place) == Ok(buffer.as_mut_ptr().addr());
    if placed && len <= buffer.len() { Ok(len) } else { Err(Failure::WrongLength) }
}

/// Takes the bytes of a reply that was made before, by the number of its handle.
pub(crate) fn take(reply: u32, buffer: &mut [u8]) -> Result<(), Failure> {
    receive(buffer, |list| {
        let mut taken = [0; 2];
        // SAFETY: the handle is the guest's and given away by the call, and `list` points to the words of `receive`.
        unsafe {
            reply::take(reply, &raw mut taken);
            *list = [0, taken[0], taken[1]];
        }
    })
}

/// Is what the generated bindings call where they would bring an allocator. Nothing is left to do.
pub(crate) fn maybe_link_cabi_realloc() {}

/// The memory for a list that an import returns; and what brings the custom section that describes the imports into every guest.
///
/// A linker takes an object out of a library only for a symbol that something needs, and what a small guest calls is inlined, or
/// lies in another codegen unit than the section. But rustc tells the linker to export every `no_mangle` function of every crate:
/// so the object with this one is in each guest, whatever it uses, and the section's comes with it. `cargo xtask link-matrix`
/// checks it.
///
/// # Safety
///
/// Called by the host, with the contract of the canonical ABI.
#[cfg(target_arch = "wasm32")]
#[unsafe(no_mangle)]
unsafe extern "C" fn cabi_import_realloc(old: *mut u8, old_len: usize, align: usize, new_len: usize) -> *mut u8 {
    unsafe extern "C" {
        fn cabi_realloc(old: *mut u8, old_len: usize, align: usize, new_len: usize) -> *mut u8;
    }
    let place = PLACE.at.swap(ptr::null_mut(), Relaxed);
    if !place.is_null() && align == 1 && new_len <= PLACE.len.load(Relaxed) {
        return place;
    }
    // Empty: where both are compiled together nothing is left of it, and then they are in one object.
    crate::bindings::__link_custom_section_describing_imports();
    // SAFETY: the same contract, passed on: to the C library with std, to the one of `entry!` without.
    unsafe { cabi_realloc(old, old_len, align, new_len) }
}

/// Declares imports by their names in the interface; elsewhere than in WebAssembly they exist but cannot be called.
macro_rules! imports {
    ($interface:literal: $($name:literal fn $function:ident($($argument:ident: $type:ty),*);)*) => {
        #[cfg(target_arch = "wasm32")]
        #[link(wasm_import_module = $interface)]
        unsafe extern "C" {
            $(#[link_name = $name] fn $function($($argument: $type,)* reply: *mut Reply);)*
        }

        $(#[cfg(not(target_arch = "wasm32"))]
        #[allow(clippy::too_many_arguments, reason = "as many as the import has")]
        unsafe fn $function($($argument: $type,)* _: *mut Reply) {
            let _ = ($($argument,)*);
            crate::native::end()
        })*
    };
}

/// The import of `wit/reply.wit`.
mod reply {
    #[cfg(target_arch = "wasm32")]
    #[link(wasm_import_module = "wasm-embedded:hal/reply@0.5.0")]
    unsafe extern "C" {
        #[link_name = "[static]reply.take"]
        pub(super) fn take(reply: u32, list: *mut [u32; 2]);
    }

    #[cfg(not(target_arch = "wasm32"))]
    pub(super) unsafe fn take(_: u32, _: *mut [u32; 2]) {
        crate::native::end()
    }
}

/// The imports of `wit/i2c.wit` whose reply is a list.
pub(crate) mod i2c {
    use super::{Failure, Reply, receive};
    use crate::bindings::wasm_embedded::hal::i2c::{Address, Bus, Error};

    imports! {
        "wasm-embedded:hal/i2c@0.5.0":
        "[method]bus.read" fn bus_read(bus: u32, width: u32, address: u32, len: usize);
        "[method]bus.write-read" fn bus_write_read(bus: u32, width: u32, address: u32, bytes: *const u8, count: usize, len: usize);
        "[method]bus.transaction" fn bus_transaction(bus: u32, width: u32, address: u32, operations: *const [u32; 2], operation_count: usize, bytes: *const u8, count: usize);
    }

    /// The discriminant of an address and its value.
    fn parts(address: Address) -> (u32, u32) {
        match address {
            Address::SevenBit(address) => (0, u32::from(address)),
            Address::TenBit(address) => (1, u32::from(address)),
        }
    }

    pub(crate) fn read(bus: &Bus, address: Address, buffer: &mut [u8]) -> Result<(), Failure> {
        let ((width, address), len) = (parts(address), buffer.len());
        // SAFETY: the arguments are those of the interface, and `reply` outlives the call.
        receive(buffer, |reply| unsafe { bus_read(bus.handle(), width, address, len, reply) })
    }

    pub(crate) fn write_read(bus: &Bus, address: Address, bytes: &[u8], buffer: &mut [u8]) -> Result<(), Failure> {
        let ((width, address), len) = (parts(address), buffer.len());
        // SAFETY: as above, and `bytes` is valid for reads during the call.
        receive(buffer, |reply| unsafe {
            bus_write_read(bus.handle(), width, address, bytes.as_ptr(), bytes.len(), len, reply);
        })
    }

    /// `operations` are the records of the interface: direction, length. `bytes` and `count` of them are written.
    pub(crate) fn transaction(
        bus: &Bus,
        address: Address,
        operations: &[[u32; 2]],
        bytes: *const u8,
        count: usize,
        buffer: &mut [u8],
    ) -> Result<(), Failure> {
        let (width, address) = parts(address);
        let (operations, operation_count) = (operations.as_ptr(), operations.len());
        // SAFETY: as above, the callers pass the pointer and length of a live slice, and `operations` has the layout of
        // `list<operation>`: a byte padded to a word, then a word.
        receive(buffer, |reply| unsafe {
            bus_transaction(bus.handle(), width, address, operations, operation_count, bytes, count, reply);
        })
    }

    /// Converts an error's number.
    pub(crate) fn error(number: u8) -> Error {
        // SAFETY: the host can lower only the numbers of the enum; Wasmtime checks the type when it links.
        unsafe { Error::_lift(number) }
    }
}

/// The imports of `wit/spi.wit` whose reply is a list.
pub(crate) mod spi {
    use super::{Failure, Reply, receive};
    use crate::bindings::wasm_embedded::hal::spi::{Bus, Device, Error};

    imports! {
        "wasm-embedded:hal/spi@0.5.0":
        "[method]device.read" fn device_read(device: u32, len: usize);
        "[method]device.transfer" fn device_transfer(device: u32, bytes: *const u8, count: usize, len: usize);
        "[method]device.transaction" fn device_transaction(device: u32, operations: *const [u32; 3], operation_count: usize, bytes: *const u8, count: usize);
        "[method]bus.read" fn bus_read(bus: u32, len: usize);
        "[method]bus.transfer" fn bus_transfer(bus: u32, bytes: *const u8, count: usize, len: usize);
    }

    pub(crate) fn read(device: &Device, buffer: &mut [u8]) -> Result<(), Failure> {
        let len = buffer.len();
        // SAFETY: the arguments are those of the interface, and `reply` outlives the call.
        receive(buffer, |reply| unsafe { device_read(device.handle(), len, reply) })
    }

    /// `bytes` and `len` of them are sent; they may be the very buffer that the reply is placed in, since the host has taken
    /// them before it places anything.
    pub(crate) fn transfer(device: &Device, bytes: *const u8, count: usize, buffer: &mut [u8]) -> Result<(), Failure> {
        let len = buffer.len();
        // SAFETY: as above; the callers pass the pointer and length of a live slice.
        receive(buffer, |reply| unsafe { device_transfer(device.handle(), bytes, count, len, reply) })
    }

    /// `operations` are the records of the interface: write length, read length, nanoseconds. `bytes` and `count` of them are
    /// written; they may be in the buffer, as in [`transfer`].
    pub(crate) fn transaction(
        device: &Device,
        operations: &[[u32; 3]],
        bytes: *const u8,
        count: usize,
        buffer: &mut [u8],
    ) -> Result<(), Failure> {
        let (operations, operation_count) = (operations.as_ptr(), operations.len());
        // SAFETY: as above, and `operations` has the layout of `list<operation>`: three words.
        receive(buffer, |reply| unsafe {
            device_transaction(device.handle(), operations, operation_count, bytes, count, reply);
        })
    }

    pub(crate) fn bus_read_into(bus: &Bus, buffer: &mut [u8]) -> Result<(), Failure> {
        let len = buffer.len();
        // SAFETY: as above.
        receive(buffer, |reply| unsafe { bus_read(bus.handle(), len, reply) })
    }

    pub(crate) fn bus_transfer_into(
        bus: &Bus,
        bytes: *const u8,
        count: usize,
        buffer: &mut [u8],
    ) -> Result<(), Failure> {
        let len = buffer.len();
        // SAFETY: as above; the callers pass the pointer and length of a live slice.
        receive(buffer, |reply| unsafe { bus_transfer(bus.handle(), bytes, count, len, reply) })
    }

    /// Converts an error's number.
    pub(crate) fn error(number: u8) -> Error {
        // SAFETY: the host can lower only the numbers of the enum; Wasmtime checks the type when it links.
        unsafe { Error::_lift(number) }
    }
}

/// The import of `wit/uart.wit` whose reply is a list.
pub(crate) mod uart {
    use super::{Failure, Reply, receive_some};
    use crate::bindings::wasm_embedded::hal::uart::{Error, Port};

    imports! {
        "wasm-embedded:hal/uart@0.5.0":
        "[method]port.read" fn port_read(port: u32, len: usize);
    }

    /// Returns how many bytes came, at most as many as fit.
    pub(crate) fn read(port: &Port, buffer: &mut [u8]) -> Result<usize, Failure> {
        let len = buffer.len();
        // SAFETY: the arguments are those of the interface, and `reply` outlives the call.
        receive_some(buffer, |reply| unsafe { port_read(port.handle(), len, reply) })
    }

    /// Converts an error's number.
    pub(crate) fn error(number: u8) -> Error {
        // SAFETY: the host can lower only the numbers of the enum; Wasmtime checks the type when it links.
        unsafe { Error::_lift(number) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_of_another_length_is_an_error() {
        let mut buffer = [0; 4];
        let place = u32::try_from(buffer.as_mut_ptr().addr() & 0xffff_ffff).unwrap_or_default();
        // SAFETY: `reply` points to the words of `receive`.
        let result = receive(&mut buffer, |reply| unsafe { *reply = [0, place, 3] });
        assert_eq!(result, Err(Failure::WrongLength));
    }

    #[test]
    fn a_reply_may_be_shorter_only_where_that_is_expected() {
        let mut buffer = [0; 4];
        let place = u32::try_from(buffer.as_mut_ptr().addr() & 0xffff_ffff).unwrap_or_default();
        // SAFETY: `reply` points to the words of `receive_some`.
        let result = receive_some(&mut buffer, |reply| unsafe { *reply = [0, place, 5] });
        assert_eq!(result, Err(Failure::WrongLength), "longer than what was asked for");
        // SAFETY: as above. An empty list is nowhere.
        let result = receive_some(&mut buffer, |reply| unsafe { *reply = [0, 1, 0] });
        assert_eq!(result, Ok(0));
        // SAFETY: as above.
        let result = receive(&mut buffer, |reply| unsafe { *reply = [0, 1, 0] });
        assert_eq!(result, Err(Failure::WrongLength));
    }

    #[test]
    fn an_error_is_its_number() {
        // SAFETY: `reply` points to the words of `receive`.
        let result = receive(&mut [0; 4], |reply| unsafe { *reply = [1, 7, 0] });
        assert_eq!(result, Err(Failure::Error(7)));
    }

    #[test]
    fn nothing_is_armed_after_a_call() {
        let _ = receive(&mut [0; 4], |_| ());
        assert!(PLACE.at.load(Relaxed).is_null());
    }
}
