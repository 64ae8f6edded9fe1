//! How components are compiled for microcontrollers, and run there: the settings that both sides must agree on.
//!
//! A microcontroller has no compiler. `wasm-embedded-rt compile --target` makes code for Wasmtime's interpreter, Pulley, with
//! [`config`], and the firmware runs it with [`config`] again. Wasmtime refuses code that was made with other settings;
//! [`tunables`] lets an image be refused earlier, with a better message.

use wasmtime::{Config, WasmFeatures};

/// The version of Wasmtime whose code a firmware of this version runs: that of the lock files, which a test compares.
pub const WASMTIME: &str = "48.0.8";

/// The stack of the guest's WebAssembly functions, in bytes: allocated for every guest.
pub const STACK_BYTES: usize = 4 * 1024;

/// To be raised when [`config`] changes in a way that [`Settings`] does not show.
const REVISION: u32 = 1;

/// What is chosen for each guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Settings {
    /// Whether the code counts the fuel that it uses, and stops when it has none.
    pub fuel: bool,
}

/// What neither a guest of an embedded device needs nor the firmware has.
const REFUSED: [WasmFeatures; 10] = [
    WasmFeatures::MEMORY64,
    WasmFeatures::THREADS,
    WasmFeatures::SHARED_EVERYTHING_THREADS,
    WasmFeatures::GC,
    WasmFeatures::EXCEPTIONS,
    WasmFeatures::RELAXED_SIMD,
    WasmFeatures::SIMD,
    WasmFeatures::STACK_SWITCHING,
    WasmFeatures::CM_ASYNC,
    WasmFeatures::TAIL_CALL,
];

/// Returns the settings of Wasmtime for a processor of 32 bits without virtual memory.
///
/// # Errors
///
/// Wasmtime does not know Pulley.
pub fn config(settings: Settings) -> wasmtime::Result<Config> {
    let mut config = Config::new();
    config
        .target("pulley32")?
        .concurrency_support(false)
        .gc_support(false)
        .wasm_custom_page_sizes(true)
        // All that needs signals or virtual memory.
        .signals_based_traps(false)
        .memory_init_cow(false)
        .memory_reservation(0)
        .memory_guard_size(0)
        .memory_reservation_for_growth(0)
        .guard_before_linear_memory(false)
        // All that is for debuggers, and would take flash.
        .generate_address_map(false)
        .native_unwind_info(false)
        .wasm_backtrace_max_frames(None)
        .max_wasm_stack(STACK_BYTES)
        .consume_fuel(settings.fuel);
    for feature in REFUSED {
        config.wasm_features(feature, false);
    }
    Ok(config)
}

/// Returns a number that stands for all settings of [`config`].
#[must_use]
pub fn tunables(settings: Settings) -> u32 {
    let Settings { fuel } = settings;
    (REVISION << 1) | u32::from(fuel)
}
