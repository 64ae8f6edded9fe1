//! How asynchronous calls of components come in: they begin with the store at hand, and wait without it.

use alloc::vec::Vec;

use wasmtime::component::{Access, Accessor, HasSelf, Resource, WasmList};

use super::Answer;
use crate::admit::{Ask, Denied, Refused};
use crate::calls::{Call, ReplyHandle};
use crate::completion::Completion;
use crate::ctx::HalCtx;
use crate::kind::DeviceKind;
use crate::limits::size;
use crate::linker::HalView;
use crate::short::{self, Waited};
use crate::slot::Slot;
use crate::transfer::Plan;
use crate::wit::types::Short;

/// A transaction that has begun.
pub(crate) struct Begun<E> {
    progress: Completion<Result<Vec<u8>, E>>,
    call: Call,
}

/// What an import has at the start of a call.
pub(crate) type Store<'a, T> = Access<'a, T, HasSelf<T>>;

/// Begins a plan whose bytes are in the guest's memory.
pub(crate) fn begin<T: HalView, K: DeviceKind, P: Plan<K>>(
    mut store: Store<'_, T>,
    handle: u32,
    plan: &P,
    bytes: &WasmList<u8>,
) -> Result<Begun<P::Error>, Refused> {
    let call = store.data_mut().hal().admit::<K>(handle, plan)?.admission.begin_call()?;
    let written = bytes.as_le_slice(&store).to_vec();
    store.data_mut().hal().start::<K, P>(handle, plan, written, call)
}

/// Begins a plan whose bytes came in integers.
pub(crate) fn begin_short<K: DeviceKind, P: Plan<K>>(
    hal: &mut HalCtx,
    handle: u32,
    plan: &P,
    bytes: Waited,
    write_len: u32,
) -> Result<Begun<P::Error>, Refused> {
    let call = hal.admit::<K>(handle, plan)?.admission.begin_call()?;
    let bytes = short::to_bytes(bytes.into());
    let written = bytes.get(..size(write_len)).unwrap_or_default().to_vec();
    hal.start::<K, P>(handle, plan, written, call)
}

impl HalCtx {
    /// Begins a plan that was admitted.
    fn start<K: DeviceKind, P: Plan<K>>(
        &mut self,
        handle: u32,
        plan: &P,
        written: Vec<u8>,
        call: Call,
    ) -> Result<Begun<P::Error>, Refused> {
        let slot = K::slots(&mut self.devices).get(handle)?;
        match plan.start(slot.device()?, written) {
            Some(progress) => Ok(Begun { progress, call }),
            // The bytes to write are as many as the plan says: what is missing is memory.
            None => Err(self.admission.no_memory(&slot.label, plan.read()).into()),
        }
    }
}

/// Waits for the end of a transaction, and drops what was read, as there is nothing.
pub(crate) async fn nothing<D, E: From<Denied> + From<D>>(begun: Result<Begun<D>, Refused>) -> Answer<(), E> {
    match begun {
        Ok(Begun { progress, call: _call }) => Ok((progress.end().await.map(drop).map_err(E::from),)),
        Err(refused) => refused.answer(),
    }
}

/// Waits for the end of a transaction, and returns what was read in integers.
pub(crate) async fn short<D, E: From<Denied> + From<D>>(begun: Result<Begun<D>, Refused>) -> Answer<Short, E> {
    match begun {
        Ok(Begun { progress, call: _call }) => {
            let read = progress.end().await;
            Ok((read.map(|read| short::from_bytes(short::filled(&read))).map_err(E::from),))
        }
        Err(refused) => refused.answer(),
    }
}

/// Waits for the end of a transaction, and keeps what was read until the guest takes it.
pub(crate) async fn reply<T: HalView, D, E: From<Denied> + From<D>>(
    accessor: &Accessor<T>,
    begun: Result<Begun<D>, Refused>,
) -> Answer<Resource<ReplyHandle>, E> {
    let Begun { progress, call } = match begun {
        Ok(begun) => begun,
        Err(refused) => return refused.answer(),
    };
    match progress.end().await {
        Ok(read) => accessor.with(|mut access| Ok((Ok(access.data_mut().hal().keep_reply(read, call)?),))),
        Err(error) => Ok((Err(error.into()),)),
    }
}

/// Waits for something that moves no bytes.
pub(crate) async fn wait<T: HalView, K: DeviceKind, D, E: From<Denied> + From<D>>(
    accessor: &Accessor<T>,
    handle: u32,
    ask: impl Ask<K>,
    begin: impl FnOnce(&mut Slot<K::Device, K::Grant>) -> Result<Completion<Result<(), D>>, Refused>,
) -> Answer<(), E> {
    let begun = accessor.with(|mut access| -> Result<_, Refused> {
        let admitted = access.data_mut().hal().admit::<K>(handle, &ask)?;
        let call = admitted.admission.begin_call()?;
        Ok((begin(admitted.slot)?, call))
    });
    match begun {
        Ok((progress, _call)) => Ok((progress.end().await.map_err(E::from),)),
        Err(refused) => refused.answer(),
    }
}
