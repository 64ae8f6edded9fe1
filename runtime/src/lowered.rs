//! Guests that are run by their core module alone: the module, and what is known of the component that it was taken from.

use std::fmt;

use serde_json::Value;
use wasmtime::{Engine, InstancePre, Linker, Module, Precompiled};

use crate::run::Guest;

/// Why a component is run as it is.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Whole {
    /// It was asked for.
    Chosen,
    /// It waits asynchronously.
    Asynchronous,
    /// It imports an interface that only components are given.
    Import(String),
    /// It is put together in another way than one module with its helpers.
    Shape(&'static str),
    /// Its types are not those of the host, or it is not valid.
    Refused,
    /// It was compiled so.
    Compiled,
}

/// What the component took of a store beside what the module takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Needs {
    /// How many core instances it had.
    pub(crate) instances: usize,
}

/// A guest's module, as code of some kind, and what its component imported and exported.
#[derive(Clone, Debug)]
pub(crate) struct Lowered<C> {
    pub(crate) code: C,
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<String>,
    pub(crate) needs: Needs,
}

/// What compiled code begins with that is a module's, and not a component's.
const MAGIC: &[u8; 8] = b"WEHCORE1";
/// Wasmtime reads code at any place, but compares it faster at an even one.
const ALIGN: usize = 16;

impl<C> Lowered<C> {
    /// Returns the same of other code.
    pub(crate) fn with<D>(self, code: D) -> Lowered<D> {
        let Lowered { imports, exports, needs, .. } = self;
        Lowered { code, imports, exports, needs }
    }
}

impl Lowered<Module> {
    /// Links the module with what a guest may import.
    pub(crate) fn link(&self) -> wasmtime::Result<InstancePre<Guest>> {
        let mut linker = Linker::new(self.code.engine());
        wasm_embedded_host::lowered::add_to_linker(&mut linker)?;
        linker.instantiate_pre(&self.code)
    }

    /// Checks that it can be linked.
    pub(crate) fn check(&self) -> wasmtime::Result<()> {
        self.link().map(drop)
    }
}

impl Lowered<Vec<u8>> {
    /// Returns compiled code with all that is known of it, as a file holds it.
    #[cfg(any(feature = "compile", test))]
    pub(crate) fn pack(&self) -> Vec<u8> {
        let known =
            serde_json::json!({ "imports": self.imports, "exports": self.exports, "instances": self.needs.instances });
        let known = known.to_string();
        let mut bytes = MAGIC.to_vec();
        bytes.extend(u32::try_from(known.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend(known.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(ALIGN), 0);
        bytes.extend(&self.code);
        bytes
    }
}

impl<'b> Lowered<&'b [u8]> {
    /// Returns whether these are bytes that [`Lowered::pack`] made, perhaps with less at their end.
    pub(crate) fn is_packed(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }

    /// Reads what [`Lowered::pack`] made.
    pub(crate) fn unpack(bytes: &'b [u8]) -> Option<Lowered<&'b [u8]>> {
        let (len, rest) = bytes.strip_prefix(MAGIC)?.split_first_chunk()?;
        let len = usize::try_from(u32::from_le_bytes(*len)).ok()?;
        let known: Value = serde_json::from_slice(rest.get(..len)?).ok()?;
        let names = |key: &str| -> Option<Vec<String>> {
            known.get(key)?.as_array()?.iter().map(|name| Some(name.as_str()?.to_owned())).collect()
        };
        let instances = known.get("instances")?.as_u64()?.try_into().ok()?;
        let code_at = MAGIC.len().checked_add(size_of::<u32>())?.checked_add(len)?.next_multiple_of(ALIGN);
        let code = bytes.get(code_at..)?;
        // Anything else would not be code of this engine, which says so.
        (Engine::detect_precompiled(code) == Some(Precompiled::Module)).then_some(())?;
        Some(Lowered { code, imports: names("imports")?, exports: names("exports")?, needs: Needs { instances } })
    }
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Whole::Chosen => f.write_str("it was asked for"),
            Whole::Asynchronous => f.write_str("it waits asynchronously"),
            Whole::Import(interface) => write!(f, "it imports {interface}"),
            Whole::Shape(what) => f.write_str(what),
            Whole::Refused => f.write_str("its types are not those of this host"),
            Whole::Compiled => f.write_str("it was compiled so"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_off_or_something_else_is_not_read() {
        let code = Engine::default().precompile_module(b"\0asm\x01\0\0\0").expect("an empty module");
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let lowered = Lowered {
            code,
            imports: names(&["wasm-embedded:hal/i2c@0.5.0"]),
            exports: names(&[]),
            needs: Needs { instances: 3 },
        };
        let packed = lowered.pack();
        let read = Lowered::unpack(&packed).expect("it is whole");
        assert_eq!((read.code, &read.imports, read.needs), (&lowered.code[..], &lowered.imports, lowered.needs));
        for end in 0..packed.len() - lowered.code.len() {
            assert!(Lowered::unpack(&packed[..end]).is_none(), "{end} bytes");
        }
        assert!(Lowered::unpack(&lowered.code).is_none());
    }
}
