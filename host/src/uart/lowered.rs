//! The functions, as core modules call them.

use wasmtime::{Caller, Linker, Result};

use super::{Bytes, Error, Handle, Port, flush, is_ready, receive, send, wit};
use crate::linker::HalView;
use crate::lowered::abi::{self, Allowance, List};
use crate::lowered::calls;
use crate::lowered::guest::enter;

/// The interface.
const UART: &str = "wasm-embedded:hal/uart@0.5.0";

/// Adds the interface `wasm-embedded:hal/uart`, as core functions.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_lowered_to_linker<T: HalView>(linker: &mut Linker<T>) -> Result<()> {
    calls::add_opening::<T, Handle>(linker, UART, "port")?;
    linker.func_wrap(UART, "[method]port.read", read::<T>)?;
    linker.func_wrap(UART, "[method]port.write", write::<T>)?;
    linker.func_wrap(UART, "[method]port.flush", |mut caller: Caller<'_, T>, port: u32, to: u32| {
        let (memory, hal) = enter(&mut caller)?;
        let port = hal.guest.handles.get::<Handle>(port)?;
        let made = flush(hal, port);
        calls::put_nothing::<wit::Error, _>(memory, to, made)
    })?;
    linker.func_wrap(UART, "[method]port.read-ready", |caller: Caller<'_, T>, port: u32, to: u32| {
        ready(caller, port, to, |port| port.read_ready())
    })?;
    linker.func_wrap(UART, "[method]port.write-ready", |caller: Caller<'_, T>, port: u32, to: u32| {
        ready(caller, port, to, |port| port.write_ready())
    })?;
    Ok(())
}

fn read<T: HalView>(mut caller: Caller<'_, T>, port: u32, len: u32, to: u32) -> Result<()> {
    let (_, hal) = enter(&mut caller)?;
    let port = hal.guest.handles.get::<Handle>(port)?;
    let filled = receive(hal, port, len);
    calls::put_list::<T, wit::Error, _>(&mut caller, to, filled)
}

fn write<T: HalView>(mut caller: Caller<'_, T>, port: u32, at: u32, len: u32, to: u32) -> Result<()> {
    let (memory, hal) = enter(&mut caller)?;
    let port = hal.guest.handles.get::<Handle>(port)?;
    let bytes = abi::bytes(memory, List { at, len }, &mut Allowance::of(hal))?;
    let made = hal.admit::<Handle>(port, &Bytes::Write(bytes.len())).and_then(|admitted| {
        let device = admitted.slot.device()?;
        Ok(send(device, bytes, &admitted.admission.interrupt)?)
    });
    calls::put_word::<wit::Error, _>(memory, to, made)
}

/// Says whether a port is ready.
fn ready<T: HalView>(
    mut caller: Caller<'_, T>,
    port: u32,
    to: u32,
    ask: impl FnOnce(&mut dyn Port) -> Result<bool, Error>,
) -> Result<()> {
    let (memory, hal) = enter(&mut caller)?;
    let port = hal.guest.handles.get::<Handle>(port)?;
    let made = is_ready(hal, port, ask).map(|ready| ready.map(u8::from));
    calls::put_byte::<wit::Error, _>(memory, to, made)
}
