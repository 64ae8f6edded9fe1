//! How components open and close labels.

use wasmtime::StoreContextMut;
use wasmtime::component::{LinkerInstance, Resource, ResourceType, WasmStr};

use crate::kind::DeviceKind;
use crate::linker::HalView;
use crate::wit::types::OpenError;

/// Adds a resource and how it is opened.
pub(crate) fn add_opening<T: HalView, K: DeviceKind>(
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
