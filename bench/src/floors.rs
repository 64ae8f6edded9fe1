//! Imports that do nothing: what the engine takes for a call of this shape, below which no host can go.

use wasm_embedded_host::HalCtx;
use wasmtime::Caller;
use wasmtime::component::{ComponentType, Lift, Linker, Lower, Resource, ResourceType};
use wasmtime::error::Context as _;

/// A resource.
struct Thing;

/// What `wit/types.wit` calls `short`.
#[derive(Clone, Copy, ComponentType, Lift, Lower)]
#[component(record)]
struct Short {
    low: u64,
    high: u64,
}

/// An error that never comes.
#[derive(Clone, Copy, ComponentType, Lift, Lower)]
#[component(enum)]
#[repr(u8)]
enum Error {
    #[component(name = "other")]
    #[expect(dead_code, reason = "the type of an error, never its value")]
    Other,
}

/// Adds the imports.
pub(crate) fn add_to_linker(linker: &mut Linker<HalCtx>) -> wasmtime::Result<()> {
    let mut floors = linker.instance("bench:jobs/floors")?;
    floors.resource("thing", ResourceType::host::<Thing>(), |_, _| Ok(()))?;
    floors.func_wrap("empty", |_, ()| Ok(()))?;
    floors.func_wrap("[constructor]thing", |_, ()| Ok((Resource::<Thing>::new_own(1),)))?;
    floors.func_wrap("[method]thing.method", |_, (_thing,): (Resource<Thing>,)| Ok(()))?;
    floors.func_wrap(
        "[method]thing.exchange",
        |_, (_thing, bytes, _written, _read): (Resource<Thing>, Short, u32, u32)| Ok((Ok::<_, Error>(bytes),)),
    )
}

/// Adds the imports as core functions.
pub(crate) fn add_lowered_to_linker(linker: &mut wasmtime::Linker<HalCtx>) -> wasmtime::Result<()> {
    let floors = "bench:jobs/floors";
    linker.func_wrap(floors, "empty", || ())?;
    linker.func_wrap(floors, "[constructor]thing", || 1_u32)?;
    linker.func_wrap(floors, "[resource-drop]thing", |_thing: u32| ())?;
    linker.func_wrap(floors, "[method]thing.method", |_thing: u32| ())?;
    linker.func_wrap(
        floors,
        "[method]thing.exchange",
        |mut caller: Caller<'_, HalCtx>, _thing: u32, low: u64, high: u64, _written: u32, _read: u32, to: u32| {
            let memory = caller.get_export("memory").and_then(wasmtime::Extern::into_memory);
            let mut place = [0; 24];
            place[8..16].copy_from_slice(&low.to_le_bytes());
            place[16..].copy_from_slice(&high.to_le_bytes());
            memory.context("the guest has no memory")?.write(&mut caller, usize::try_from(to)?, &place)?;
            Ok(())
        },
    )?;
    Ok(())
}
