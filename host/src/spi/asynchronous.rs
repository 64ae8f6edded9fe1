//! The asynchronous functions, as components call them.

use alloc::boxed::Box;

use wasmtime::component::{Accessor, Linker, LinkerInstance, Resource, WasmList};

use super::plan::Plan;
use super::transaction::Step;
use super::{Bus, BusHandle, DeviceHandle, wit};
use crate::admit::Free;
use crate::calls::ReplyHandle;
use crate::component::asynchronous::{self as component, Store};
use crate::component::{Answer, steps};
use crate::grant::SpiGrant;
use crate::kind::DeviceKind;
use crate::linker::HalView;
use crate::short::Waited;
use crate::transfer::Steps;
use crate::wit::types::Short;

/// Adds the interface `wasm-embedded:hal/spi-async`.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_async_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/spi-async@0.5.0")?;
    add_kind::<T, DeviceHandle>(&mut instance, "device")?;
    add_kind::<T, BusHandle>(&mut instance, "bus")?;
    instance
        .func_wrap_concurrent("device-transaction", |accessor, arguments| Box::pin(transaction(accessor, arguments)))?;
    instance.func_wrap_concurrent("bus-transfer", |accessor, arguments| Box::pin(transfer(accessor, arguments)))?;
    instance.func_wrap_concurrent("bus-flush", |accessor, (bus,): (Resource<BusHandle>,)| {
        Box::pin(async move {
            let answer: Answer<(), wit::Error> =
                component::wait::<T, BusHandle, _, _>(accessor, bus.rep(), Free, |slot| {
                    Ok(slot.device()?.start_flush())
                })
                .await;
            answer
        })
    })
}

/// Adds the functions that devices and buses share.
fn add_kind<T: HalView, K: DeviceKind<Device = dyn Bus, Grant = SpiGrant>>(
    instance: &mut LinkerInstance<'_, T>,
    name: &str,
) -> wasmtime::Result<()> {
    instance.func_wrap_concurrent(&alloc::format!("{name}-transfer-short"), |accessor, arguments| {
        Box::pin(short::<T, K>(accessor, arguments))
    })?;
    instance.func_wrap_concurrent(&alloc::format!("{name}-write"), |accessor, arguments| {
        Box::pin(write::<T, K>(accessor, arguments))
    })
}

async fn short<T: HalView, K: DeviceKind<Device = dyn Bus, Grant = SpiGrant>>(
    accessor: &Accessor<T>,
    (this, bytes, write_len, read_len): (Resource<K>, Waited, u32, u32),
) -> Answer<Short, wit::Error> {
    let plan = Plan::short([write_len, read_len]);
    component::short(accessor.with(|mut store: Store<'_, T>| {
        component::begin_short::<K, _>(store.data_mut().hal(), this.rep(), &plan, bytes, write_len)
    }))
    .await
}

async fn write<T: HalView, K: DeviceKind<Device = dyn Bus, Grant = SpiGrant>>(
    accessor: &Accessor<T>,
    (this, bytes): (Resource<K>, WasmList<u8>),
) -> Answer<(), wit::Error> {
    let plan = Plan::write(bytes.len());
    component::nothing(accessor.with(|store| component::begin::<T, K, _>(store, this.rep(), &plan, &bytes))).await
}

async fn transfer<T: HalView>(
    accessor: &Accessor<T>,
    (bus, bytes, read_len): (Resource<BusHandle>, WasmList<u8>, u32),
) -> Answer<Resource<ReplyHandle>, wit::Error> {
    let plan = Plan::transfer(bytes.len(), read_len);
    let begun = accessor.with(|store| component::begin::<T, BusHandle, _>(store, bus.rep(), &plan, &bytes));
    component::reply(accessor, begun).await
}

async fn transaction<T: HalView>(
    accessor: &Accessor<T>,
    (device, records, bytes): (Resource<DeviceHandle>, WasmList<Step>, WasmList<u8>),
) -> Answer<Resource<ReplyHandle>, wit::Error> {
    let begun = accessor.with(|mut store: Store<'_, T>| -> wasmtime::Result<_> {
        let steps: Steps<Step> = match steps::<T, DeviceHandle, _, _>(&mut store, device.rep(), &records)? {
            Ok(steps) => steps,
            Err(refused) => return Ok(Err(refused)),
        };
        Ok(component::begin::<T, DeviceHandle, _>(store, device.rep(), &Plan::list(&steps, bytes.len()), &bytes))
    })?;
    component::reply(accessor, begun).await
}
