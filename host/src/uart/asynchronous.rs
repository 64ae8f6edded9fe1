//! The asynchronous functions: bytes cross by the blocking ones, which do not wait once a port is ready.

use alloc::boxed::Box;

use wasmtime::component::{Linker, LinkerInstance, Resource};

use super::{Bytes, Handle, Ready, wit};
use crate::component::asynchronous as component;
use crate::linker::HalView;

/// Adds the interface `wasm-embedded:hal/uart-async`.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_async_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/uart-async@0.5.0")?;
    add_waiting(&mut instance, "wait-read", Ready::Read)?;
    add_waiting(&mut instance, "wait-write", Ready::Write)?;
    add_waiting(&mut instance, "wait-sent", Ready::Sent)
}

/// Adds the function that waits for one thing. To wait for room is to ask for writing.
fn add_waiting<T: HalView>(instance: &mut LinkerInstance<'_, T>, name: &str, ready: Ready) -> wasmtime::Result<()> {
    let ask = if ready == Ready::Write { Bytes::Write(0) } else { Bytes::Read(0) };
    instance.func_wrap_concurrent(name, move |accessor, (port,): (Resource<Handle>,)| {
        Box::pin(component::wait::<T, Handle, _, wit::Error>(accessor, port.rep(), ask, move |slot| {
            Ok(slot.device()?.start_wait(ready))
        }))
    })
}
