//! The one place with settings of Wasmtime.

use rustix::process::{Resource, getrlimit};
use wasmtime::{Config, Engine, WasmBacktraceDetails, WasmFeatures};

use crate::policy::Policy;

/// What guests of embedded devices have no use for: each is code of the host that a hostile guest could reach.
const REFUSED: [WasmFeatures; 8] = [
    WasmFeatures::MEMORY64,
    WasmFeatures::THREADS,
    WasmFeatures::SHARED_EVERYTHING_THREADS,
    WasmFeatures::GC,
    WasmFeatures::EXCEPTIONS,
    WasmFeatures::SIMD,
    WasmFeatures::RELAXED_SIMD,
    WasmFeatures::STACK_SWITCHING,
];

/// The interfaces of asynchronous guests, as a component's bytes name those that it imports and exports.
const ASYNCHRONOUS: [&[u8]; 6] = [
    b"wasm-embedded:hal/entry@",
    b"wasm-embedded:hal/i2c-async@",
    b"wasm-embedded:hal/spi-async@",
    b"wasm-embedded:hal/digital-async@",
    b"wasm-embedded:hal/uart-async@",
    b"wasm-embedded:hal/delay-async@",
];

/// The stack for functions of the host below a guest's: as much as Wasmtime leaves an asynchronous one by default.
/// wasmtime's `Config`: 2 MiB of `async_stack_size`, 512 KiB of which are `max_wasm_stack`.
pub(crate) const HOST_STACK_BYTES: usize = 1536 << 10;

/// The way in which a guest's calls come to the host.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Way {
    /// The fastest that the component can take: docs/performance.md has what each costs.
    #[default]
    Auto,
    /// As a component, by the engine's component model.
    Component,
    /// As a core module, taken out of its component.
    Lowered,
}

/// The settings that a component is loaded with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EngineOptions {
    /// Whether a guest that computes can be stopped, which costs it some speed (docs/performance.md). A guest that is inside a
    /// call of the host can be stopped always.
    pub interruptible: bool,
    /// Whether instructions, and bytes that are copied and filled, are counted for the limit `fuel`.
    pub fuel: bool,
    /// The most stack that a guest's calls may use.
    pub stack_bytes: usize,
    /// The most code of a component that is compiled.
    pub code_bytes: usize,
    /// Whether a backtrace says file and line. To find those, Wasmtime reads a guest's debug information once for each call in the
    /// backtrace, before it gives control back: with hardware, outputs would stay for so long as a trapped guest left them.
    pub lines: bool,
    /// The way in which its calls come in.
    pub way: Way,
}

impl EngineOptions {
    /// Returns the settings that a policy asks for.
    #[must_use]
    pub fn of(policy: &Policy) -> EngineOptions {
        let machine = &policy.limits;
        EngineOptions {
            interruptible: true,
            fuel: machine.fuel().is_some(),
            stack_bytes: machine.stack_bytes(),
            code_bytes: machine.code_bytes(),
            lines: !policy.has_hardware(),
            way: Way::Auto,
        }
    }
}

impl Default for EngineOptions {
    fn default() -> EngineOptions {
        EngineOptions::of(&Policy::default())
    }
}

/// Creates an engine for guests that import no asynchronous function.
///
/// # Errors
///
/// Wasmtime cannot work on this machine.
pub fn engine(options: EngineOptions) -> wasmtime::Result<Engine> {
    Engine::new(&config(options, Calls::Blocking))
}

/// Creates the engine that the bytes of a component need: one whose calls are slower, if they name an asynchronous interface. Where
/// a blocking guest has such a name in its data, the slower engine runs it all the same.
pub(crate) fn engine_of(bytes: &[u8], options: EngineOptions) -> wasmtime::Result<Engine> {
    Engine::new(&config(options, Calls::of(bytes)))
}

/// Returns whether an engine is for guests that import asynchronous functions.
pub(crate) fn is_asynchronous(engine: &Engine) -> bool {
    engine.get_concurrency_support()
}

/// The kinds of functions that a guest may import.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Calls {
    Blocking,
    Asynchronous,
}

impl Calls {
    fn of(bytes: &[u8]) -> Calls {
        let is_asynchronous = ASYNCHRONOUS.iter().any(|name| memchr::memmem::find(bytes, name).is_some());
        if is_asynchronous { Calls::Asynchronous } else { Calls::Blocking }
    }
}

/// Creates an engine that compiles for a machine of another kind, and runs nothing.
#[cfg(feature = "compile")]
pub(crate) fn engine_for(target: &str, bytes: &[u8], options: EngineOptions) -> wasmtime::Result<Engine> {
    Engine::new(config(options, Calls::of(bytes)).target(compiled_for(target))?)
}

/// Returns what is compiled for on behalf of a machine: its machine code, or where Wasmtime has none what it interprets there
/// (`Triple::pulley_host` of wasmtime-environ).
#[cfg(feature = "compile")]
fn compiled_for(target: &str) -> &str {
    use target_lexicon::{Architecture, Endianness, PointerWidth, Triple};
    let Ok(triple) = target.parse::<Triple>() else { return target };
    match triple.architecture {
        Architecture::X86_64 | Architecture::Aarch64(_) | Architecture::Riscv64(_) | Architecture::S390x => {
            return target;
        }
        Architecture::Pulley32 | Architecture::Pulley64 | Architecture::Pulley32be | Architecture::Pulley64be => {
            return target;
        }
        _ => {}
    }
    match (triple.pointer_width(), triple.endianness()) {
        (Ok(PointerWidth::U32), Ok(Endianness::Little)) => "pulley32",
        (Ok(PointerWidth::U32), Ok(Endianness::Big)) => "pulley32be",
        (Ok(PointerWidth::U64), Ok(Endianness::Little)) => "pulley64",
        (Ok(PointerWidth::U64), Ok(Endianness::Big)) => "pulley64be",
        _ => target,
    }
}

fn config(options: EngineOptions, calls: Calls) -> Config {
    let is_asynchronous = calls == Calls::Asynchronous;
    let lines = if options.lines { WasmBacktraceDetails::Enable } else { WasmBacktraceDetails::Disable };
    let mut config = Config::new();
    config
        // The largest single gain for every call of the host: see docs/performance.md.
        .concurrency_support(is_asynchronous)
        // `--page-size=1`, with which a guest without std fits a microcontroller.
        .wasm_custom_page_sizes(true)
        // File and line of a trap, from what the guest's file says.
        .wasm_backtrace_details(lines)
        .epoch_interruption(options.interruptible)
        .consume_fuel(options.fuel)
        .max_wasm_stack(options.stack_bytes)
        // An asynchronous guest has a stack of its own, which host functions use too.
        .async_stack_size(options.stack_bytes.saturating_add(HOST_STACK_BYTES))
        // Wasmtime keeps the first contents of a memory in a file without a name, to which `ulimit -f` applies too.
        .memory_init_cow(getrlimit(Resource::Fsize).current.is_none())
        .wasm_features(WasmFeatures::CM_ASYNC, is_asynchronous);
    for feature in REFUSED {
        config.wasm_features(feature, false);
    }
    config
}

#[cfg(all(test, feature = "compile"))]
mod tests {
    use super::{Calls, EngineOptions, compiled_for, engine_of, is_asynchronous};

    #[test]
    fn only_a_guest_that_imports_asynchronous_functions_gets_the_slower_engine() {
        let slower = |bytes: &[u8]| {
            is_asynchronous(&engine_of(bytes, EngineOptions::default()).expect("Wasmtime works on this machine"))
        };
        assert!(!slower(b"\0asm wasm-embedded:hal/i2c@0.5.0 wasm-embedded:hal/delay@0.5.0"));
        for name in ["entry", "i2c-async", "spi-async", "digital-async", "uart-async", "delay-async"] {
            assert_eq!(Calls::of(format!("\0asm wasm-embedded:hal/{name}@0.5.0").as_bytes()), Calls::Asynchronous);
        }
        assert!(slower(b"wasm-embedded:hal/entry@0.5.0"));
    }

    #[test]
    fn machines_without_a_compiler_interpret() {
        for (target, compiled) in [
            ("aarch64-unknown-linux-musl", "aarch64-unknown-linux-musl"),
            ("armv7-unknown-linux-gnueabihf", "pulley32"),
            ("armv7-unknown-linux-musleabihf", "pulley32"),
            ("arm-unknown-linux-gnueabihf", "pulley32"),
            ("thumbv8m.main-none-eabihf", "pulley32"),
            ("i686-unknown-linux-gnu", "pulley32"),
            ("powerpc64le-unknown-linux-gnu", "pulley64"),
            ("powerpc-unknown-linux-gnu", "pulley32be"),
            ("pulley32", "pulley32"),
            ("no-such-machine", "no-such-machine"),
        ] {
            assert_eq!(compiled_for(target), compiled, "{target}");
        }
    }
}
