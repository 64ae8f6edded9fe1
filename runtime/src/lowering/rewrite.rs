//! The module with other names for its imports, and the component without the module's code.

use wasm_encoder::{
    CodeSection, CustomSection, ExportKind, ExportSection, Function, FunctionSection, ImportSection, Module,
    RawSection, Section as _,
};
use wasmparser::{Export, ExportSectionReader, ExternalKind, FunctionSectionReader, ImportSectionReader, TypeRef};

use super::graph::{Main, Target};
use super::sections::{PREAMBLE, Section, sections};
use crate::lowered::Whole;

/// Numbers of sections of a module. WebAssembly Core Specification 2.0, section 5.5.2.
const CUSTOM: u8 = 0;
const TYPE: u8 = 1;
const IMPORT: u8 = 2;
const FUNCTION: u8 = 3;
const MEMORY: u8 = 5;
const EXPORT: u8 = 7;
const START: u8 = 8;

/// The names that a module can have for what allocates for its imports, and which of them it is.
const ALLOCATORS: [&str; 2] = wasm_embedded_host::lowered::ALLOCATORS;

/// The section that a module begins with, so that its code is as far from the beginning as in the component's file.
const PADDING: &str = "place in the component";

/// Returns the names of a module's imports, all of which are functions.
pub(super) fn imports<'b>(bytes: &'b [u8], module: &Section) -> Result<Vec<(&'b str, &'b str)>, Whole> {
    let mut names = Vec::new();
    for section in sections(bytes, module.contents.clone())?.into_iter().filter(|section| section.id == IMPORT) {
        for import in ImportSectionReader::new(section.reader(bytes))?.into_imports() {
            let import = import?;
            let TypeRef::Func(_) = import.ty else {
                return Err(Whole::Shape("its module imports something else than functions"));
            };
            names.push((import.module, import.name));
        }
    }
    Ok(names)
}

/// Returns the name of what allocates in a module for its imports: the first of those that there are.
pub(super) fn allocator(bytes: &[u8], module: &Section) -> Result<&'static str, Whole> {
    let mut found = Vec::new();
    for section in sections(bytes, module.contents.clone())?.into_iter().filter(|section| section.id == EXPORT) {
        for export in ExportSectionReader::new(section.reader(bytes))? {
            found.push(export?.name);
        }
    }
    let [first, last] = ALLOCATORS;
    Ok(if found.contains(&first) { first } else { last })
}

/// Returns the module with the host's names for its imports.
pub(super) fn module(bytes: &[u8], main: &Main, targets: &[Target]) -> Result<Vec<u8>, Whole> {
    let parts = sections(bytes, main.section.contents.clone())?;
    let mut imports = ImportSection::new();
    let mut targets = targets.iter();
    for part in parts.iter().filter(|part| part.id == IMPORT) {
        for import in ImportSectionReader::new(part.reader(bytes))?.into_imports() {
            let TypeRef::Func(ty) = import?.ty else { return Err(Whole::Refused) };
            let (interface, name) = targets.next().ok_or(Whole::Refused)?;
            imports.import(interface, name, wasm_encoder::EntityType::Function(ty));
        }
    }
    // How much longer the imports are now, and how far from the beginning of the file the module was.
    let old: usize = parts.iter().filter(|part| part.id == IMPORT).map(|part| part.contents.end - part.start).sum();
    let mut new = Vec::new();
    if old > 0 {
        imports.append_to(&mut new);
    }
    let mut module = Module::new();
    if let Some(room) = (main.section.contents.start + old).checked_sub(new.len())
        && let Some(padding) = padding(room)
    {
        module.section(&padding);
    }
    let mut is_written = false;
    for part in &parts {
        match part.id {
            // It could call before the memory is known to the host.
            START => return Err(Whole::Shape("its module has a start function")),
            IMPORT if !is_written => {
                module.section(&imports);
                is_written = true;
            }
            IMPORT => {}
            id => {
                module.section(&RawSection { id, data: part.of(bytes) });
            }
        }
    }
    Ok(module.finish())
}

/// Returns a custom section that takes so many bytes in all, if there is one.
fn padding(room: usize) -> Option<CustomSection<'static>> {
    let section = |data: usize| CustomSection { name: PADDING.into(), data: vec![0; data].into() };
    let len = |section: &CustomSection<'_>| {
        let mut bytes = Vec::new();
        section.append_to(&mut bytes);
        bytes.len()
    };
    let most = room.checked_sub(len(&section(0)))?;
    // The length of a section is written in as few bytes as it takes.
    (most.saturating_sub(4)..=most).map(section).find(|section| len(section) == room)
}

/// Returns the component with a module without code in the place of its own: the same types, memories and exports.
pub(super) fn skeleton(bytes: &[u8], main: &Main) -> Result<Vec<u8>, Whole> {
    let bare = bare(bytes, &main.section)?;
    let Section { start, contents, .. } = &main.section;
    let (before, after) = (bytes.get(..*start), bytes.get(contents.end..));
    let mut skeleton = before.ok_or(Whole::Refused)?.to_vec();
    RawSection { id: super::sections::CORE_MODULE, data: &bare }.append_to(&mut skeleton);
    skeleton.extend_from_slice(after.ok_or(Whole::Refused)?);
    Ok(skeleton)
}

/// Returns a module without code.
fn bare(bytes: &[u8], module: &Section) -> Result<Vec<u8>, Whole> {
    let mut bare = Module::new();
    let (mut imported, mut functions, mut exported) = (0_u32, Vec::new(), ExportSection::new());
    let (mut kept, mut code) = (FunctionSection::new(), CodeSection::new());
    let (mut memories, mut exports) = (None, Vec::new());
    for part in sections(bytes, module.contents.clone())? {
        match part.id {
            TYPE => {
                bare.section(&RawSection { id: TYPE, data: part.of(bytes) });
            }
            IMPORT => {
                bare.section(&RawSection { id: IMPORT, data: part.of(bytes) });
                imported = ImportSectionReader::new(part.reader(bytes))?
                    .into_imports()
                    .count()
                    .try_into()
                    .map_err(|_| Whole::Refused)?;
            }
            FUNCTION => {
                functions =
                    FunctionSectionReader::new(part.reader(bytes))?.into_iter().collect::<Result<Vec<u32>, _>>()?
            }
            MEMORY => memories = Some(part),
            EXPORT => exports.push(part),
            CUSTOM => {}
            _ => {}
        }
    }
    for part in &exports {
        for export in ExportSectionReader::new(part.reader(bytes))? {
            let Export { name, kind, index } = export?;
            match kind {
                ExternalKind::Func => {
                    let own = index.checked_sub(imported).and_then(|own| usize::try_from(own).ok());
                    let Some(own) = own else {
                        exported.export(name, ExportKind::Func, index);
                        continue;
                    };
                    exported.export(name, ExportKind::Func, imported + kept.len());
                    kept.function(*functions.get(own).ok_or(Whole::Refused)?);
                    let mut body = Function::new([]);
                    body.instructions().unreachable().end();
                    code.function(&body);
                }
                ExternalKind::Memory => {
                    exported.export(name, ExportKind::Memory, index);
                }
                // A component that asks for one of the others does not link.
                _ => {}
            }
        }
    }
    bare.section(&kept);
    if let Some(memories) = memories {
        bare.section(&RawSection { id: MEMORY, data: memories.of(bytes) });
    }
    bare.section(&exported);
    bare.section(&code);
    Ok(bare.finish())
}

const _: () = assert!(PREAMBLE == 8, "`Module::new` writes as many bytes as were read");
