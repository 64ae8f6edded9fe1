//! What a component uses that this host does not have, and how it is built without: in place of the engine's own messages.

use std::fmt;

/// Something of WebAssembly or of the component model that is switched off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unsupported {
    uses: &'static str,
    advice: &'static str,
}

/// Asynchronous calls. Whoever imports an asynchronous interface of ours and does not export the entry is told by `imports`.
const ASYNCHRONOUS: Unsupported = Unsupported {
    uses: "waits asynchronously, but does not export wasm-embedded:hal/entry, which starts such a guest",
    advice: "in Rust, start it with `#[wasm_embedded_hal::main] async fn main()`, or `async_entry!` without std, not with \
             `block_on` in a plain `main`; in other languages, build it without asynchronous functions (JavaScript: jco's \
             `--backend-qjs-disable-async`)",
};

/// Asynchronous calls, for a host without any: firmware.
const BLOCKING_ONLY: Unsupported = Unsupported {
    uses: "waits asynchronously, which the firmware for microcontrollers does not support",
    advice: "use the blocking traits of embedded-hal and a plain `main`",
};

/// What is no code that a microcontroller could run.
const fn machine(uses: &'static str, advice: &'static str) -> Unsupported {
    Unsupported { uses, advice }
}

/// What messages of the validator contain, and what they mean; the first one that fits counts. wasmparser 0.254,
/// `validator/operators.rs`, `validator/core.rs` and `validator/component.rs`: there are no types for them.
const MEANINGS: [(&str, Unsupported); 14] = [
    (" the component model async feature", ASYNCHRONOUS),
    (" the component model more async builtins feature", ASYNCHRONOUS),
    (" the component model threading feature", ASYNCHRONOUS),
    (
        " the component model ",
        machine(
            "uses a part of the component model that is not yet standardised",
            "build it without that part, or with tools that make components for WASI 0.2",
        ),
    ),
    ("shared-everything", machine("uses threads", "build it without threads")),
    ("threads ", machine("uses threads", "build it without threads (Rust: for wasm32-wasip2; C: without `-pthread`)")),
    (
        "SIMD support",
        machine(
            "uses SIMD, which no microcontroller has",
            "build it without SIMD (Rust: no `-C target-feature=+simd128`; C: no `-msimd128`)",
        ),
    ),
    (
        "exceptions",
        machine(
            "uses WebAssembly exceptions",
            "build it without exceptions (Rust: with `panic = \"abort\"`; C++: without `-fwasm-exceptions`)",
        ),
    ),
    ("memory64", machine("uses 64-bit memories", "build it for wasm32")),
    ("stack switching", machine("uses stack switching", "build it without stack switching")),
    (
        "gc ",
        machine(
            "uses WebAssembly garbage collection",
            "build it with a language or tool that has its own garbage collector",
        ),
    ),
    (
        "without the gc",
        machine(
            "uses WebAssembly garbage collection",
            "build it with a language or tool that has its own garbage collector",
        ),
    ),
    ("wide arithmetic", machine("uses wide arithmetic", "build it without `wide-arithmetic`")),
    ("custom descriptors", machine("uses custom descriptors", "build it without custom descriptors")),
];

impl Unsupported {
    /// Returns what a component uses that is switched off, if that is why the engine refuses it.
    pub(super) fn of(error: &wasmtime::Error) -> Option<Unsupported> {
        let message = error.root_cause().to_string();
        MEANINGS.iter().find(|(part, _)| message.contains(part)).map(|(_, meaning)| *meaning)
    }

    /// Returns the same where asynchronous guests are not run at all.
    pub(super) fn in_firmware(self) -> Unsupported {
        if self == ASYNCHRONOUS { BLOCKING_ONLY } else { self }
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the component {}: {}", self.uses, self.advice)
    }
}

#[cfg(all(test, feature = "compile"))]
mod tests {
    use crate::engine::EngineOptions;
    use crate::program::{LoadError, Program};
    use crate::trust::Trust;

    fn refused(text: &str) -> String {
        let bytes = wat::parse_str(text).expect("a component");
        let trust = Trust::of_user(Vec::new());
        match Program::load(&bytes, EngineOptions::default(), &trust) {
            Err(error @ LoadError::Unsupported { .. }) => error.to_string(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn every_feature_that_is_switched_off_is_said_in_our_words() {
        for (inside, uses, advice) in [
            ("(core func (canon waitable-set.new))", "waits asynchronously", "#[wasm_embedded_hal::main]"),
            ("(core func (canon task.return))", "waits asynchronously", "--backend-qjs-disable-async"),
            ("(core func (canon context.get i32 0))", "waits asynchronously", "async_entry!"),
            ("(type (func async))", "waits asynchronously", "#[wasm_embedded_hal::main]"),
            ("(type (list u8 4))", "not yet standardised", "WASI 0.2"),
            ("(core module (func (drop (v128.const i64x2 0 0))))", "uses SIMD", "-msimd128"),
            ("(core module (memory 1 1 shared))", "uses threads", "-pthread"),
            ("(core module (memory i64 1))", "64-bit", "wasm32"),
            ("(core module (tag))", "exceptions", "-fwasm-exceptions"),
            ("(core module (type (struct)))", "garbage collection", "its own garbage collector"),
        ] {
            let said = refused(&format!("(component {inside})"));
            assert!(said.contains(uses) && said.contains(advice), "{inside}: {said}");
        }
    }
}
