//! The asynchronous calls of a guest that have not ended, and the replies that it has not taken.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource, ResourceType};

use crate::ctx::HalCtx;
use crate::linker::HalView;
use crate::slot::BrokenHandle;

/// The guest's handle of what a transaction read.
#[derive(Debug)]
pub(crate) struct ReplyHandle(());

/// Counts a call until it is dropped, however it ends.
#[derive(Debug)]
pub(crate) struct Call(Arc<AtomicU32>);

/// The calls of a guest.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    open: Arc<AtomicU32>,
    /// What was read, by the numbers of the guest's handles, and the call that it belongs to.
    replies: Vec<Option<(Vec<u8>, Call)>>,
}

/// The trap of a guest that waits at more places than it may, in a call that has no errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

impl Calls {
    /// Counts a call, unless there are `limit` already.
    pub(crate) fn begin(&self, limit: u32) -> Option<Call> {
        if self.open.load(Relaxed) >= limit {
            return None;
        }
        self.open.fetch_add(1, Relaxed);
        Some(Call(self.open.clone()))
    }
}

impl HalCtx {
    /// Keeps what a transaction read until the guest takes it.
    pub(crate) fn keep_reply(&mut self, bytes: Vec<u8>, call: Call) -> wasmtime::Result<Resource<ReplyHandle>> {
        let replies = &mut self.admission.calls.replies;
        let free = replies.iter().position(Option::is_none);
        let index = free.unwrap_or_else(|| {
            replies.push(None);
            replies.len() - 1
        });
        let kept = replies.get_mut(index).ok_or(BrokenHandle)?;
        *kept = Some((bytes, call));
        Ok(Resource::new_own(u32::try_from(index)?))
    }

    /// Hands out what was kept.
    fn take_reply(&mut self, handle: u32) -> Result<Vec<u8>, BrokenHandle> {
        let kept = usize::try_from(handle).ok().and_then(|index| self.admission.calls.replies.get_mut(index));
        kept.and_then(Option::take).map(|(bytes, _)| bytes).ok_or(BrokenHandle)
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// Adds the interface `wasm-embedded:hal/reply`.
pub(crate) fn add_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/reply@0.5.0")?;
    instance.resource("reply", ResourceType::host::<ReplyHandle>(), |mut store, handle| {
        store.data_mut().hal().take_reply(handle)?;
        Ok(())
    })?;
    instance.func_wrap("[static]reply.take", |mut store: StoreContextMut<'_, T>, (reply,): (Resource<ReplyHandle>,)| {
        let hal = store.data_mut().hal();
        hal.admission.interrupt.check()?;
        Ok((hal.take_reply(reply.rep())?,))
    })
}

impl fmt::Display for TooMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the guest waits in more places at once than allowed")
    }
}

impl core::error::Error for TooMany {}
