//! How labels are opened and closed.

use crate::admit::{Denied, Name as _, Refused};
use crate::ctx::HalCtx;
use crate::kind::{DeviceKind, Kept as _};
use crate::refusal::Refusal;
use crate::slot::BrokenHandle;
use crate::wit::types::OpenError;

impl HalCtx {
    /// Opens a label, and returns the handle.
    pub(crate) fn open<K: DeviceKind>(&mut self, label: &str) -> Result<u32, Refused> {
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
    pub(crate) fn close<K: DeviceKind>(&mut self, handle: u32) -> Result<(), BrokenHandle> {
        self.handles = self.handles.saturating_sub(1);
        let slot = K::slots(&mut self.devices).get(handle)?;
        slot.open = slot.open.saturating_sub(1);
        slot.grant.closed();
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
