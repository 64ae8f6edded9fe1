//! How the labels that one handle at a time may hold are opened and closed.

use wasmtime::StoreContextMut;
use wasmtime::component::{LinkerInstance, Resource, ResourceType, WasmStr};

use crate::ctx::Kind;
use crate::linker::HalView;

/// Adds a resource and how it is opened. `kind_name` is what the log calls it: "an SPI bus".
pub(crate) fn add_opening<T: HalView, D: ?Sized + 'static, G: 'static, H: 'static>(
    instance: &mut LinkerInstance<'_, T>,
    name: &str,
    kind_name: &'static str,
    kind: Kind<D, G>,
) -> wasmtime::Result<()> {
    instance.resource(name, ResourceType::host::<H>(), move |mut store, handle| {
        store.data_mut().hal().close_once(handle, kind)?;
        Ok(())
    })?;
    instance.func_wrap(
        &alloc::format!("[static]{name}.open"),
        move |mut store: StoreContextMut<'_, T>, (label,): (WasmStr,)| {
            store.data_mut().hal().interrupt.check()?;
            let label = label.to_str(&store)?.into_owned();
            let opened = store.data_mut().hal().open_once(&label, kind_name, kind);
            Ok((opened.map(Resource::<H>::new_own),))
        },
    )
}
