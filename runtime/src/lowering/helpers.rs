//! The two helper modules of a component, read instruction by instruction: what they are is what they do.
//!
//! A module's memory is there only after the module, but its imports need the memory. So `wit-component` has it import from a shim,
//! which calls the functions of a table, and fills the table once the memory is there.

use wasmparser::{
    CodeSectionReader, ConstExpr, ElementItems, ElementKind, ElementSectionReader, Export, ExportSectionReader,
    ExternalKind, FunctionBody, FunctionSectionReader, ImportSectionReader, Operator, TypeRef, TypeSectionReader,
};

use super::sections::{Section, sections};
use crate::lowered::Whole;

const OTHER: Whole = Whole::Shape("its helper modules are not the usual ones");

/// The shim: exports that call the function of a slot with their own arguments.
#[derive(Debug)]
pub(super) struct Shim {
    /// The name of its table.
    pub(super) table: String,
    exports: Vec<(String, u32)>,
}

impl Shim {
    /// Returns the slot that an export calls.
    pub(super) fn slot(&self, name: &str) -> Option<u32> {
        self.exports.iter().find(|(export, _)| export == name).map(|(_, slot)| *slot)
    }

    /// Reads a shim, or says that a module is none.
    pub(super) fn read(bytes: &[u8], module: &Section) -> Result<Shim, Whole> {
        let (mut parameters, mut functions, mut slots) = (Vec::new(), Vec::new(), Vec::new());
        let (mut table, mut exports) = (None, Vec::new());
        for section in sections(bytes, module.contents.clone())? {
            let reader = section.reader(bytes);
            match section.id {
                0 | 4 => {}
                1 => {
                    for ty in TypeSectionReader::new(reader)?.into_iter_err_on_gc_types() {
                        parameters.push(ty?.params().len());
                    }
                }
                3 => functions = FunctionSectionReader::new(reader)?.into_iter().collect::<Result<Vec<u32>, _>>()?,
                7 => {
                    for export in ExportSectionReader::new(reader)? {
                        let Export { name, kind, index } = export?;
                        match (kind, index) {
                            (ExternalKind::Func, _) => exports.push((name.to_owned(), index)),
                            (ExternalKind::Table, 0) if table.is_none() => table = Some(name.to_owned()),
                            _ => return Err(OTHER),
                        }
                    }
                }
                10 => {
                    for (body, ty) in CodeSectionReader::new(reader)?.into_iter().zip(&functions) {
                        let index = usize::try_from(*ty).map_err(|_| OTHER)?;
                        let arguments = *parameters.get(index).ok_or(OTHER)?;
                        slots.push(slot_called(&body?, *ty, arguments)?);
                    }
                }
                _ => return Err(OTHER),
            }
        }
        let slot = |(name, function): (String, u32)| {
            let slot = usize::try_from(function).ok().and_then(|function| slots.get(function));
            slot.map(|slot| (name, *slot)).ok_or(OTHER)
        };
        let exports = exports.into_iter().map(slot).collect::<Result<_, _>>()?;
        Ok(Shim { table: table.ok_or(OTHER)?, exports })
    }
}

/// Returns the slot that a function calls, whose type is that of the call, if it does nothing else.
fn slot_called(body: &FunctionBody<'_>, ty: u32, arguments: usize) -> Result<u32, Whole> {
    if body.get_locals_reader()?.get_count() > 0 {
        return Err(OTHER);
    }
    let operators = body.get_operators_reader()?.into_iter().collect::<Result<Vec<_>, _>>()?;
    let (first, rest) = operators.split_at_checked(arguments).ok_or(OTHER)?;
    let passes_on = (0..)
        .zip(first)
        .all(|(number, operator)| matches!(operator, Operator::LocalGet { local_index } if *local_index == number));
    match rest {
        [Operator::I32Const { value }, Operator::CallIndirect { type_index, table_index: 0 }, Operator::End]
            if passes_on && *type_index == ty =>
        {
            u32::try_from(*value).map_err(|_| OTHER)
        }
        _ => Err(OTHER),
    }
}

/// What fills the shim's table, from the first slot on.
#[derive(Debug)]
pub(super) struct Filler {
    /// The name of what it imports from.
    pub(super) module: String,
    /// The name of the table there.
    pub(super) table: String,
    /// The names of the functions there, by their slots.
    pub(super) slots: Vec<String>,
}

impl Filler {
    /// Reads a filler, or says that a module is none.
    pub(super) fn read(bytes: &[u8], module: &Section) -> Result<Filler, Whole> {
        let (mut from, mut functions, mut table, mut slots) = (None, Vec::new(), None, None);
        for section in sections(bytes, module.contents.clone())? {
            let reader = section.reader(bytes);
            match section.id {
                0 | 1 => {}
                2 => {
                    for import in ImportSectionReader::new(reader)?.into_imports() {
                        let import = import?;
                        if *from.get_or_insert(import.module) != import.module {
                            return Err(OTHER);
                        }
                        match import.ty {
                            TypeRef::Func(_) => functions.push(import.name),
                            TypeRef::Table(_) if table.is_none() => table = Some(import.name),
                            _ => return Err(OTHER),
                        }
                    }
                }
                9 if slots.is_none() => {
                    let mut elements = ElementSectionReader::new(reader)?.into_iter();
                    let (Some(element), None) = (elements.next(), elements.next()) else { return Err(OTHER) };
                    let element = element?;
                    let ElementKind::Active { table_index: None | Some(0), offset_expr } = element.kind else {
                        return Err(OTHER);
                    };
                    let ElementItems::Functions(items) = element.items else { return Err(OTHER) };
                    if !is_zero(&offset_expr)? {
                        return Err(OTHER);
                    }
                    slots = Some(items.into_iter().collect::<Result<Vec<u32>, _>>()?);
                }
                _ => return Err(OTHER),
            }
        }
        let name = |function: u32| {
            let name = usize::try_from(function).ok().and_then(|function| functions.get(function));
            name.map(|name| (*name).to_owned()).ok_or(OTHER)
        };
        let slots = slots.unwrap_or_default().into_iter().map(name).collect::<Result<_, _>>()?;
        Ok(Filler { module: from.ok_or(OTHER)?.to_owned(), table: table.ok_or(OTHER)?.to_owned(), slots })
    }
}

fn is_zero(offset: &ConstExpr<'_>) -> Result<bool, Whole> {
    let operators = offset.get_operators_reader().into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(matches!(operators.as_slice(), [Operator::I32Const { value: 0 }, Operator::End]))
}
