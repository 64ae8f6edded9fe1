//! Imports that do nothing: what the engine takes for a call of this shape, below which no host can go.

use wasm_embedded_host::HalCtx;
use wasmtime::component::{ComponentType, Lift, Linker, Lower, Resource, ResourceType};

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
