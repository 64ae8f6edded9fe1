//! The asynchronous functions.

use alloc::boxed::Box;
use alloc::format;

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, Linker, LinkerInstance, Lower, Resource};

use super::{Condition, Edge, Error, Input, InputHandle, IoHandle, Level, Pin, wit};
use crate::admit::{Free, Refused};
use crate::completion::Completion;
use crate::component::{self as calls, asynchronous as component};
use crate::ctx::HalCtx;
use crate::grant::PinGrant;
use crate::kind::DeviceKind;
use crate::linker::HalView;

/// What the guest waits for, in logical levels: the interface's `condition`.
#[derive(Clone, Copy, Debug, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
#[allow(dead_code, reason = "made from what the guest passes")]
enum Wanted {
    #[component(name = "high")]
    High,
    #[component(name = "low")]
    Low,
    #[component(name = "rising-edge")]
    RisingEdge,
    #[component(name = "falling-edge")]
    FallingEdge,
    #[component(name = "any-edge")]
    AnyEdge,
}

/// An edge, in logical levels: the interface's `edge`.
#[derive(Clone, Copy, Debug, ComponentType, Lower)]
#[component(record)]
struct Taken {
    #[component(name = "at-ns")]
    at_ns: u64,
    missed: u32,
    level: wit::Level,
}

impl Wanted {
    /// Returns the same in electrical levels.
    fn electrical(self, grant: &PinGrant) -> Condition {
        match self {
            Wanted::High => Condition::Level(grant.electrical(Level::High)),
            Wanted::Low => Condition::Level(grant.electrical(Level::Low)),
            Wanted::RisingEdge => Condition::Edge(grant.electrical(Level::High)),
            Wanted::FallingEdge => Condition::Edge(grant.electrical(Level::Low)),
            Wanted::AnyEdge => Condition::AnyEdge,
        }
    }
}

/// Adds the interface `wasm-embedded:hal/digital-async`.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_async_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/digital-async@0.5.0")?;
    add_waiting::<T, InputHandle>(&mut instance, "wait-input")?;
    add_waiting::<T, IoHandle>(&mut instance, "wait-io")?;
    add_edges::<T, InputHandle>(&mut instance, "input")?;
    add_edges::<T, IoHandle>(&mut instance, "io")
}

/// Adds the function that waits for pins of one kind.
fn add_waiting<T: HalView, K: DeviceKind<Device: Input, Grant = Pin>>(
    instance: &mut LinkerInstance<'_, T>,
    name: &str,
) -> wasmtime::Result<()> {
    instance.func_wrap_concurrent(name, |accessor, (pin, wanted): (Resource<K>, Wanted)| {
        Box::pin(component::wait::<T, K, _, wit::Error>(accessor, pin.rep(), Free, move |slot| {
            let condition = wanted.electrical(&slot.grant.grant);
            Ok(slot.device()?.start_wait(condition))
        }))
    })
}

/// Adds the functions by which a guest has the edges of pins of one kind.
fn add_edges<T: HalView, K: DeviceKind<Device: Input, Grant = Pin>>(
    instance: &mut LinkerInstance<'_, T>,
    kind: &str,
) -> wasmtime::Result<()> {
    instance.func_wrap(&format!("watch-{kind}"), |mut store: StoreContextMut<'_, T>, (pin,): (Resource<K>,)| {
        calls::answer::<_, _, wit::Error>(watch::<K>(store.data_mut().hal(), pin.rep()))
    })?;
    instance.func_wrap(&format!("take-edge-{kind}"), |mut store: StoreContextMut<'_, T>, (pin,): (Resource<K>,)| {
        calls::answer::<_, _, wit::Error>(take_edge::<K>(store.data_mut().hal(), pin.rep()))
    })?;
    instance.func_wrap_concurrent(&format!("wait-edge-{kind}"), |accessor, (pin,): (Resource<K>,)| {
        Box::pin(component::wait::<T, K, _, wit::Error>(accessor, pin.rep(), Free, |slot| {
            if !slot.grant.is_watched {
                return Ok(Completion::Ready(Err(Error::Unsupported)));
            }
            Ok(slot.device()?.start_edge_wait())
        }))
    })
}

/// Begins to keep the edges of a pin.
fn watch<K: DeviceKind<Device: Input, Grant = Pin>>(
    hal: &mut HalCtx,
    handle: u32,
) -> Result<Result<(), Error>, Refused> {
    let slot = hal.admit::<K>(handle, &Free)?.slot;
    let result = slot.device()?.watch();
    slot.grant.is_watched = result.is_ok();
    Ok(result)
}

/// Takes the oldest edge that was kept, if there is one.
fn take_edge<K: DeviceKind<Device: Input, Grant = Pin>>(
    hal: &mut HalCtx,
    handle: u32,
) -> Result<Result<Option<Taken>, Error>, Refused> {
    let slot = hal.admit::<K>(handle, &Free)?.slot;
    if !slot.grant.is_watched {
        return Ok(Err(Error::Unsupported));
    }
    let taken = slot.device()?.take_edge();
    Ok(taken.map(|edge| {
        edge.map(|Edge { at_ns, level, missed }| Taken {
            at_ns,
            missed,
            level: slot.grant.grant.electrical(level).into(),
        })
    }))
}
