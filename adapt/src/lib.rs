//! Makes components that a host of `wasm-embedded:hal` runs, of programs that are none yet:
//!
//! - core modules of C, Zig, AssemblyScript and other languages, which import the functions of `wasm-embedded:hal` by their canonical
//!   names ([`Family::Core`]);
//! - core modules of the 0.4 family of 2022, whose import modules are `i2c`, `spi`, `gpio` and `uart` ([`Family::V04`]);
//! - components of the WASI SPI hosts of 2026, which import `wasi:spi/spi` and others and export a bare `run` ([`Family::Spi2026`]);
//! - components for the drafts `wasi:i2c@0.2.0-draft` and `wasi:gpio@0.2.0` ([`Family::WasiDrafts`]).
//!
//! Nothing of it is known to the host: what comes out imports the interfaces that every guest imports, and a policy grants its labels.
//!
//! ```no_run
//! let module = std::fs::read("scan.wasm")?;
//! let adapted = wasm_embedded_adapt::adapt(&module)?;
//! std::fs::write("scan.component.wasm", &adapted.component)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(not(test), warn(clippy::expect_used))]

mod compose;
mod entry;
mod error;
mod expect;
mod module;
mod older;
mod policy;
mod strip;
mod world;

pub use self::error::Error;
pub use self::expect::{ExpectError, Expectations, expectations};
pub use self::module::Family;
pub use self::older::Labels;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

use self::compose::Outside;
use self::module::Module;

/// The version of `wasm-embedded:hal` that what comes out imports.
pub const HAL_VERSION: &str = "0.5.0";

/// A component, and what it was made of.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Adapted {
    /// The component, as a binary.
    pub component: Vec<u8>,
    /// What the program was.
    pub family: Family,
    /// The interfaces or modules of its family that it uses.
    uses: Vec<&'static str>,
}

impl Adapted {
    /// Returns a policy to start from, in TOML: labels as they are asked for by convention, on simulated buses. The program itself
    /// does not say which of them it opens.
    #[must_use]
    pub fn policy(&self) -> String {
        policy::of(self.family, &self.uses)
    }
}

/// Returns of what family a program is, or none if it is a component for `wasm-embedded:hal` already, or no WebAssembly at all.
///
/// # Errors
///
/// [`Error::Invalid`] for what cannot be read as a core module.
pub fn family(bytes: &[u8]) -> Result<Option<Family>, Error> {
    if !module::is_core(bytes) {
        return Ok(Outside::read(bytes).family());
    }
    Ok(Some(Module::read(bytes)?.family()))
}

/// Makes a component of a core module, or of a component of an older family.
///
/// # Errors
///
/// Each [`Error`] says what the module imports or lacks, and what to do about it.
pub fn adapt(bytes: &[u8]) -> Result<Adapted, Error> {
    adapt_with(bytes, Labels::Ports)
}

/// Does what [`adapt`] does, with a choice of how the labels of the 0.4 family are made.
///
/// # Errors
///
/// As those of [`adapt`].
pub fn adapt_with(bytes: &[u8], labels: Labels) -> Result<Adapted, Error> {
    let outside = Outside::read(bytes);
    if let Some(family) = outside.family() {
        let component = compose::compose(bytes, &outside)?;
        return Ok(Adapted { component, family, uses: outside.interfaces().to_vec() });
    }
    let module = Module::read(bytes)?;
    module.check()?;
    let family = module.family();
    let mut core = entry::rename(bytes, &module)?;
    let described = module.described;
    if !described {
        let (resolve, world) = world::of(&module)?;
        embed_component_metadata(&mut core, &resolve, world, StringEncoding::UTF8)
            .map_err(|error| Error::Encode(error.into()))?;
    }
    let encode = || {
        let mut encoder = ComponentEncoder::default().validate(true).debug_names(false).module(&core)?;
        if module.wasi {
            let name = wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME;
            encoder = encoder.adapter(name, module.wasi_adapter())?;
        }
        for name in &module.older {
            encoder = encoder.adapter(name, older::adapter(name, labels))?;
        }
        encoder.encode()
    };
    let component = encode().map_err(|error| Error::Encode(error.into()))?;
    let component = strip::strip(&component).map_err(Error::Invalid)?;
    Ok(Adapted { component, family, uses: module.older })
}
