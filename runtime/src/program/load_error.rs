//! Why bytes cannot be run.

#[cfg(feature = "compile")]
use super::{Unsupported, Whole};
use crate::trust::Digest;

/// Why bytes cannot be run as a program.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The bytes are no WebAssembly at all.
    #[error("not a WebAssembly component: {0}")]
    NotWasm(&'static str),
    /// The bytes are a core module.
    #[error(
        "a WebAssembly core module, not a component: `wasm-embedded-rt adapt` makes one, as does the target wasm32-wasip2 for Rust"
    )]
    CoreModule,
    /// The component uses what this host does not have.
    #[cfg(feature = "compile")]
    #[error("{uses}")]
    Unsupported {
        /// What, and how it is built without.
        uses: Unsupported,
        /// What the engine says.
        #[source]
        source: wasmtime::Error,
    },
    /// The bytes are no valid component.
    #[error("not a valid component")]
    Invalid(#[source] wasmtime::Error),
    /// The component cannot be run by its core module, as was asked for.
    #[cfg(feature = "compile")]
    #[error("cannot run the component lowered: {0}; leave out `--path lowered`")]
    Whole(Whole),
    /// There is more to compile than the policy allows.
    #[error(
        "the component has {asked} bytes of code to compile (a function, type or import counts as 256 bytes), the limit is {allowed} \
         bytes (`code-bytes` in [limits])"
    )]
    TooLarge {
        /// How much there is.
        asked: u64,
        /// How much there may be.
        allowed: usize,
    },
    /// The bytes are a component that would have to be compiled, by a program without a compiler.
    #[cfg(not(feature = "compile"))]
    #[error("the component is not compiled, and this program has no compiler: use `compile` on another machine")]
    NoCompiler,
    /// The bytes are machine code that nobody vouched for.
    #[error(
        "nobody vouches for this compiled component (SHA-256 {0}): compile it on this machine, pass `--trust {0}`, or seal \
         it with `compile --key` and pass `--key` here too"
    )]
    Untrusted(Digest),
    /// The bytes are machine code that does not fit.
    #[error("the compiled component does not fit this program{}", hint(*.fuel))]
    Unfit {
        /// Whether it was to count its fuel.
        fuel: bool,
        /// What does not fit.
        #[source]
        source: wasmtime::Error,
    },
    /// There is no compiler for this kind of machine.
    #[cfg(feature = "compile")]
    #[error("this program cannot compile for {target}{}", cross_hint())]
    Target {
        /// The kind of machine.
        target: String,
        /// Why.
        #[source]
        source: wasmtime::Error,
    },
    /// Wasmtime cannot work on this machine.
    #[error("the WebAssembly engine does not work on this machine")]
    Engine(#[source] wasmtime::Error),
}

#[cfg(feature = "compile")]
impl LoadError {
    /// Says why the engine refuses a component.
    pub(crate) fn refused(source: wasmtime::Error) -> LoadError {
        match Unsupported::of(&source) {
            Some(uses) => LoadError::Unsupported { uses, source },
            None => LoadError::Invalid(source),
        }
    }

    /// Says why the engine refuses a component that is for firmware.
    pub(crate) fn refused_by_firmware(source: wasmtime::Error) -> LoadError {
        match LoadError::refused(source) {
            LoadError::Unsupported { uses, source } => LoadError::Unsupported { uses: uses.in_firmware(), source },
            other => other,
        }
    }
}

/// Says what a program without all compilers lacks.
#[cfg(feature = "compile")]
fn cross_hint() -> &'static str {
    if cfg!(feature = "cross") { "" } else { ": it was built without `--features cross`" }
}

fn hint(fuel: bool) -> &'static str {
    if fuel { ": for `fuel` in [limits], compile it with `--fuel`" } else { "" }
}
