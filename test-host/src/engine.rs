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
    Engine::new(&config(options))
}

/// Creates an engine that compiles for a machine of another kind, and runs nothing.
#[cfg(feature = "compile")]
pub(crate) fn engine_for(target: &str, options: EngineOptions) -> wasmtime::Result<Engine> {
    Engine::new(config(options).target(target)?)
}

fn config(options: EngineOptions) -> Config {
    let mut config = Config::new();
    config
        // The largest single gain for every call of the host: see docs/performance.md.
        .concurrency_support(false)
        // `--page-size=1`, with which a guest without std fits a microcontroller.
        .wasm_custom_page_sizes(true)
        // File and line of a trap, from what the guest's file says.
        .wasm_backtrace_details(WasmBacktraceDetails::Enable)
        .epoch_interruption(options.interruptible);
    for feature in REFUSED {
        config.wasm_features(feature, false);
    }
    config
}
