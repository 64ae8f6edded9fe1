//! The jobs in a guest.

use wasm_embedded_host::{HalCtx, I2cGrant};
use wasmtime::component::{Component, Linker, TypedFunc};
use wasmtime::{Config, Engine, Store};

use crate::board::Board;
use crate::floors;

/// What the component exports.
type Run = TypedFunc<(u32, u32), (Result<u64, String>,)>;

/// A guest with the jobs, on a board of its own.
pub(crate) struct Guest {
    name: &'static str,
    store: Store<HalCtx>,
    run: Run,
}

impl Guest {
    /// Compiles and starts the component, for the machine itself or for an interpreter.
    pub(crate) fn new(name: &'static str, target: Option<&str>, component: &[u8]) -> wasmtime::Result<Guest> {
        let mut config = Config::new();
        config.concurrency_support(false);
        if let Some(target) = target {
            config.target(target)?;
        }
        let engine = Engine::new(&config)?;
        let mut linker: Linker<HalCtx> = Linker::new(&engine);
        wasm_embedded_host::add_to_linker(&mut linker)?;
        floors::add_to_linker(&mut linker)?;
        let component = Component::new(&engine, component)?;
        // The guest has std, whose start-up code imports WASI; no job calls it.
        linker.define_unknown_imports_as_traps(&component)?;
        let board = Board::new();
        let mut hal = HalCtx::builder();
        hal.spi_device("device", board.device).i2c_both("bus", board.bus, I2cGrant::none().allow(bench_guest::ADDRESS));
        let mut store = Store::new(&engine, hal.build());
        let instance = linker.instantiate(&mut store, &component)?;
        let run = instance.get_typed_func(&mut store, "run")?;
        Ok(Guest { name, store, run })
    }

    /// Runs a job.
    pub(crate) fn run(&mut self, job: u32, rounds: u32) -> wasmtime::Result<u64> {
        let (sum,) = self.run.call(&mut self.store, (job, rounds))?;
        sum.map_err(|error| wasmtime::format_err!("{} guest: {error}", self.name))
    }
}
