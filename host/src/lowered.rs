//! The lowered way in: a guest's core module is linked to functions of ours, without the component model between them.
//!
//! What the engine does for components is done here then. The canonical ABI is in `lowered/abi.rs`, handles are in
//! `lowered/handles.rs`, and `lowered/guest.rs` has what the host keeps of the guest. What a call does is the same code on
//! both ways.
//!
//! Only a module whose component was checked belongs here: its imports have the names and the types of the WIT package then, and
//! its memory and its allocator are those that the component gives to its imports.

pub(crate) mod abi;
pub(crate) mod calls;
pub(crate) mod guest;
pub(crate) mod handles;

use wasmtime::{AsContextMut, Instance, InstancePre, Linker};

pub use self::abi::{TooManyBytes, Violation};
pub use self::guest::{ALLOCATORS, MEMORY, PLACE, attach};

use crate::linker::HalView;
use crate::{adc, clock, delay, digital, i2c, log, pwm, spi, uart};

/// The text of the interfaces. A module that was checked against other text may not be linked with these functions.
pub const WIT: [&str; 10] = [
    include_str!("../wit/types.wit"),
    include_str!("../wit/i2c.wit"),
    include_str!("../wit/spi.wit"),
    include_str!("../wit/digital.wit"),
    include_str!("../wit/pwm.wit"),
    include_str!("../wit/uart.wit"),
    include_str!("../wit/adc.wit"),
    include_str!("../wit/delay.wit"),
    include_str!("../wit/clock.wit"),
    include_str!("../wit/log.wit"),
];

/// How the name of the function begins that runs a guest: that of the export `wasi:cli/run`, in any version 0.2.
pub const RUN: &str = "wasi:cli/run@0.2.";
/// How it ends.
pub const RUN_END: &str = "#run";

/// Adds all interfaces of `wasm-embedded:hal`, as core functions under the names that the components of a guest have for them.
///
/// # Errors
///
/// Fails if one of the interfaces is there already.
pub fn add_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    i2c::add_lowered_to_linker(linker)?;
    spi::add_lowered_to_linker(linker)?;
    digital::add_lowered_to_linker(linker)?;
    pwm::add_lowered_to_linker(linker)?;
    uart::add_lowered_to_linker(linker)?;
    adc::add_lowered_to_linker(linker)?;
    delay::add_lowered_to_linker(linker)?;
    clock::add_lowered_to_linker(linker)?;
    log::add_lowered_to_linker(linker)
}

/// Creates the instance of a guest in a store of its own.
///
/// # Errors
///
/// The module asks for more than the store may give, or its segments are outside of its memory.
pub fn instantiate<T: HalView>(
    guest: &InstancePre<T>,
    mut store: impl AsContextMut<Data = T>,
) -> wasmtime::Result<Instance> {
    let instance = guest.instantiate(&mut store)?;
    attach(&instance, store)?;
    Ok(instance)
}

/// Runs a guest by its export `wasi:cli/run`, and returns what that returned.
///
/// # Errors
///
/// The guest trapped, or has no such export.
pub fn run<T: HalView>(
    instance: &Instance,
    mut store: impl AsContextMut<Data = T>,
) -> wasmtime::Result<Result<(), ()>> {
    let run = instance.exports(&mut store).find_map(|export| {
        let is_run = export.name().starts_with(RUN) && export.name().ends_with(RUN_END);
        is_run.then(|| export.into_func()).flatten()
    });
    let run = run.ok_or_else(|| wasmtime::Error::msg("the guest does not export `wasi:cli/run`"))?;
    match run.typed::<(), u32>(&store)?.call(&mut store, ())? {
        0 => Ok(Ok(())),
        1 => Ok(Err(())),
        _ => Err(Violation::Result.into()),
    }
}
