//! How guests are compiled for microcontrollers, and run there: the settings that both sides must agree on.
//!
//! A microcontroller has neither a compiler nor the component model: an image holds the core module of a component that was checked
//! where it was compiled. `wasm-embedded-rt compile --target` makes code for Wasmtime's interpreter, Pulley, with
//! [`config`], and the firmware runs it with [`config`] again. Wasmtime refuses code that was made with other settings;
//! [`tunables`] lets an image be refused earlier, with a better message.

use wasmtime::{Config, OperatorCost, WasmFeatures};

use crate::lowered::WIT;

/// The version of Wasmtime whose code a firmware of this version runs: that of the lock files, which a test compares.
pub const WASMTIME: &str = "48.0.8";

/// The stack of the guest's WebAssembly functions, in bytes: allocated for every guest.
pub const STACK_BYTES: usize = 4 * 1024;

/// To be raised when [`config`] changes in a way that [`Settings`] does not show.
const REVISION: u32 = 3;

/// What is chosen for each guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Settings {
    /// Whether the code counts the fuel that it uses, and stops when it has none.
    pub fuel: bool,
}

/// What neither a guest of an embedded device needs nor the firmware has.
const REFUSED: [WasmFeatures; 11] = [
    WasmFeatures::COMPONENT_MODEL,
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
        .consume_fuel(settings.fuel)
        .operator_cost(fuel_of());
    for feature in REFUSED {
        config.wasm_features(feature, false);
    }
    Ok(config)
}

/// The bits of [`tunables`] that stand for settings. The others stand for the interfaces.
const SETTINGS_BITS: u32 = 8;

/// Stands for the text of the interfaces that a component was checked against. The signatures of a core module, which are all that a
/// microcontroller can compare, are the same where a record has its fields in another order, or an enum its cases.
const INTERFACES: u32 = hash(&WIT);

/// Returns a number that stands for all settings of [`config`], and for the text of the interfaces.
#[must_use]
pub fn tunables(settings: Settings) -> u32 {
    let Settings { fuel } = settings;
    (INTERFACES << SETTINGS_BITS) | (REVISION << 1) | u32::from(fuel)
}

/// FNV-1a over texts and their ends, when the program is compiled.
const fn hash(mut texts: &[&str]) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    while let [text, others @ ..] = texts {
        let mut bytes = text.as_bytes();
        while let [byte, rest @ ..] = bytes {
            // The only widening that a constant function has.
            hash = (hash ^ *byte as u32).wrapping_mul(0x0100_0193);
            bytes = rest;
        }
        hash = (hash ^ 0xff).wrapping_mul(0x0100_0193);
        texts = others;
    }
    hash
}

/// Makes operators free, by their names.
macro_rules! free {
    ($($operator:ident)*) => {
        /// Returns what takes fuel: branches, and the start of a function, which Wasmtime counts as one. Every loop and every
        /// recursion has one of them, so that the guest is stopped all the same, and code without them pays nothing: counting
        /// each operator would take half as many instructions again as the guest itself. Operators that are not listed here are
        /// rare, and take what Wasmtime gives them; so do copies and fills of memory, by their bytes.
        fn fuel_of() -> OperatorCost {
            let mut cost = OperatorCost::new();
            $(cost.$operator = 0;)*
            cost
        }
    };
}

#[rustfmt::skip]
free! {
    If Select TypedSelect Call CallIndirect LocalGet LocalSet LocalTee GlobalGet GlobalSet MemorySize
    I32Const I64Const F32Const F64Const
    I32Load I64Load F32Load F64Load I32Load8S I32Load8U I32Load16S I32Load16U
    I64Load8S I64Load8U I64Load16S I64Load16U I64Load32S I64Load32U
    I32Store I64Store F32Store F64Store I32Store8 I32Store16 I64Store8 I64Store16 I64Store32
    I32Eqz I32Eq I32Ne I32LtS I32LtU I32GtS I32GtU I32LeS I32LeU I32GeS I32GeU
    I64Eqz I64Eq I64Ne I64LtS I64LtU I64GtS I64GtU I64LeS I64LeU I64GeS I64GeU
    F32Eq F32Ne F32Lt F32Gt F32Le F32Ge F64Eq F64Ne F64Lt F64Gt F64Le F64Ge
    I32Clz I32Ctz I32Popcnt I32Add I32Sub I32Mul I32DivS I32DivU I32RemS I32RemU
    I32And I32Or I32Xor I32Shl I32ShrS I32ShrU I32Rotl I32Rotr
    I64Clz I64Ctz I64Popcnt I64Add I64Sub I64Mul I64DivS I64DivU I64RemS I64RemU
    I64And I64Or I64Xor I64Shl I64ShrS I64ShrU I64Rotl I64Rotr
    F32Abs F32Neg F32Ceil F32Floor F32Trunc F32Nearest F32Sqrt F32Add F32Sub F32Mul F32Div F32Min F32Max F32Copysign
    F64Abs F64Neg F64Ceil F64Floor F64Trunc F64Nearest F64Sqrt F64Add F64Sub F64Mul F64Div F64Min F64Max F64Copysign
    I32WrapI64 I32TruncF32S I32TruncF32U I32TruncF64S I32TruncF64U I64ExtendI32S I64ExtendI32U
    I64TruncF32S I64TruncF32U I64TruncF64S I64TruncF64U F32ConvertI32S F32ConvertI32U F32ConvertI64S F32ConvertI64U
    F32DemoteF64 F64ConvertI32S F64ConvertI32U F64ConvertI64S F64ConvertI64U F64PromoteF32
    I32ReinterpretF32 I64ReinterpretF64 F32ReinterpretI32 F64ReinterpretI64
    I32Extend8S I32Extend16S I64Extend8S I64Extend16S I64Extend32S
    I32TruncSatF32S I32TruncSatF32U I32TruncSatF64S I32TruncSatF64U
    I64TruncSatF32S I64TruncSatF32U I64TruncSatF64S I64TruncSatF64U
}

#[cfg(test)]
mod tests {
    use super::{INTERFACES, Settings, WIT, fuel_of, hash, tunables};

    #[test]
    fn an_image_of_other_interfaces_or_settings_is_another() {
        let mut other = WIT;
        let changed = other[1].replacen("read", "reads", 1);
        other[1] = &changed;
        assert_ne!(hash(&other), INTERFACES);
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
        assert_ne!(tunables(Settings { fuel: false }), tunables(Settings { fuel: true }));
        assert_eq!(tunables(Settings { fuel: false }) >> 8, INTERFACES & 0xff_ffff);
    }

    /// What POLICY.md and the firmware's README say of `fuel`.
    #[test]
    fn branches_and_calls_take_a_unit_and_copies_and_fills_one_for_each_byte() {
        let cost = fuel_of();
        assert_eq!((cost.Br, cost.BrIf, cost.BrTable, cost.I32Add, cost.LocalGet), (1, 1, 1, 0, 0));
        let bytes = &cost.variable;
        assert_eq!((bytes.memory_copy_per_byte, bytes.memory_fill_per_byte, bytes.memory_init_per_byte), (1, 1, 1));
    }
}
