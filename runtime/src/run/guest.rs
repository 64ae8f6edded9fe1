//! What the store of a guest holds.

use std::collections::BTreeMap;

use wasm_embedded_host::HalCtx;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use super::limiter::Limiter;
use crate::wasi::{ConfigView, SimTime, TimeView, Timers};

/// The host's side of one guest.
pub(crate) struct Guest {
    pub(super) hal: HalCtx,
    pub(super) limiter: Limiter,
    wasi: WasiCtx,
    table: ResourceTable,
    timers: Timers,
    values: BTreeMap<String, String>,
}

impl Guest {
    /// Creates it, with at most `resources` of WASI's.
    pub(super) fn new(hal: HalCtx, wasi: WasiCtx, timers: Timers, limiter: Limiter, resources: usize) -> Guest {
        let mut table = ResourceTable::new();
        table.set_max_capacity(resources);
        Guest { hal, limiter, wasi, table, timers, values: BTreeMap::new() }
    }

    /// Gives it configuration values.
    pub(super) fn with_values(self, values: BTreeMap<String, String>) -> Guest {
        Guest { values, ..self }
    }
}

impl ConfigView for Guest {
    fn values(&self) -> &BTreeMap<String, String> {
        &self.values
    }
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl TimeView for Guest {
    fn time(&mut self) -> SimTime<'_> {
        SimTime { table: &mut self.table, timers: &self.timers }
    }
}
