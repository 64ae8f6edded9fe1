//! What the store of a guest holds.

use wasm_embedded_host::HalCtx;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use super::limiter::Limiter;
use crate::wasi::{SimTime, TimeView, Timers};

/// The host's side of one guest.
pub(crate) struct Guest {
    pub(super) hal: HalCtx,
    pub(super) limiter: Limiter,
    wasi: WasiCtx,
    table: ResourceTable,
    timers: Timers,
}

impl Guest {
    /// Creates it, with at most `resources` of WASI's.
    pub(super) fn new(hal: HalCtx, wasi: WasiCtx, timers: Timers, limiter: Limiter, resources: usize) -> Guest {
        let mut table = ResourceTable::new();
        table.set_max_capacity(resources);
        Guest { hal, limiter, wasi, table, timers }
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
