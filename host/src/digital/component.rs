//! The functions, as components call them.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, LinkerInstance, Resource};

use super::{Input, InputHandle, IoHandle, Output, OutputHandle, Pin, commanded, level, set, wit};
use crate::component::{self, opening::add_opening};
use crate::kind::DeviceKind;
use crate::linker::HalView;

/// Adds the interface `wasm-embedded:hal/digital`.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/digital@0.5.0")?;
    add_opening::<T, OutputHandle>(&mut instance, "output-pin")?;
    add_opening::<T, InputHandle>(&mut instance, "input-pin")?;
    add_opening::<T, IoHandle>(&mut instance, "io-pin")?;
    add_driving::<T, OutputHandle>(&mut instance, "output-pin")?;
    add_driving::<T, IoHandle>(&mut instance, "io-pin")?;
    add_reading::<T, InputHandle>(&mut instance, "input-pin")?;
    add_reading::<T, IoHandle>(&mut instance, "io-pin")
}

/// Adds the methods of a pin that is driven.
fn add_driving<T: HalView, K: DeviceKind<Device: Output, Grant = Pin>>(
    instance: &mut LinkerInstance<'_, T>,
    name: &str,
) -> wasmtime::Result<()> {
    instance.func_wrap(
        &alloc::format!("[method]{name}.set"),
        |mut store: StoreContextMut<'_, T>, (pin, level): (Resource<K>, wit::Level)| {
            component::answer::<_, _, wit::Error>(set::<K>(store.data_mut().hal(), pin.rep(), |_| level.into()))
        },
    )?;
    instance.func_wrap(
        &alloc::format!("[method]{name}.toggle"),
        |mut store: StoreContextMut<'_, T>, (pin,): (Resource<K>,)| {
            component::answer::<_, _, wit::Error>(set::<K>(store.data_mut().hal(), pin.rep(), |commanded| !commanded))
        },
    )?;
    instance.func_wrap(
        &alloc::format!("[method]{name}.commanded"),
        |mut store: StoreContextMut<'_, T>, (pin,): (Resource<K>,)| {
            let commanded = commanded::<K>(store.data_mut().hal(), pin.rep());
            component::answer::<_, _, wit::Error>(commanded.map(|level| level.map(wit::Level::from)))
        },
    )
}

/// Adds the methods of a pin that is read.
fn add_reading<T: HalView, K: DeviceKind<Device: Input, Grant = Pin>>(
    instance: &mut LinkerInstance<'_, T>,
    name: &str,
) -> wasmtime::Result<()> {
    instance.func_wrap(
        &alloc::format!("[method]{name}.level"),
        |mut store: StoreContextMut<'_, T>, (pin,): (Resource<K>,)| {
            let level = level::<K>(store.data_mut().hal(), pin.rep());
            component::answer::<_, _, wit::Error>(level.map(|level| level.map(wit::Level::from)))
        },
    )
}
