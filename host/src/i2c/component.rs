//! The blocking functions, as components call them.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource, WasmList};

use super::plan::Plan;
use super::{Handle, Step, wit};
use crate::component::{self, Answer, opening::add_opening};
use crate::linker::HalView;
use crate::reply::Reply;
use crate::transfer::{self, Steps};
use crate::wit::types::Short;

/// Adds the interface `wasm-embedded:hal/i2c`.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/i2c@0.5.0")?;
    add_opening::<T, Handle>(&mut instance, "bus")?;
    instance.func_wrap("[method]bus.read", read::<T>)?;
    instance.func_wrap("[method]bus.write", write::<T>)?;
    instance.func_wrap("[method]bus.write-read", write_read::<T>)?;
    instance.func_wrap("[method]bus.write-read-short", write_read_short::<T>)?;
    instance.func_wrap("[method]bus.transaction", transaction::<T>)
}

fn read<T: HalView>(
    store: StoreContextMut<'_, T>,
    (bus, address, len): (Resource<Handle>, wit::Address, u32),
) -> Answer<Reply, wit::Error> {
    component::reply::<T, Handle, _, _>(store, bus.rep(), &Plan::read(address.into(), len), None)
}

fn write<T: HalView>(
    store: StoreContextMut<'_, T>,
    (bus, address, bytes): (Resource<Handle>, wit::Address, WasmList<u8>),
) -> Answer<(), wit::Error> {
    component::write::<T, Handle, _, _>(store, bus.rep(), &Plan::write(address.into(), bytes.len()), &bytes)
}

fn write_read<T: HalView>(
    store: StoreContextMut<'_, T>,
    (bus, address, bytes, len): (Resource<Handle>, wit::Address, WasmList<u8>, u32),
) -> Answer<Reply, wit::Error> {
    component::reply::<T, Handle, _, _>(
        store,
        bus.rep(),
        &Plan::write_read(address.into(), bytes.len(), len),
        Some(&bytes),
    )
}

fn write_read_short<T: HalView>(
    mut store: StoreContextMut<'_, T>,
    (bus, address, bytes, write_len, read_len): (Resource<Handle>, wit::Address, Short, u32, u32),
) -> Answer<Short, wit::Error> {
    let lens = [write_len, read_len];
    let plan = Plan::short(address.into(), lens);
    component::answer(transfer::short::<Handle, _>(store.data_mut().hal(), bus.rep(), &plan, bytes, lens))
}

fn transaction<T: HalView>(
    mut store: StoreContextMut<'_, T>,
    (bus, address, records, bytes): (Resource<Handle>, wit::Address, WasmList<wit::Operation>, WasmList<u8>),
) -> Answer<Reply, wit::Error> {
    let steps: Steps<Step> = match component::steps::<_, Handle, _, _>(&mut store, bus.rep(), &records)? {
        Ok(steps) => steps,
        Err(refused) => return refused.answer(),
    };
    component::reply::<T, Handle, _, _>(
        store,
        bus.rep(),
        &Plan::list(address.into(), &steps, bytes.len()),
        Some(&bytes),
    )
}
