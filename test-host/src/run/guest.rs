//! What the store of a guest holds.

use wasm_embedded_host::HalCtx;
use wasmtime::component::ResourceTable;
use wasmtime::{StoreLimits, StoreLimitsBuilder};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::wasi::{SimTime, TimeView, Timers};

/// The most elements of a table, and the most tables, memories and instances of a component.
const TABLE_ELEMENTS: usize = 100_000;
const TABLES: usize = 64;
const MEMORIES: usize = 16;
const INSTANCES: usize = 64;

/// The most resources of WASI that a guest may hold.
const WASI_RESOURCES: usize = 1024;

/// The host's side of one guest.
pub(crate) struct Guest {
    pub(super) hal: HalCtx,
    pub(super) limits: StoreLimits,
    wasi: WasiCtx,
    table: ResourceTable,
    timers: Timers,
}

impl Guest {
    pub(super) fn new(hal: HalCtx, wasi: WasiCtx, timers: Timers, memory_bytes: usize) -> Guest {
        let mut table = ResourceTable::new();
        table.set_max_capacity(WASI_RESOURCES);
        let limits = StoreLimitsBuilder::new()
            .memory_size(memory_bytes)
            .table_elements(TABLE_ELEMENTS)
            .tables(TABLES)
            .memories(MEMORIES)
            .instances(INSTANCES)
            .build();
        Guest { hal, limits, wasi, table, timers }
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
