//! What lowered calls have in common: how labels are opened and closed, how operations are read, and where results go.
//!
//! A call lifts what the guest passes in its order, is made, and then places what it gives: the order of the engine for components.
//! So a guest that breaks a rule leaves the same on the wires on both ways: what is wrong with its arguments stops it before the
//! call, and what is wrong with the place of a result after it.

use alloc::format;
use core::str::from_utf8;

use wasmtime::{Caller, Linker};

use super::abi::{self, Allowance, List};
use super::guest::{allocate, enter, enter_without_memory};
use crate::admit::{Denied, Operations, Refused};
use crate::ctx::HalCtx;
use crate::kind::DeviceKind;
use crate::linker::HalView;
use crate::reply::Filling;
use crate::transfer::Steps;
use crate::wit::Cases;
use crate::wit::types::{OpenError, Short};

/// What a call was made to give: a value or an error of the device, if it was admitted.
pub(crate) type Made<R, D> = Result<Result<R, D>, Refused>;

/// Returns the value or the error of a call for its interface, or the trap.
#[inline]
fn told<R, D, E: From<Denied> + From<D>>(made: Made<R, D>) -> wasmtime::Result<Result<R, E>> {
    match made {
        Ok(result) => Ok(result.map_err(E::from)),
        Err(refused) => refused.told(),
    }
}

/// Adds how a resource is opened and closed.
pub(crate) fn add_opening<T: HalView, K: DeviceKind>(
    linker: &mut Linker<T>,
    interface: &str,
    name: &str,
) -> wasmtime::Result<()> {
    let open = |mut caller: Caller<'_, T>, at: u32, len: u32, to: u32| {
        let (memory, hal) = enter(&mut caller)?;
        open::<K>(memory, hal, List { at, len }, to)
    };
    let close = |mut caller: Caller<'_, T>, handle: u32| close::<K>(enter_without_memory(&mut caller)?, handle);
    linker.func_wrap(interface, &format!("[static]{name}.open"), open)?;
    linker.func_wrap(interface, &format!("[resource-drop]{name}"), close)?;
    Ok(())
}

/// Opens a label.
fn open<K: DeviceKind>(memory: &mut [u8], hal: &mut HalCtx, label: List, to: u32) -> wasmtime::Result<()> {
    let label = abi::text(memory, label, &mut Allowance::of(hal))?;
    hal.admission.interrupt.check()?;
    let device: Result<u32, OpenError> = match hal.open::<K>(from_utf8(label)?) {
        Ok(device) => Ok(device),
        Err(refused) => refused.told()?,
    };
    // The place is looked at before there is a handle, as for components.
    abi::place::<8>(memory, to, 4)?;
    let handle = match device {
        Ok(device) => Ok(hal.guest.handles.add::<K>(device)?),
        Err(error) => Err(error),
    };
    Ok(abi::put_word(memory, to, handle)?)
}

/// Closes what was opened.
fn close<K: DeviceKind>(hal: &mut HalCtx, handle: u32) -> wasmtime::Result<()> {
    let device = hal.guest.handles.remove::<K>(handle)?;
    Ok(hal.close::<K>(device)?)
}

/// Reads the operations of a list, if there are not too many.
pub(crate) fn steps<K: DeviceKind, S, const N: usize>(
    hal: &mut HalCtx,
    handle: u32,
    records: &[[u8; N]],
    step: impl Fn(&[u8; N]) -> wasmtime::Result<S>,
) -> wasmtime::Result<Result<Steps<S>, Refused>> {
    if let Err(refused) = hal.admit::<K>(handle, &Operations(records.len())) {
        return Ok(Err(refused));
    }
    // At most as many as the limit just checked.
    records.iter().map(step).collect::<wasmtime::Result<_>>().map(Ok)
}

/// Places nothing, or an error.
#[inline]
pub(crate) fn put_nothing<E: Cases + From<Denied> + From<D>, D>(
    memory: &mut [u8],
    to: u32,
    made: Made<(), D>,
) -> wasmtime::Result<()> {
    Ok(abi::put_nothing(memory, to, told::<_, _, E>(made)?)?)
}

/// Places the number of a case or a truth, or an error.
#[inline]
pub(crate) fn put_byte<E: Cases + From<Denied> + From<D>, D>(
    memory: &mut [u8],
    to: u32,
    made: Made<u8, D>,
) -> wasmtime::Result<()> {
    Ok(abi::put_byte(memory, to, told::<_, _, E>(made)?)?)
}

/// Places a number, or an error.
#[inline]
pub(crate) fn put_word<E: Cases + From<Denied> + From<D>, D>(
    memory: &mut [u8],
    to: u32,
    made: Made<u32, D>,
) -> wasmtime::Result<()> {
    Ok(abi::put_word(memory, to, told::<_, _, E>(made)?)?)
}

/// Places bytes in integers, or an error.
#[inline]
pub(crate) fn put_short<E: Cases + From<Denied> + From<D>, D>(
    memory: &mut [u8],
    to: u32,
    made: Made<Short, D>,
) -> wasmtime::Result<()> {
    Ok(abi::put_short(memory, to, told::<_, _, E>(made)?)?)
}

/// Has the guest allocate for what was read, and places it there, or places an error.
#[inline]
pub(crate) fn put_list<T: HalView, E: Cases + From<Denied> + From<D>, D>(
    caller: &mut Caller<'_, T>,
    to: u32,
    filled: Result<(Filling, Result<(), D>), Refused>,
) -> wasmtime::Result<()> {
    let (memory, hal) = enter(caller)?;
    let read = match filled {
        Ok((room, result)) => hal.reply.finish(room, result.map_err(E::from)),
        Err(refused) => refused.told()?,
    };
    let read = match read {
        Ok(read) => read,
        Err(error) => return Ok(abi::begin_list(memory, to, Err(error))?),
    };
    abi::begin_list::<E>(memory, to, Ok(()))?;
    // The guest may grow its memory for that.
    let at = allocate(caller, u32::try_from(read.len())?)?;
    let (memory, _) = enter(caller)?;
    Ok(abi::end_list(memory, to, at, &read)?)
}
