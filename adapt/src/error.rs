//! Why a program cannot be made a component.

/// Why a program cannot be made a component.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes cannot be read as a core module.
    #[error("not a valid WebAssembly core module")]
    Invalid(#[source] wasmparser::BinaryReaderError),
    /// The bytes are a component, or no WebAssembly.
    #[error("only a core module can be adapted, and this is {0}")]
    NotCore(&'static str),
    /// The module imports something that nothing here stands for.
    #[error("it imports {0}, which no adapter provides{hint}", hint = hint(.0))]
    Import(String),
    /// The module imports another version of `wasm-embedded:hal`.
    #[error("it imports {import}, and this program has version {ours}: build it with the library of version {ours}", ours = crate::HAL_VERSION)]
    Version {
        /// What it imports.
        import: String,
    },
    /// Nothing can be started.
    #[error(
        "it exports no entry: `_start` (a program for WASI), `wasi:cli/run@0.2.6#run`, or `run` that returns an i32 (0 for success)"
    )]
    NoEntry,
    /// The exported `run` has other parameters or results.
    #[error("its export `run` has the type {0}; it must take nothing and return an i32: 0 for success, 1 for failure")]
    EntryType(String),
    /// The module exports no memory.
    #[error("it exports no memory named `memory`; the linker's `--export-memory` does")]
    NoMemory,
    /// The module is told where to put replies by nobody.
    #[error("it imports functions that return lists, and exports no `cabi_realloc` to place them")]
    NoRealloc,
    /// An interface is of another draft than the adapter serves.
    #[error("it imports {interface} as another draft has it")]
    Draft {
        /// The interface.
        interface: &'static str,
        /// Which type differs.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The component waits by pollables, which only a host can make.
    #[error("it imports {0}, whose pollables no adapter can make; read the pin with wasi:gpio/digital@0.2.0 instead")]
    Pollables(&'static str),
    /// The component cannot be encoded: a function has the wrong type, or there is none of its name.
    #[error("cannot be made a component")]
    Encode(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Returns what helps with an import that is unknown.
fn hint(import: &str) -> &'static str {
    if import.starts_with("env.") {
        ": `env` holds functions that the linker did not find; link the library that defines this one"
    } else {
        ""
    }
}
