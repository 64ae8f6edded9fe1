//! The functions, as components call them.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource, WasmList};

use super::{Bytes, Handle, flush, is_ready, receive, send, wit};
use crate::component::{self, Answer, opening::add_opening};
use crate::ctx::HalCtx;
use crate::linker::HalView;
use crate::reply::Reply;

/// Adds the interface `wasm-embedded:hal/uart`.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/uart@0.5.0")?;
    add_opening::<T, Handle>(&mut instance, "port")?;
    instance.func_wrap(
        "[method]port.read",
        |mut store: StoreContextMut<'_, T>, (port, len): (Resource<Handle>, u32)| {
            read(store.data_mut().hal(), port.rep(), len)
        },
    )?;
    instance.func_wrap("[method]port.write", write::<T>)?;
    instance.func_wrap("[method]port.flush", |mut store: StoreContextMut<'_, T>, (port,): (Resource<Handle>,)| {
        component::answer::<_, _, wit::Error>(flush(store.data_mut().hal(), port.rep()))
    })?;
    instance.func_wrap(
        "[method]port.read-ready",
        |mut store: StoreContextMut<'_, T>, (port,): (Resource<Handle>,)| {
            let ready = is_ready(store.data_mut().hal(), port.rep(), |port| port.read_ready());
            component::answer::<_, _, wit::Error>(ready)
        },
    )?;
    instance.func_wrap("[method]port.write-ready", |mut store: StoreContextMut<'_, T>, (port,): (Resource<Handle>,)| {
        let ready = is_ready(store.data_mut().hal(), port.rep(), |port| port.write_ready());
        component::answer::<_, _, wit::Error>(ready)
    })
}

fn read(hal: &mut HalCtx, port: u32, len: u32) -> Answer<Reply, wit::Error> {
    match receive(hal, port, len) {
        Ok((room, result)) => Ok((hal.reply.finish(room, result),)),
        Err(refused) => refused.answer(),
    }
}

fn write<T: HalView>(
    mut store: StoreContextMut<'_, T>,
    (port, bytes): (Resource<Handle>, WasmList<u8>),
) -> Answer<u32, wit::Error> {
    let lent = store.data_mut().hal().admit::<Handle>(port.rep(), &Bytes::Write(bytes.len()));
    let lent = lent.and_then(|admitted| Ok((admitted.slot.lend()?, admitted.admission.interrupt.clone())));
    let (mut device, interrupt) = match lent {
        Ok(lent) => lent,
        Err(refused) => return refused.answer(),
    };
    let sent = send(&mut *device, bytes.as_le_slice(&store), &interrupt);
    store.data_mut().hal().devices.uart.get(port.rep())?.give_back(device);
    Ok((sent?,))
}
