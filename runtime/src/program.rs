//! Loads a component from bytes, whatever its file is called.

mod load_error;
#[cfg(feature = "compile")]
mod unsupported;

use wasmtime::component::Component;
use wasmtime::{Engine, Module, Precompiled};

#[cfg(feature = "compile")]
use crate::cache::{Cache, Name};
#[cfg(feature = "compile")]
use crate::engine::Way;
#[cfg(feature = "compile")]
use crate::engine::engine_for;
use crate::engine::{self, EngineOptions, engine_of};
use crate::imports::{self, Import, LinkError};
use crate::lowered::Lowered;
#[cfg(feature = "compile")]
use crate::lowering;
#[cfg(feature = "compile")]
use crate::mac::Key;
use crate::run;
#[cfg(feature = "compile")]
use crate::size;
#[cfg(feature = "compile")]
use crate::trust;
use crate::trust::{Digest, Trust};

pub use self::load_error::LoadError;
#[cfg(feature = "compile")]
pub use self::unsupported::Unsupported;
pub use crate::lowered::Whole;

/// The first bytes of every WebAssembly binary.
/// WebAssembly Core Specification 2.0, section 5.5.16.
const WASM_MAGIC: &[u8] = b"\0asm";
/// The version and layer that follow them in a core module; a component has another layer.
/// Component Model, `design/mvp/Binary.md`, "Component Definitions".
const CORE_LAYER: &[u8] = &[0, 0];

/// The first bytes of programs for Linux (ELF), Windows (PE) and macOS (Mach-O, for one and for several architectures).
const MACHINE_MAGICS: [&[u8]; 4] = [b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"];

/// The first bytes of a UF2 file, as `compile --target pico2` writes one. UF2 specification, "Overall format".
const UF2_MAGIC: [u8; 4] = 0x0a32_4655_u32.to_le_bytes();

/// A component that is ready to be run.
#[derive(Clone, Debug)]
pub struct Program {
    code: Code,
    /// The most stack that its calls may use.
    stack_bytes: usize,
}

/// The code of a program, by the way in which its calls come in.
#[derive(Clone, Debug)]
pub(crate) enum Code {
    /// As a component, and why not lowered.
    Component(Component, Whole),
    /// By the core module of the component.
    Lowered(Lowered<Module>),
}

impl Code {
    pub(crate) fn engine(&self) -> &Engine {
        match self {
            Code::Component(component, _) => component.engine(),
            Code::Lowered(lowered) => lowered.code.engine(),
        }
    }
}

impl Program {
    /// Returns how much stack a thread needs that runs it: the guest's calls, and the host's below them.
    pub(crate) fn thread_bytes(&self) -> usize {
        self.stack_bytes.saturating_add(engine::HOST_STACK_BYTES)
    }

    /// Loads a component (`.wasm`), or one that is compiled already (`.cwasm`) if `trust` vouches for these very bytes.
    ///
    /// # Errors
    ///
    /// The bytes are neither, or are not vouched for, or there is more to compile than the options allow.
    pub fn load(bytes: &[u8], options: EngineOptions, trust: &Trust) -> Result<Program, LoadError> {
        #[cfg(feature = "compile")]
        {
            Program::load_with(bytes, options, trust, None)
        }
        #[cfg(not(feature = "compile"))]
        {
            Program::load_compiled(bytes, options, trust)?.ok_or(LoadError::NoCompiler)
        }
    }

    /// Loads a component as [`Program::load`] does, and takes what must be compiled from a cache if it is there.
    ///
    /// # Errors
    ///
    /// Those of [`Program::load`].
    #[cfg(feature = "compile")]
    pub fn load_with(
        bytes: &[u8],
        options: EngineOptions,
        trust: &Trust,
        cache: Option<&Cache>,
    ) -> Result<Program, LoadError> {
        if let Some(program) = Program::load_compiled(bytes, options, trust)? {
            return Ok(program);
        }
        let asked = size::code(bytes);
        if asked > u64::try_from(options.code_bytes).unwrap_or(u64::MAX) {
            return Err(LoadError::TooLarge { asked, allowed: options.code_bytes });
        }
        let engine = engine_of(bytes, options).map_err(LoadError::Engine)?;
        let name = cache.map(|cache| (cache, cache.name(&engine, options.way, bytes)));
        let stack_bytes = options.stack_bytes;
        if let Some(code) = name.as_ref().and_then(|(cache, name)| cached(&engine, cache, name)) {
            let code = code.because(|| why_whole(&engine, options.way, bytes));
            return Ok(Program { code, stack_bytes });
        }
        let code = compiled(&engine, options.way, bytes)?;
        if let Some((cache, name)) = name
            && let Some(code) = code.to_bytes()
        {
            cache.put(&name, &code);
        }
        Ok(Program { code, stack_bytes })
    }

    /// Loads what is compiled already. Returns nothing for a component that is still to be.
    fn load_compiled(bytes: &[u8], options: EngineOptions, trust: &Trust) -> Result<Option<Program>, LoadError> {
        if Lowered::is_packed(bytes) {
            let code = trust.code(bytes).ok_or_else(|| LoadError::Untrusted(Digest::of(bytes)))?;
            return Program::deserialize(code, options).map(Some);
        }
        match Engine::detect_precompiled(bytes) {
            Some(Precompiled::Module) => Err(LoadError::NotWasm("a compiled core module")),
            Some(Precompiled::Component) => match trust.code(bytes) {
                Some(code) => Program::deserialize(code, options).map(Some),
                None => Err(LoadError::Untrusted(Digest::of(bytes))),
            },
            None => check_kind(bytes).map(|()| None),
        }
    }

    fn deserialize(bytes: &[u8], options: EngineOptions) -> Result<Program, LoadError> {
        let unfit = |source| LoadError::Unfit { fuel: options.fuel, source };
        let load = |options| {
            // Compiled code has no lines: see `compile`.
            let options = EngineOptions { lines: false, ..options };
            let engine = engine_of(bytes, options).map_err(LoadError::Engine)?;
            // SAFETY: the bytes are those that the digest was taken of, in memory that nobody else can write to, and the
            // operator vouches for that digest: they are what `serialize` returned.
            #[expect(unsafe_code, reason = "native code is taken from the file")]
            let code = unsafe { Code::from_bytes(&engine, bytes) };
            code.map(|code| Program { code, stack_bytes: options.stack_bytes }).map_err(unfit)
        };
        // Code that counts its fuel also runs where that is not bounded.
        load(options).or_else(|error| load(EngineOptions { fuel: true, ..options }).map_err(|_| error))
    }

    /// Returns everything that the component imports, in its order.
    #[must_use]
    pub fn imports(&self) -> Vec<Import> {
        match &self.code {
            Code::Component(component, _) => imports::imports(component),
            Code::Lowered(lowered) => lowered.imports.iter().map(|name| Import::named(name)).collect(),
        }
    }

    /// Returns the names of what the component exports, in its order.
    #[must_use]
    pub fn exports(&self) -> Vec<String> {
        match &self.code {
            Code::Component(component, _) => imports::exports(component),
            Code::Lowered(lowered) => lowered.exports.clone(),
        }
    }

    /// Returns why its calls come in as those of a component, or nothing if they come in lowered.
    #[must_use]
    pub fn whole(&self) -> Option<&Whole> {
        match &self.code {
            Code::Component(_, why) => Some(why),
            Code::Lowered(_) => None,
        }
    }

    /// Checks that the component can be linked and run.
    ///
    /// # Errors
    ///
    /// It imports something that this host lacks, or exports nothing to run.
    pub fn check(&self) -> Result<(), LinkError> {
        match &self.code {
            Code::Component(component, _) => {
                let linker = run::linker(component.engine()).map_err(LinkError::Engine)?;
                imports::check(component, &linker)
            }
            Code::Lowered(lowered) => lowered.check().map_err(LinkError::Mismatch),
        }
    }

    pub(crate) fn code(&self) -> &Code {
        &self.code
    }
}

/// Returns why a component that was kept as such is one.
#[cfg(feature = "compile")]
fn why_whole(engine: &Engine, way: Way, bytes: &[u8]) -> Whole {
    match lowered_as(engine, way, |_| lowering::split(bytes)) {
        Ok(Err(why)) | Err(LoadError::Whole(why)) => why,
        Ok(Ok(_)) | Err(_) => Whole::Refused,
    }
}

impl Code {
    /// Returns the same code, with why it is a component's, if it is.
    #[cfg(feature = "compile")]
    fn because(self, why: impl FnOnce() -> Whole) -> Code {
        match self {
            Code::Component(component, _) => Code::Component(component, why()),
            lowered @ Code::Lowered(_) => lowered,
        }
    }

    /// Returns the code as a file holds it.
    #[cfg(feature = "compile")]
    fn to_bytes(&self) -> Option<Vec<u8>> {
        match self {
            Code::Component(component, _) => component.serialize().ok(),
            Code::Lowered(lowered) => Some(lowered.clone().with(lowered.code.serialize().ok()?).pack()),
        }
    }

    /// Takes code from a file.
    ///
    /// # Safety
    ///
    /// The bytes are those of [`Code::to_bytes`], or of [`compile`].
    #[expect(unsafe_code, reason = "passes on what its callers vouch for")]
    unsafe fn from_bytes(engine: &Engine, bytes: &[u8]) -> wasmtime::Result<Code> {
        match Lowered::unpack(bytes) {
            Some(lowered) => {
                // SAFETY: the caller's promise, of the part of the bytes that is the module.
                let module = unsafe { Module::deserialize(engine, lowered.code)? };
                Ok(Code::Lowered(lowered.with(module)))
            }
            None => {
                // SAFETY: the caller's promise.
                let component = unsafe { Component::deserialize(engine, bytes)? };
                Ok(Code::Component(component, Whole::Compiled))
            }
        }
    }
}

/// Compiles a component, the way it is to be run.
#[cfg(feature = "compile")]
fn compiled(engine: &Engine, way: Way, bytes: &[u8]) -> Result<Code, LoadError> {
    let why = match lowered_as(engine, way, |engine| lowering::compile(engine, bytes))? {
        Ok(lowered) => return Ok(Code::Lowered(lowered)),
        Err(why) => why,
    };
    Ok(Code::Component(Component::from_binary(engine, bytes).map_err(LoadError::refused)?, why))
}

/// Lowers a component if that is the way it is to be run, or says why not.
#[cfg(feature = "compile")]
fn lowered_as<L>(
    engine: &Engine,
    way: Way,
    lower: impl FnOnce(&Engine) -> Result<L, Whole>,
) -> Result<Result<L, Whole>, LoadError> {
    let lowered = match way {
        Way::Component => Err(Whole::Chosen),
        Way::Auto | Way::Lowered if engine::is_asynchronous(engine) => Err(Whole::Asynchronous),
        Way::Auto | Way::Lowered => lower(engine),
    };
    match lowered {
        // Why it is not valid is the engine's to say.
        Err(why) if way == Way::Lowered && why != Whole::Refused => Err(LoadError::Whole(why)),
        lowered => Ok(lowered),
    }
}

/// Returns code from a cache.
#[cfg(feature = "compile")]
fn cached(engine: &Engine, cache: &Cache, name: &Name) -> Option<Code> {
    let bytes = cache.get(name)?;
    // SAFETY: these very bytes were written by this program for this user, as their tag says, whose key only the user can read;
    // and they are what `Code::to_bytes` returned for an engine with the same settings, as their name says.
    #[expect(unsafe_code, reason = "native code is taken from the cache")]
    let code = unsafe { Code::from_bytes(engine, &bytes) };
    code.inspect_err(|_| cache.remove(name)).ok()
}

/// Compiles a component, for this machine or for one of another kind. Returns the code, sealed if there is a key, and its digest
/// to vouch for.
///
/// # Errors
///
/// The bytes are no component, or there is no compiler for that kind of machine.
#[cfg(feature = "compile")]
pub fn compile(
    bytes: &[u8],
    options: EngineOptions,
    target: Option<&str>,
    key: Option<&Key>,
) -> Result<(Vec<u8>, Digest), LoadError> {
    if Engine::detect_precompiled(bytes).is_some() {
        return Err(LoadError::NotWasm("it is already compiled"));
    }
    check_kind(bytes)?;
    let options = EngineOptions { lines: false, ..options };
    let engine = match target {
        None => engine_of(bytes, options).map_err(LoadError::Engine)?,
        Some(target) => engine_for(target, bytes, options)
            .map_err(|source| LoadError::Target { target: target.to_owned(), source })?,
    };
    // Types are compared on this machine, whatever machine the code is for.
    let native = engine_of(bytes, options).map_err(LoadError::Engine)?;
    let taken = lowered_as(&native, options.way, |native| lowering::take(native, bytes))?;
    let lowered = taken.and_then(|(taken, lowered)| {
        let code = engine.precompile_module(&taken.module).map_err(|_| Whole::Refused)?;
        Ok(lowered.with(code).pack())
    });
    let mut code = match lowered {
        Ok(code) => code,
        Err(_) => engine.precompile_component(bytes).map_err(LoadError::refused)?,
    };
    if let Some(key) = key {
        trust::seal(&mut code, key);
    }
    let digest = Digest::of(&code);
    Ok((code, digest))
}

/// Says what bytes are that are no component.
pub(crate) fn check_kind(bytes: &[u8]) -> Result<(), LoadError> {
    let Some(rest) = bytes.strip_prefix(WASM_MAGIC) else {
        let text = bytes.trim_ascii_start();
        return Err(LoadError::NotWasm(match text.first() {
            None => "it is empty",
            Some(b'(') => "it looks like WebAssembly text: make a component of it with `wasm-tools parse`",
            Some(_) if MACHINE_MAGICS.iter().any(|magic| bytes.starts_with(magic)) => {
                "it is a native program or library: build it with `--target wasm32-wasip2`"
            }
            Some(_) if bytes.starts_with(wasm_embedded_image::MAGIC) || bytes.starts_with(&UF2_MAGIC) => {
                "it is an image for a microcontroller: flash it there, see `compile --help`, or give the `.wasm` file that it was \
                 compiled from"
            }
            Some(_) => "it does not start like one",
        }));
    };
    match rest.get(2..4) {
        Some(CORE_LAYER) => Err(LoadError::CoreModule),
        Some(_) => Ok(()),
        None => Err(LoadError::NotWasm("the file ends too early")),
    }
}
