//! What a core module imports and exports.

use wasmparser::{CompositeInnerType, ExternalKind, FuncType, Parser, Payload, TypeRef};

use crate::{Error, HAL_VERSION, world};

/// What kind of program a core module is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Family {
    /// A core module that imports `wasm-embedded:hal` itself.
    Core,
    /// A core module of the 0.4 family, for WASI 0.1.
    V04,
    /// A component of the WASI SPI hosts of 2026.
    Spi2026,
    /// A component for the drafts of WASI I2C and WASI GPIO.
    WasiDrafts,
}

impl std::fmt::Display for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Family::Core => "a core module",
            Family::V04 => "a module of the 0.4 family",
            Family::Spi2026 => "a component for the WASI SPI hosts of 2026",
            Family::WasiDrafts => "a component for the drafts of WASI I2C and WASI GPIO",
        })
    }
}

/// The start of the names of our interfaces.
const HAL: &str = "wasm-embedded:hal/";

/// The import module of WASI 0.1.
const WASI: &str = "wasi_snapshot_preview1";

/// The interface by which a program of WASI 0.2 ends at once.
pub(crate) const EXIT: &str = "wasi:cli/exit@0.2.6";

/// The import modules of the 0.4 family.
const OLDER: [&str; 4] = ["gpio", "i2c", "spi", "uart"];

/// The entry of a component.
pub(crate) const RUN: &str = "wasi:cli/run@0.2.6#run";

/// The entry of a component, of whatever version of WASI 0.2.
const ANY_RUN: &str = "wasi:cli/run@0.2.";

/// The name by which languages export the entry that cannot write the component's.
pub(crate) const SHORT_RUN: &str = "run";

/// What a core module imports and exports.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// Interfaces of `wasm-embedded:hal`, by their short names, each once.
    pub(crate) interfaces: Vec<String>,
    /// Modules of the 0.4 family, each once, in alphabetical order.
    pub(crate) older: Vec<&'static str>,
    /// Whether it imports WASI 0.1.
    pub(crate) wasi: bool,
    /// Whether it imports WASI 0.2's `exit` itself.
    pub(crate) exit: bool,
    /// Whether it carries the description of its world.
    pub(crate) described: bool,
    /// Imports that nothing here stands for.
    unknown: Vec<String>,
    /// Imports of another version.
    otherwise: Vec<String>,
    start: bool,
    run: bool,
    /// The type of the export `run`.
    pub(crate) short_run: Option<FuncType>,
    memory: bool,
}

/// Returns whether bytes begin as a core module does.
/// WebAssembly Core Specification 2.0, section 5.5.16.
pub(crate) fn is_core(bytes: &[u8]) -> bool {
    Parser::is_core_wasm(bytes)
}

impl Module {
    /// Reads the sections of a module that say how it is linked.
    pub(crate) fn read(bytes: &[u8]) -> Result<Module, Error> {
        if Parser::is_component(bytes) {
            return Err(Error::NotCore("a component already"));
        }
        if !is_core(bytes) {
            return Err(Error::NotCore("not WebAssembly"));
        }
        let mut module = Module::default();
        let mut types = Vec::new();
        let mut functions = Vec::new();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.map_err(Error::Invalid)? {
                Payload::TypeSection(section) => {
                    for group in section {
                        types.extend(group.map_err(Error::Invalid)?.into_types().map(|ty| ty.composite_type.inner));
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import.map_err(Error::Invalid)?;
                        if let TypeRef::Func(ty) = import.ty {
                            functions.push(ty);
                        }
                        module.import(import.module, import.name);
                    }
                }
                Payload::FunctionSection(section) => {
                    for ty in section {
                        functions.push(ty.map_err(Error::Invalid)?);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export.map_err(Error::Invalid)?;
                        let ty = (export.kind == ExternalKind::Func)
                            .then(|| usize::try_from(export.index).ok())
                            .flatten()
                            .and_then(|index| functions.get(index))
                            .and_then(|ty| usize::try_from(*ty).ok())
                            .and_then(|ty| types.get(ty));
                        module.export(export.name, export.kind, ty);
                    }
                }
                Payload::CustomSection(section) if section.name().starts_with("component-type") => {
                    module.described = true
                }
                _ => {}
            }
        }
        module.older.sort_unstable();
        Ok(module)
    }

    fn import(&mut self, from: &str, name: &str) {
        if let Some(interface) = from.strip_prefix(HAL) {
            let (interface, version) = interface.split_once('@').unwrap_or((interface, ""));
            if version != HAL_VERSION {
                self.otherwise.push(from.to_owned());
            } else if !world::has(interface) {
                self.unknown.push(format!("{from}.{name}"));
            } else if !self.interfaces.iter().any(|known| known == interface) {
                self.interfaces.push(interface.to_owned());
            }
        } else if from == WASI {
            self.wasi = true;
        } else if from == EXIT {
            self.exit = true;
        } else if let Some(older) = OLDER.into_iter().find(|older| *older == from) {
            if !self.older.contains(&older) {
                self.older.push(older);
            }
        } else if !(from.starts_with('$') || from.starts_with("[export]") || from.starts_with("wasi:")) {
            self.unknown.push(format!("{from}.{name}"));
        }
    }

    fn export(&mut self, name: &str, kind: ExternalKind, ty: Option<&CompositeInnerType>) {
        match (name, kind) {
            ("memory", ExternalKind::Memory) => self.memory = true,
            ("_start", ExternalKind::Func) => self.start = true,
            (SHORT_RUN, ExternalKind::Func) => {
                if let Some(CompositeInnerType::Func(ty)) = ty {
                    self.short_run = Some(ty.clone());
                }
            }
            (name, ExternalKind::Func) if name.starts_with(ANY_RUN) => self.run = true,
            _ => {}
        }
    }

    /// Returns what kind of program it is.
    pub(crate) fn family(&self) -> Family {
        if self.older.is_empty() { Family::Core } else { Family::V04 }
    }

    /// Returns whether it is started by the name that a component exports.
    pub(crate) fn has_run(&self) -> bool {
        self.run
    }

    /// Returns whether it is started as a program for WASI 0.1.
    pub(crate) fn is_command(&self) -> bool {
        self.start && !self.run && self.short_run.is_none()
    }

    /// Returns the adapter for WASI 0.1: a program's, or a library's if it is started by `run`.
    pub(crate) fn wasi_adapter(&self) -> &'static [u8] {
        use wasi_preview1_component_adapter_provider as adapters;
        if self.is_command() {
            adapters::WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER
        } else {
            adapters::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER
        }
    }

    /// Looks whether a component can be made of it.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if let Some(import) = self.otherwise.first() {
            return Err(Error::Version { import: import.clone() });
        }
        if !self.described {
            if let Some(import) = self.unknown.first() {
                return Err(Error::Import(import.clone()));
            }
            if !(self.run || self.short_run.is_some() || (self.start && self.wasi)) {
                return Err(Error::NoEntry);
            }
        }
        if !self.memory {
            return Err(Error::NoMemory);
        }
        Ok(())
    }
}
