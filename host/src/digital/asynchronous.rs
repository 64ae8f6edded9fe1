//! The asynchronous functions.

use alloc::boxed::Box;

use wasmtime::component::{ComponentType, Lift, Linker, LinkerInstance, Resource};

use super::{Condition, Input, InputHandle, IoHandle, Level, Pin, wit};
use crate::admit::Free;
use crate::component::asynchronous as component;
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
    add_waiting::<T, IoHandle>(&mut instance, "wait-io")
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
