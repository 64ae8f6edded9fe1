//! The asynchronous functions, as components call them.

use alloc::boxed::Box;

use wasmtime::component::{Accessor, ComponentType, Lift, Linker, Resource, WasmList};

use super::plan::Plan;
use super::{Handle, Step, wit};
use crate::calls::ReplyHandle;
use crate::component::asynchronous::{self as component, Store};
use crate::component::{Answer, steps};
use crate::linker::HalView;
use crate::short::Waited;
use crate::transfer::Steps;
use crate::wit::types::Short;

/// `wit::Operation`, as a type of its own for the same reason as [`Waited`].
#[derive(Clone, Copy, Debug, ComponentType, Lift)]
#[component(record)]
struct Record {
    direction: wit::Direction,
    len: u32,
}

impl From<Record> for Step {
    fn from(Record { direction, len }: Record) -> Step {
        wit::Operation { direction, len }.into()
    }
}

/// Adds the interface `wasm-embedded:hal/i2c-async`.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_async_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/i2c-async@0.5.0")?;
    instance.func_wrap_concurrent("write-read-short", |accessor, arguments| Box::pin(short(accessor, arguments)))?;
    instance.func_wrap_concurrent("write", |accessor, arguments| Box::pin(write(accessor, arguments)))?;
    instance.func_wrap_concurrent("transaction", |accessor, arguments| Box::pin(transaction(accessor, arguments)))
}

async fn short<T: HalView>(
    accessor: &Accessor<T>,
    (bus, address, bytes, write_len, read_len): (Resource<Handle>, wit::Address, Waited, u32, u32),
) -> Answer<Short, wit::Error> {
    let plan = Plan::short(address.into(), [write_len, read_len]);
    component::short(accessor.with(|mut store: Store<'_, T>| {
        component::begin_short::<Handle, _>(store.data_mut().hal(), bus.rep(), &plan, bytes, write_len)
    }))
    .await
}

async fn write<T: HalView>(
    accessor: &Accessor<T>,
    (bus, address, bytes): (Resource<Handle>, wit::Address, WasmList<u8>),
) -> Answer<(), wit::Error> {
    let plan = Plan::write(address.into(), bytes.len());
    component::nothing(accessor.with(|store| component::begin::<T, Handle, _>(store, bus.rep(), &plan, &bytes))).await
}

async fn transaction<T: HalView>(
    accessor: &Accessor<T>,
    (bus, address, records, bytes): (Resource<Handle>, wit::Address, WasmList<Record>, WasmList<u8>),
) -> Answer<Resource<ReplyHandle>, wit::Error> {
    let begun = accessor.with(|mut store: Store<'_, T>| -> wasmtime::Result<_> {
        let steps: Steps<Step> = match steps::<T, Handle, _, _>(&mut store, bus.rep(), &records)? {
            Ok(steps) => steps,
            Err(refused) => return Ok(Err(refused)),
        };
        let plan = Plan::list(address.into(), &steps, bytes.len());
        Ok(component::begin::<T, Handle, _>(store, bus.rep(), &plan, &bytes))
    })?;
    component::reply(accessor, begun).await
}
