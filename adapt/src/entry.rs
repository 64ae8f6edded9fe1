//! Gives the entry the name that a component exports it by. Few languages can write that name: AssemblyScript's compiler, for one, takes
//! only identifiers.

use wasm_encoder::reencode::{Reencode, utils};
use wasm_encoder::{ExportSection, Module as Encoded};
use wasmparser::{Export, ExternalKind, Parser, ValType};

use crate::Error;
use crate::module::{Module, RUN, SHORT_RUN};

/// Returns the module with its `run` named as a component's entry; unchanged if it has that already, or is started otherwise.
pub(crate) fn rename(bytes: &[u8], module: &Module) -> Result<Vec<u8>, Error> {
    let Some(ty) = module.short_run.as_ref().filter(|_| !module.has_run() && !module.described) else {
        return Ok(bytes.to_vec());
    };
    if !(ty.params().is_empty() && ty.results() == [ValType::I32]) {
        return Err(Error::EntryType(ty.to_string()));
    }
    let mut renamed = Encoded::new();
    Renamer.parse_core_module(&mut renamed, Parser::new(0), bytes).map_err(|error| Error::Encode(Box::new(error)))?;
    Ok(renamed.finish())
}

/// Copies a module and renames one export.
struct Renamer;

impl Reencode for Renamer {
    type Error = std::convert::Infallible;

    fn parse_export(
        &mut self,
        exports: &mut ExportSection,
        mut export: Export<'_>,
    ) -> Result<(), wasm_encoder::reencode::Error<Self::Error>> {
        if export.name == SHORT_RUN && export.kind == ExternalKind::Func {
            export.name = RUN;
        }
        utils::parse_export(self, exports, export)
    }
}
