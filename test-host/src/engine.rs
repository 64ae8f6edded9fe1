//! The one place with settings of Wasmtime.

use wasmtime::{Config, Engine, WasmBacktraceDetails, WasmFeatures};

/// What guests of embedded devices have no use for: each is code of the host that a hostile guest could reach.
const REFUSED: [WasmFeatures; 8] = [
    WasmFeatures::MEMORY64,
    WasmFeatures::THREADS,
    WasmFeatures::SHARED_EVERYTHING_THREADS,
    WasmFeatures::GC,
    WasmFeatures::EXCEPTIONS,
    WasmFeatures::RELAXED_SIMD,
    WasmFeatures::STACK_SWITCHING,
    WasmFeatures::CM_ASYNC,
];

/// The settings that a compiled component must have been made with to be run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct EngineOptions {
    /// Whether a guest that computes can be stopped, which costs it some speed. A guest that is inside a call of the host can
    /// be stopped always.
    pub interruptible: bool,
}

/// Creates an engine for guests that import no asynchronous function.
///
/// # Errors
///
/// Wasmtime cannot work on this machine.
pub fn engine(options: EngineOptions) -> wasmtime::Result<Engine> {
    Engine::new(&config(options, WasmBacktraceDetails::Enable))
}

/// Creates an engine for guests on hardware, and for compiled ones. Their backtraces name functions without file and line: to find
/// those, Wasmtime reads a guest's debug information once for each call in the backtrace, before it gives control back, and for so
/// long outputs would stay as a trapped guest left them.
pub(crate) fn engine_without_lines(options: EngineOptions) -> wasmtime::Result<Engine> {
    Engine::new(&config(options, WasmBacktraceDetails::Disable))
}

/// Creates an engine that compiles for a machine of another kind, and runs nothing.
#[cfg(feature = "compile")]
pub(crate) fn engine_for(target: &str, options: EngineOptions) -> wasmtime::Result<Engine> {
    Engine::new(config(options, WasmBacktraceDetails::Disable).target(compiled_for(target))?)
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

fn config(options: EngineOptions, lines: WasmBacktraceDetails) -> Config {
    let mut config = Config::new();
    config
        // The largest single gain for every call of the host: see docs/performance.md.
        .concurrency_support(false)
        // `--page-size=1`, with which a guest without std fits a microcontroller.
        .wasm_custom_page_sizes(true)
        // File and line of a trap, from what the guest's file says.
        .wasm_backtrace_details(lines)
        .epoch_interruption(options.interruptible);
    for feature in REFUSED {
        config.wasm_features(feature, false);
    }
    config
}

#[cfg(all(test, feature = "compile"))]
mod tests {
    use super::compiled_for;

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
