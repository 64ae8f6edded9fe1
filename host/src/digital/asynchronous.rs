//! The asynchronous functions.

use alloc::boxed::Box;

use wasmtime::component::{ComponentType, Lift, Linker, LinkerInstance, Resource};

use super::{Condition, Input, InputHandle, IoHandle, Kind, Level, wit};
use crate::grant::PinGrant;
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
    add_waiting::<T, _, InputHandle>(&mut instance, "wait-input", |hal| &mut hal.pins.inputs)?;
    add_waiting::<T, _, IoHandle>(&mut instance, "wait-io", |hal| &mut hal.pins.ios)
}

/// Adds the function that waits for pins of one kind.
fn add_waiting<T: HalView, D: Input + ?Sized + 'static, H: 'static>(
    instance: &mut LinkerInstance<'_, T>,
    name: &str,
    kind: Kind<D>,
) -> wasmtime::Result<()> {
    instance.func_wrap_concurrent(name, move |accessor, (pin, wanted): (Resource<H>, Wanted)| {
        Box::pin(async move {
            let begun = accessor.with(|mut access| -> wasmtime::Result<_> {
                let hal = access.data_mut().hal();
                hal.interrupt.check()?;
                let Ok(call) = hal.begin_call() else { return Ok(Err(wit::Error::Busy)) };
                let slot = kind(hal).get(pin.rep())?;
                let condition = wanted.electrical(&slot.grant.grant);
                Ok(Ok((slot.device()?.start_wait(condition), call)))
            })?;
            let result = match begun {
                Ok((progress, _call)) => progress.end().await.map_err(wit::Error::from),
                Err(error) => Err(error),
            };
            Ok((result,))
        })
    })
}
