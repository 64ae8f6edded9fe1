//! How labels are opened and closed.

use wasmtime::StoreContextMut;
use wasmtime::component::{LinkerInstance, Resource, ResourceType, WasmStr};

use crate::admit::{Denied, Name as _, Refused};
use crate::bindings::wasm_embedded::hal::types::OpenError;
use crate::ctx::HalCtx;
use crate::kind::Kind;
use crate::linker::HalView;
use crate::refusal::Refusal;
use crate::slot::BrokenHandle;

/// Adds a resource and how it is opened.
pub(crate) fn add_opening<T: HalView, K: Kind>(
    instance: &mut LinkerInstance<'_, T>,
    name: &str,
) -> wasmtime::Result<()> {
    instance.resource(name, ResourceType::host::<K>(), |mut store, handle| {
        store.data_mut().hal().close::<K>(handle)?;
        Ok(())
    })?;
    instance.func_wrap(
        &alloc::format!("[static]{name}.open"),
        |mut store: StoreContextMut<'_, T>, (label,): (WasmStr,)| {
            store.data_mut().hal().admission.interrupt.check()?;
            let label = label.to_str(&store)?.into_owned();
            match store.data_mut().hal().open::<K>(&label) {
                Ok(handle) => Ok((Ok(Resource::<K>::new_own(handle)),)),
                Err(refused) => refused.answer::<_, OpenError>(),
            }
        },
    )
}

impl HalCtx {
    /// Opens a label, and returns the handle.
    pub(crate) fn open<K: Kind>(&mut self, label: &str) -> Result<u32, Refused> {
        let HalCtx { devices, admission, claims, handles, .. } = self;
        let handle = label.handle::<K>(devices).map_err(|refusal| admission.refuse(&refusal))?;
        let slot = K::slots(devices).get(handle)?;
        if !K::IS_SHARED && slot.open > 0 {
            return Err(admission.refuse(&Refusal::Held { label }).into());
        }
        let limit = admission.limits.handles;
        if *handles >= limit {
            return Err(admission.refuse(&Refusal::Handles { limit }).into());
        }
        if let Some(claims) = claims.as_mut().filter(|_| !K::IS_SHARED)
            && let Err(holder) = claims.claim(label)
        {
            return Err(admission.refuse(&Refusal::HeldBy { label, holder: &holder }).into());
        }
        *handles += 1;
        slot.open = slot.open.saturating_add(1);
        Ok(handle)
    }

    /// Closes what [`open`](HalCtx::open) opened.
    pub(crate) fn close<K: Kind>(&mut self, handle: u32) -> Result<(), BrokenHandle> {
        self.handles = self.handles.saturating_sub(1);
        let slot = K::slots(&mut self.devices).get(handle)?;
        slot.open = slot.open.saturating_sub(1);
        if let Some(claims) = self.claims.as_mut().filter(|_| !K::IS_SHARED) {
            claims.release(&slot.label);
        }
        Ok(())
    }
}

impl From<Denied> for OpenError {
    fn from(denied: Denied) -> OpenError {
        match denied {
            Denied::UnknownLabel => OpenError::UnknownLabel,
            Denied::WrongKind => OpenError::WrongKind,
            Denied::Held => OpenError::Busy,
            Denied::Handles
            | Denied::Calls
            | Denied::NotGranted
            | Denied::TooLong
            | Denied::OutOfMemory
            | Denied::Unsupported => OpenError::Refused,
        }
    }
}
