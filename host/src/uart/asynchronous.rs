//! The asynchronous functions: bytes cross by the blocking ones, which do not wait once a port is ready.

use alloc::boxed::Box;

use wasmtime::component::{Linker, LinkerInstance, Resource};

use super::{Handle, Ready, permit_write, wit};
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

/// Adds the function that waits for one thing.
fn add_waiting<T: HalView>(instance: &mut LinkerInstance<'_, T>, name: &str, ready: Ready) -> wasmtime::Result<()> {
    instance.func_wrap_concurrent(name, move |accessor, (port,): (Resource<Handle>,)| {
        Box::pin(async move {
            let begun = accessor.with(|mut access| -> wasmtime::Result<_> {
                let hal = access.data_mut().hal();
                hal.interrupt.check()?;
                let slot = hal.uart.get(port.rep())?;
                if ready == Ready::Write
                    && let Err(error) = permit_write(slot, &mut *hal.log)
                {
                    return Ok(Err(error));
                }
                let Ok(call) = hal.begin_call() else { return Ok(Err(wit::Error::Busy)) };
                Ok(Ok((hal.uart.get(port.rep())?.device()?.start_wait(ready), call)))
            })?;
            let result = match begun {
                Ok((progress, _call)) => progress.end().await.map_err(wit::Error::from),
                Err(error) => Err(error),
            };
            Ok((result,))
        })
    })
}
