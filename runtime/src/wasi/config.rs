//! `wasi:config/store`: values that whoever runs the guest gives it.
//!
//! Not by the crate `wasmtime-wasi-config`, whose `get-all` has another order in each run: a simulation is the same every time.

use std::collections::BTreeMap;

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Linker, Lower};

/// The interface, in the version of the proposal's draft.
const STORE: &str = "wasi:config/store@0.2.0-rc.1";

/// What a call answers.
type Answer<T> = Result<T, Error>;

/// Why a value cannot be had.
#[derive(ComponentType, Lower)]
#[component(variant)]
#[expect(dead_code, reason = "the type is the interface's; a host that has all values never fails")]
enum Error {
    #[component(name = "upstream")]
    Upstream(String),
    #[component(name = "io")]
    Io(String),
}

/// A store's data that holds configuration values.
pub(crate) trait ConfigView {
    /// Returns the values.
    fn values(&self) -> &BTreeMap<String, String>;
}

/// Adds the interface.
pub(crate) fn add_to_linker<T: ConfigView + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut store = linker.instance(STORE)?;
    store.func_wrap("get", |guest: StoreContextMut<'_, T>, (key,): (String,)| {
        let value: Answer<Option<String>> = Ok(guest.data().values().get(&key).cloned());
        Ok((value,))
    })?;
    store.func_wrap("get-all", |guest: StoreContextMut<'_, T>, (): ()| {
        let values = guest.data().values().iter().map(|(key, value)| (key.clone(), value.clone()));
        let values: Answer<Vec<(String, String)>> = Ok(values.collect());
        Ok((values,))
    })
}
