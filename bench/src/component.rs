//! The jobs in a guest.

use bench_guest::Work;
use wasm_embedded_host::HalCtx;
use wasm_embedded_sim::Sim;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker, ResourceType, TypedFunc};
use wasmtime::error::Context as _;
use wasmtime::{Config, Engine, Module, Result, Store};

use crate::board::Board;
use crate::{floors, lowered};

/// What runs a job.
enum Run {
    Component(TypedFunc<(u32, u32), (Result<u64, String>,)>),
    Lowered(lowered::Run),
}

/// How a guest's code is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// Compiled for the machine.
    Cranelift,
    /// Interpreted.
    Pulley,
}

/// What the jobs of a component call, and how the calls come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Calls {
    /// Blocking functions.
    Blocking,
    /// The same, lowered: the component's core module is run without the component model.
    Lowered,
    /// Asynchronous ones.
    Waiting,
}

/// The components with the jobs.
#[derive(Debug)]
pub(crate) struct Bytes {
    pub(crate) blocking: Vec<u8>,
    pub(crate) waiting: Vec<u8>,
}

/// A way to run code, and whether it may use all that this very machine can do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    code: Code,
    calls: Calls,
    portable: bool,
}

impl Calls {
    /// All of them.
    pub(crate) const ALL: [Calls; 3] = [Calls::Blocking, Calls::Lowered, Calls::Waiting];

    /// Returns whether a job makes such calls.
    pub(crate) fn has(self, work: Work) -> bool {
        matches!(work, Work::Waiting(..)) == (self == Calls::Waiting)
    }
}

impl Bytes {
    /// Returns the component whose jobs make such calls.
    pub(crate) fn of(&self, calls: Calls) -> &[u8] {
        match calls {
            Calls::Blocking | Calls::Lowered => &self.blocking,
            Calls::Waiting => &self.waiting,
        }
    }
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
    pub(crate) fn native(self, calls: Calls) -> Target {
        Target { code: self, calls, portable: false }
    }

    /// Returns the code for any machine of this architecture.
    pub(crate) fn portable(self, calls: Calls) -> Target {
        Target { code: self, calls, portable: true }
    }
}

impl Target {
    /// Makes an engine.
    pub(crate) fn engine(self) -> Result<Engine> {
        let mut config = Config::new();
        config.concurrency_support(self.calls == Calls::Waiting);
        match self {
            Target { code: Code::Pulley, .. } => {
                config.target("pulley64")?;
            }
            // Naming the target keeps Wasmtime from looking at the processor.
            Target { code: Code::Cranelift, portable: true, .. } => {
                config.target(&format!("{}-unknown-linux-gnu", std::env::consts::ARCH))?;
            }
            Target { code: Code::Cranelift, portable: false, .. } => {}
        }
        Engine::new(&config)
    }
}

/// A guest with the jobs, on a board of its own.
pub(crate) struct Guest {
    code: Code,
    sim: Sim,
    store: Store<HalCtx>,
    run: Run,
    #[cfg(test)]
    allocations: Option<TypedFunc<(), (u64,)>>,
}

impl Guest {
    /// Compiles and starts a component.
    pub(crate) fn new(code: Code, calls: Calls, component: &[u8]) -> Result<Guest> {
        let engine = code.native(calls).engine()?;
        match calls {
            Calls::Lowered => Guest::start_lowered(code, &Module::new(&engine, lowered::core_module(component)?)?),
            Calls::Blocking | Calls::Waiting => Guest::start(code, &Component::new(&engine, component)?),
        }
    }

    /// Compiles the component of blocking calls, for several guests.
    pub(crate) fn compile(code: Code, component: &[u8]) -> Result<Component> {
        Component::new(&code.native(Calls::Blocking).engine()?, component)
    }

    /// Compiles a component for any machine of this architecture.
    pub(crate) fn precompile(code: Code, calls: Calls, component: &[u8]) -> Result<Vec<u8>> {
        let engine = code.portable(calls).engine()?;
        match calls {
            Calls::Lowered => engine.precompile_module(lowered::core_module(component)?),
            Calls::Blocking | Calls::Waiting => engine.precompile_component(component),
        }
    }

    /// Starts the component from what [`Guest::precompile`] made of it.
    pub(crate) fn precompiled(code: Code, calls: Calls, compiled: &[u8]) -> Result<Guest> {
        let engine = code.portable(calls).engine()?;
        if calls == Calls::Lowered {
            // SAFETY: the bytes come from `precompile` of the same program, which passes them on itself.
            #[expect(unsafe_code, reason = "native code is taken from the file")]
            let module = unsafe { Module::deserialize(&engine, compiled)? };
            return Guest::start_lowered(code, &module);
        }
        // SAFETY: as above.
        #[expect(unsafe_code, reason = "native code is taken from the file")]
        let component = unsafe { Component::deserialize(&engine, compiled)? };
        Guest::start(code, &component)
    }

    /// Starts a compiled component.
    pub(crate) fn start(code: Code, component: &Component) -> Result<Guest> {
        let engine = component.engine();
        let mut linker: Linker<HalCtx> = Linker::new(engine);
        wasm_embedded_host::add_to_linker(&mut linker)?;
        if engine.get_concurrency_support() {
            wasm_embedded_host::add_async_to_linker(&mut linker)?;
        }
        floors::add_to_linker(&mut linker)?;
        trap_in_wasi(&mut linker, component)?;
        let board = Board::new()?;
        let sim = board.sim();
        let mut store = Store::new(engine, board.into_hal());
        let instance = if engine.get_concurrency_support() {
            sim.block_on(linker.instantiate_async(&mut store, component)).context("a start waits")??
        } else {
            linker.instantiate(&mut store, component)?
        };
        let run = Run::Component(instance.get_typed_func(&mut store, "run")?);
        #[cfg(test)]
        let allocations = instance.get_typed_func(&mut store, "allocations").ok();
        Ok(Guest {
            code,
            sim,
            store,
            run,
            #[cfg(test)]
            allocations,
        })
    }

    /// Starts the compiled core module of the component.
    fn start_lowered(code: Code, module: &Module) -> Result<Guest> {
        let board = Board::new()?;
        let sim = board.sim();
        let mut store = Store::new(module.engine(), board.into_hal());
        let run = Run::Lowered(lowered::start(module, &mut store)?);
        Ok(Guest {
            code,
            sim,
            store,
            run,
            #[cfg(test)]
            allocations: None,
        })
    }

    /// Returns how often the guest allocated memory so far.
    #[cfg(test)]
    pub(crate) fn allocations(&mut self) -> Result<u64> {
        let counter = self.allocations.as_ref().context("this component does not count")?;
        let (allocations,) = counter.call(&mut self.store, ())?;
        Ok(allocations)
    }

    /// Runs a job.
    pub(crate) fn run(&mut self, job: u32, rounds: u32) -> Result<u64> {
        let sum = match &self.run {
            Run::Component(run) if self.store.engine().get_concurrency_support() => {
                let run = run.call_async(&mut self.store, (job, rounds));
                self.sim.block_on(run).context("the guest waits for what never comes")??.0
            }
            Run::Component(run) => run.call(&mut self.store, (job, rounds))?.0,
            Run::Lowered(run) => run.call(&mut self.store, (job, rounds))?,
        };
        sum.map_err(|error| wasmtime::format_err!("{} guest: {error}", self.code.name()))
    }
}

/// Defines what the component imports of WASI, which std's start-up code does and no job calls.
fn trap_in_wasi(linker: &mut Linker<HalCtx>, component: &Component) -> Result<()> {
    let engine = component.engine();
    for (name, import) in component.component_type().imports(engine) {
        let ComponentItem::ComponentInstance(interface) = import.ty else { continue };
        if !name.starts_with("wasi:") {
            continue;
        }
        let mut instance = linker.instance(name)?;
        for (name, export) in interface.exports(engine) {
            match export.ty {
                ComponentItem::Resource(_) => instance.resource(name, ResourceType::host::<()>(), |_, _| Ok(()))?,
                ComponentItem::ComponentFunc(_) => {
                    let unexpected = format!("no job calls WASI, but this one called `{name}`");
                    instance.func_new(name, move |_, _, _, _| wasmtime::bail!("{unexpected}"))?;
                }
                _ => {}
            }
        }
    }
    Ok(())
}
