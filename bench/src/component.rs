//! The jobs in a guest.

use wasm_embedded_host::HalCtx;
use wasmtime::component::{Component, Linker, TypedFunc};
use wasmtime::{Config, Engine, Result, Store};

use crate::board::Board;
use crate::floors;

/// What the component exports.
type Run = TypedFunc<(u32, u32), (Result<u64, String>,)>;

/// How a guest's code is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// Compiled for the machine.
    Cranelift,
    /// Interpreted.
    Pulley,
}

/// A way to run code, and whether it may use all that this very machine can do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    code: Code,
    portable: bool,
}

impl Code {
    /// All ways.
    pub(crate) const ALL: [Code; 2] = [Code::Cranelift, Code::Pulley];

    /// Returns what the tables call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Code::Cranelift => "Cranelift",
            Code::Pulley => "Pulley",
        }
    }

    /// Returns the code for this machine.
    pub(crate) fn native(self) -> Target {
        Target { code: self, portable: false }
    }

    /// Returns the code for any machine of this architecture.
    pub(crate) fn portable(self) -> Target {
        Target { code: self, portable: true }
    }
}

impl Target {
    /// Makes an engine.
    pub(crate) fn engine(self) -> Result<Engine> {
        let mut config = Config::new();
        config.concurrency_support(false);
        match self {
            Target { code: Code::Pulley, .. } => {
                config.target("pulley64")?;
            }
            // Naming the target keeps Wasmtime from looking at the processor.
            Target { code: Code::Cranelift, portable: true } => {
                config.target(&format!("{}-unknown-linux-gnu", std::env::consts::ARCH))?;
            }
            Target { code: Code::Cranelift, portable: false } => {}
        }
        Engine::new(&config)
    }
}

/// A guest with the jobs, on a board of its own.
pub(crate) struct Guest {
    code: Code,
    store: Store<HalCtx>,
    run: Run,
    #[cfg(test)]
    allocations: TypedFunc<(), (u64,)>,
}

impl Guest {
    /// Compiles and starts the component.
    pub(crate) fn new(code: Code, component: &[u8]) -> Result<Guest> {
        Guest::start(code, &Guest::compile(code, component)?)
    }

    /// Compiles the component, for several guests.
    pub(crate) fn compile(code: Code, component: &[u8]) -> Result<Component> {
        Component::new(&code.native().engine()?, component)
    }

    /// Starts the component from what [`Code::portable`] compiled it to.
    pub(crate) fn precompiled(code: Code, compiled: &[u8]) -> Result<Guest> {
        let engine = code.portable().engine()?;
        // SAFETY: the bytes come from `precompile_component` of the same program, which passes them on itself.
        #[expect(unsafe_code, reason = "native code is taken from the file")]
        let component = unsafe { Component::deserialize(&engine, compiled)? };
        Guest::start(code, &component)
    }

    /// Starts a compiled component.
    pub(crate) fn start(code: Code, component: &Component) -> Result<Guest> {
        let engine = component.engine();
        let mut linker: Linker<HalCtx> = Linker::new(engine);
        wasm_embedded_host::add_to_linker(&mut linker)?;
        floors::add_to_linker(&mut linker)?;
        // The guest has std, whose start-up code imports WASI; no job calls it.
        linker.define_unknown_imports_as_traps(component)?;
        let mut store = Store::new(engine, Board::new()?.into_hal());
        let instance = linker.instantiate(&mut store, component)?;
        let run = instance.get_typed_func(&mut store, "run")?;
        #[cfg(test)]
        let allocations = instance.get_typed_func(&mut store, "allocations")?;
        Ok(Guest {
            code,
            store,
            run,
            #[cfg(test)]
            allocations,
        })
    }

    /// Returns how often the guest allocated memory so far.
    #[cfg(test)]
    pub(crate) fn allocations(&mut self) -> Result<u64> {
        let (allocations,) = self.allocations.call(&mut self.store, ())?;
        Ok(allocations)
    }

    /// Runs a job.
    pub(crate) fn run(&mut self, job: u32, rounds: u32) -> Result<u64> {
        let (sum,) = self.run.call(&mut self.store, (job, rounds))?;
        sum.map_err(|error| wasmtime::format_err!("{} guest: {error}", self.code.name()))
    }
}
