//! Loads a component from bytes, whatever its file is called.

use wasmtime::component::Component;
use wasmtime::{Engine, Precompiled};

#[cfg(feature = "compile")]
use crate::engine::engine_for;
use crate::engine::{EngineOptions, engine_of, engine_without_lines};
use crate::imports::{self, Import, LinkError};
use crate::run;
use crate::trust::{Digest, Trust};

/// The first bytes of every WebAssembly binary.
/// WebAssembly Core Specification 2.0, section 5.5.16.
const WASM_MAGIC: &[u8] = b"\0asm";
/// The version and layer that follow them in a core module; a component has another layer.
/// Component Model, `design/mvp/Binary.md`, "Component Definitions".
const CORE_LAYER: &[u8] = &[0, 0];

/// Why bytes are no program that can be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The bytes are no WebAssembly at all.
    #[error("not a WebAssembly component: {0}")]
    NotWasm(&'static str),
    /// The bytes are a core module.
    #[error("a WebAssembly core module, and not a component: build it for the target wasm32-wasip2")]
    CoreModule,
    /// The bytes are no valid component.
    #[error("not a valid component")]
    Invalid(#[source] wasmtime::Error),
    /// The bytes are a component that would have to be compiled, by a program without a compiler.
    #[cfg(not(feature = "compile"))]
    #[error("a component that is not compiled, and this program has no compiler: use `compile` on another machine")]
    NoCompiler,
    /// The bytes are machine code that nobody vouched for.
    #[error(
        "a compiled component that nobody vouches for (SHA-256 {0}): compile it on this machine, or pass `--trust {0}`"
    )]
    Untrusted(Digest),
    /// The bytes are machine code that does not fit.
    #[error("a compiled component that does not fit{}", hint(*.interruptible))]
    Unfit {
        /// Whether it was to be interruptible.
        interruptible: bool,
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
    #[error("the WebAssembly engine cannot work on this machine")]
    Engine(#[source] wasmtime::Error),
}

/// Says what a program without all compilers lacks.
#[cfg(feature = "compile")]
fn cross_hint() -> &'static str {
    if cfg!(feature = "cross") { "" } else { ": it was built without `--features cross`" }
}

fn hint(interruptible: bool) -> &'static str {
    match interruptible {
        true => ": to run with a timeout, or with hardware, it must be compiled with `--interruptible`",
        false => "",
    }
}

/// A component that is ready to be run.
#[derive(Clone, Debug)]
pub struct Program {
    component: Component,
}

impl Program {
    /// Loads a component (`.wasm`), or one that is compiled already (`.cwasm`) if `trust` vouches for these very bytes.
    ///
    /// # Errors
    ///
    /// The bytes are neither, or are not vouched for.
    pub fn load(bytes: &[u8], options: EngineOptions, trust: &Trust) -> Result<Program, LoadError> {
        Program::load_with(engine_of, bytes, options, trust)
    }

    /// Loads a component as [`Program::load`] does, for a board with hardware: after a trap its outputs are at their `on-exit`
    /// levels at once, and the backtrace has no file and line.
    ///
    /// # Errors
    ///
    /// As of [`Program::load`].
    pub fn load_for_hardware(bytes: &[u8], options: EngineOptions, trust: &Trust) -> Result<Program, LoadError> {
        Program::load_with(engine_without_lines, bytes, options, trust)
    }

    fn load_with(
        engine: fn(&[u8], EngineOptions) -> wasmtime::Result<Engine>,
        bytes: &[u8],
        options: EngineOptions,
        trust: &Trust,
    ) -> Result<Program, LoadError> {
        if let Some(kind) = Engine::detect_precompiled(bytes) {
            let digest = Digest::of(bytes);
            return match kind {
                Precompiled::Module => Err(LoadError::NotWasm("a compiled core module")),
                Precompiled::Component if !trust.vouches_for(&digest) => Err(LoadError::Untrusted(digest)),
                Precompiled::Component => Program::deserialize(bytes, options),
            };
        }
        check_kind(bytes)?;
        #[cfg(not(feature = "compile"))]
        {
            let _ = engine;
            Err(LoadError::NoCompiler)
        }
        #[cfg(feature = "compile")]
        {
            let engine = engine(bytes, options).map_err(LoadError::Engine)?;
            let component = Component::from_binary(&engine, bytes).map_err(LoadError::Invalid)?;
            Ok(Program { component })
        }
    }

    fn deserialize(bytes: &[u8], options: EngineOptions) -> Result<Program, LoadError> {
        let unfit = |source| LoadError::Unfit { interruptible: options.interruptible, source };
        let load = |options| {
            let engine = engine_without_lines(bytes, options).map_err(LoadError::Engine)?;
            // SAFETY: the bytes are those that the digest was taken of, in memory that nobody else can write to, and the
            // operator vouches for that digest: they are what `serialize` returned.
            #[expect(unsafe_code, reason = "native code is taken from the file")]
            let component = unsafe { Component::deserialize(&engine, bytes) };
            component.map(|component| Program { component }).map_err(unfit)
        };
        // Code that could be interrupted also runs where nothing interrupts it.
        load(options).or_else(|error| load(EngineOptions { interruptible: true }).map_err(|_| error))
    }

    /// Returns everything that the component imports, in its order.
    #[must_use]
    pub fn imports(&self) -> Vec<Import> {
        imports::imports(&self.component)
    }

    /// Returns the names of what the component exports, in its order.
    #[must_use]
    pub fn exports(&self) -> Vec<String> {
        imports::exports(&self.component)
    }

    /// Checks that the component can be linked and run.
    ///
    /// # Errors
    ///
    /// It imports what there is not, or has nothing to run.
    pub fn check(&self) -> Result<(), LinkError> {
        let linker = run::linker(self.component.engine()).map_err(LinkError::Engine)?;
        imports::check(&self.component, &linker)
    }

    pub(crate) fn component(&self) -> &Component {
        &self.component
    }
}

/// Compiles a component, for this machine or for one of another kind. Returns the code, and its digest to vouch for.
///
/// # Errors
///
/// The bytes are no component, or there is no compiler for that kind of machine.
#[cfg(feature = "compile")]
pub fn compile(bytes: &[u8], options: EngineOptions, target: Option<&str>) -> Result<(Vec<u8>, Digest), LoadError> {
    if Engine::detect_precompiled(bytes).is_some() {
        return Err(LoadError::NotWasm("it is compiled already"));
    }
    check_kind(bytes)?;
    let engine = match target {
        None => engine_without_lines(bytes, options).map_err(LoadError::Engine)?,
        Some(target) => engine_for(target, bytes, options)
            .map_err(|source| LoadError::Target { target: target.to_owned(), source })?,
    };
    let code = engine.precompile_component(bytes).map_err(LoadError::Invalid)?;
    let digest = Digest::of(&code);
    Ok((code, digest))
}

/// Says what bytes are that are no component.
pub(crate) fn check_kind(bytes: &[u8]) -> Result<(), LoadError> {
    let Some(rest) = bytes.strip_prefix(WASM_MAGIC) else {
        let text = bytes.trim_ascii_start();
        return Err(LoadError::NotWasm(match text.first() {
            None => "it is empty",
            Some(b'(') => "it looks like WebAssembly text, which `wasm-tools parse` makes a component of",
            Some(_) if bytes.starts_with(b"\x7fELF") => "it is a program for this machine: build it for wasm32-wasip2",
            Some(_) => "it does not begin like one",
        }));
    };
    match rest.get(2..4) {
        Some(CORE_LAYER) => Err(LoadError::CoreModule),
        Some(_) => Ok(()),
        None => Err(LoadError::NotWasm("it ends after its first bytes")),
    }
}
