//! The blocking functions, as components call them.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, LinkerInstance, Resource, WasmList};

use super::plan::Plan;
use super::{Bus, BusHandle, DeviceHandle, Step, flush, wit};
use crate::component::{self, Answer, opening::add_opening};
use crate::grant::SpiGrant;
use crate::kind::DeviceKind;
use crate::linker::HalView;
use crate::reply::Reply;
use crate::transfer::{self, Steps};
use crate::wit::types::Short;

/// Adds the interface `wasm-embedded:hal/spi`.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/spi@0.5.0")?;
    add_kind::<T, DeviceHandle>(&mut instance, "device")?;
    add_kind::<T, BusHandle>(&mut instance, "bus")?;
    instance.func_wrap("[method]device.transaction", transaction::<T>)?;
    instance.func_wrap("[method]bus.flush", |mut store: StoreContextMut<'_, T>, (bus,): (Resource<BusHandle>,)| {
        component::answer::<_, _, wit::Error>(flush(store.data_mut().hal(), bus.rep()))
    })
}

/// Adds a resource, how it is opened, and the methods that devices and buses share.
fn add_kind<T: HalView, K: DeviceKind<Device = dyn Bus, Grant = SpiGrant>>(
    instance: &mut LinkerInstance<'_, T>,
    name: &str,
) -> wasmtime::Result<()> {
    add_opening::<T, K>(instance, name)?;
    instance.func_wrap(&alloc::format!("[method]{name}.read"), read::<T, K>)?;
    instance.func_wrap(&alloc::format!("[method]{name}.write"), write::<T, K>)?;
    instance.func_wrap(&alloc::format!("[method]{name}.transfer"), transfer::<T, K>)?;
    instance.func_wrap(&alloc::format!("[method]{name}.transfer-short"), transfer_short::<T, K>)
}

fn read<T: HalView, K: DeviceKind<Device = dyn Bus, Grant = SpiGrant>>(
    store: StoreContextMut<'_, T>,
    (this, len): (Resource<K>, u32),
) -> Answer<Reply, wit::Error> {
    component::reply::<T, K, _, _>(store, this.rep(), &Plan::read(len), None)
}

fn write<T: HalView, K: DeviceKind<Device = dyn Bus, Grant = SpiGrant>>(
    store: StoreContextMut<'_, T>,
    (this, bytes): (Resource<K>, WasmList<u8>),
) -> Answer<(), wit::Error> {
    component::write::<T, K, _, _>(store, this.rep(), &Plan::write(bytes.len()), &bytes)
}

fn transfer<T: HalView, K: DeviceKind<Device = dyn Bus, Grant = SpiGrant>>(
    store: StoreContextMut<'_, T>,
    (this, bytes, len): (Resource<K>, WasmList<u8>, u32),
) -> Answer<Reply, wit::Error> {
    component::reply::<T, K, _, _>(store, this.rep(), &Plan::transfer(bytes.len(), len), Some(&bytes))
}

fn transfer_short<T: HalView, K: DeviceKind<Device = dyn Bus, Grant = SpiGrant>>(
    mut store: StoreContextMut<'_, T>,
    (this, bytes, write_len, read_len): (Resource<K>, Short, u32, u32),
) -> Answer<Short, wit::Error> {
    let lens = [write_len, read_len];
    component::answer(transfer::short::<K, _>(store.data_mut().hal(), this.rep(), &Plan::short(lens), bytes, lens))
}

fn transaction<T: HalView>(
    mut store: StoreContextMut<'_, T>,
    (device, records, bytes): (Resource<DeviceHandle>, WasmList<wit::Operation>, WasmList<u8>),
) -> Answer<Reply, wit::Error> {
    let steps: Steps<Step> = match component::steps::<_, DeviceHandle, _, _>(&mut store, device.rep(), &records)? {
        Ok(steps) => steps,
        Err(refused) => return refused.answer(),
    };
    component::reply::<T, DeviceHandle, _, _>(store, device.rep(), &Plan::list(&steps, bytes.len()), Some(&bytes))
}
