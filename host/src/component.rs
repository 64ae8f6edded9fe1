//! How calls of components come in: their arguments are in the guest's memory, which the store has together with the context.

#[cfg(feature = "async")]
pub(crate) mod asynchronous;
pub(crate) mod opening;

use smallvec::SmallVec;
use wasmtime::component::{Lift, WasmList};
use wasmtime::{AsContextMut, StoreContextMut};

use crate::admit::{Denied, Operations, Refused};
use crate::kind::DeviceKind;
use crate::linker::HalView;
use crate::reply::Reply;
use crate::transfer::{Plan, Steps};

/// What a call returns: a trap, or a value or an error of the interface.
pub(crate) type Answer<R, E> = wasmtime::Result<(Result<R, E>,)>;

/// Returns what a call returns whose errors are the device's.
#[inline]
pub(crate) fn answer<R, D, E: From<Denied> + From<D>>(result: Result<Result<R, D>, Refused>) -> Answer<R, E> {
    match result {
        Ok(result) => Ok((result.map_err(E::from),)),
        Err(refused) => refused.answer(),
    }
}

/// Returns what a call without errors returns: nothing is denied to it.
#[inline]
pub(crate) fn value<R>(result: Result<R, Refused>) -> wasmtime::Result<(R,)> {
    result.map(|value| (value,)).map_err(Refused::into_trap)
}

impl Refused {
    /// Returns what a call returns that was not admitted.
    #[cold]
    pub(crate) fn answer<R, E: From<Denied>>(self) -> Answer<R, E> {
        Ok((self.told()?,))
    }
}

/// Carries out a plan that reads nothing.
///
/// The bytes are the guest's: while a device has them, the store that holds the context is in use. So the device is out of the context
/// then.
#[inline]
pub(crate) fn write<T: HalView, K: DeviceKind, P: Plan<K>, E>(
    mut store: StoreContextMut<'_, T>,
    handle: u32,
    plan: &P,
    bytes: &WasmList<u8>,
) -> Answer<(), E>
where
    E: From<Denied> + From<P::Error>,
{
    let lent = store.data_mut().hal().admit::<K>(handle, plan).and_then(|admitted| Ok(admitted.slot.lend()?));
    let mut device = match lent {
        Ok(device) => device,
        Err(refused) => return refused.answer(),
    };
    let result = plan.run(&mut device, bytes.as_le_slice(&store), &mut []);
    K::slots(&mut store.data_mut().hal().devices).get(handle)?.give_back(device);
    Ok((result.map_err(E::from),))
}

/// Carries out a plan and returns what was read.
#[inline]
pub(crate) fn reply<T: HalView, K: DeviceKind, P: Plan<K>, E>(
    mut store: StoreContextMut<'_, T>,
    handle: u32,
    plan: &P,
    bytes: Option<&WasmList<u8>>,
) -> Answer<Reply, E>
where
    E: From<Denied> + From<P::Error>,
{
    let lent = store.data_mut().hal().admit::<K>(handle, plan).and_then(|mut admitted| {
        let room = admitted.room(plan.read())?;
        Ok((admitted.slot.lend()?, room))
    });
    let (mut device, mut room) = match lent {
        Ok(lent) => lent,
        Err(refused) => return refused.answer(),
    };
    let written = bytes.map_or(&[][..], |bytes| bytes.as_le_slice(&store));
    let result = plan.run(&mut device, written, room.bytes());
    let hal = store.data_mut().hal();
    K::slots(&mut hal.devices).get(handle)?.give_back(device);
    Ok((hal.reply.finish(room, result.map_err(E::from)),))
}

/// Reads the operations of a list, if there are not too many.
#[inline]
pub(crate) fn steps<T: HalView, K: DeviceKind, R: Lift + 'static, S: From<R>>(
    mut store: impl AsContextMut<Data = T>,
    handle: u32,
    records: &WasmList<R>,
) -> wasmtime::Result<Result<Steps<S>, Refused>> {
    let mut store = store.as_context_mut();
    if let Err(refused) = store.data_mut().hal().admit::<K>(handle, &Operations(records.len())) {
        return Ok(Err(refused));
    }
    // At most as many as the limit just checked.
    let mut steps = SmallVec::new();
    for record in records.iter(&mut store)? {
        steps.push(record?.into());
    }
    Ok(Ok(steps))
}
