//! What a component is made of, and what each import of its module stands for.

use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentAlias, ComponentAliasSectionReader, ComponentCanonicalSectionReader,
    ComponentExportSectionReader, ComponentExternalKind, ComponentImportSectionReader, ComponentInstanceSectionReader,
    ComponentOuterAliasKind, ComponentTypeRef, ComponentTypeSectionReader, ExternalKind, Instance,
    InstanceSectionReader,
};

use super::helpers::{Filler, Shim};
use super::sections::{CORE_MODULE, PREAMBLE, Section, sections};
use crate::lowered::{Needs, Whole};

/// How the interfaces of the host begin, and the version that they are linked with.
const PACKAGE: &str = "wasm-embedded:hal/";
const VERSION: &str = "0.5.0";

/// The module is not one with its two helpers, or they are put together in another way.
const OTHER: Whole = Whole::Shape("its modules are put together in another way");

/// The memory that a module gives to its imports.
const MEMORY: &str = wasm_embedded_host::lowered::MEMORY;

/// A core function of the component.
#[derive(Clone, Debug)]
enum CoreFunc<'b> {
    /// An export of a core instance.
    Export { instance: u32, name: &'b str },
    /// A function of the component's, lowered.
    Lower { func: u32, options: Box<[CanonicalOption]> },
    /// What drops a handle of a type.
    Drop { resource: u32 },
}

/// A function of the component.
#[derive(Clone, Copy, Debug)]
enum Func<'b> {
    /// An export of an instance.
    Export {
        instance: u32,
        name: &'b str,
    },
    /// The core function, lifted.
    Lift,
    Other,
}

/// An export of a core instance that is no function.
type Alias<'b> = (u32, &'b str);

/// An instance that a module imports from, by the name that the module has for it.
type Arg<'b> = (&'b str, u32);

/// A core instance.
#[derive(Debug)]
enum CoreInstance<'b> {
    /// Of a module, with the instances that it imports from.
    Of { module: u32, args: Vec<Arg<'b>> },
    /// Of exports: their kinds, and the indices of what they are.
    Exports(Vec<(&'b str, ExternalKind, u32)>),
}

/// What a component is made of.
#[derive(Debug, Default)]
pub(super) struct Graph<'b> {
    bytes: &'b [u8],
    modules: Vec<Section>,
    core_instances: Vec<CoreInstance<'b>>,
    core_funcs: Vec<CoreFunc<'b>>,
    tables: Vec<Alias<'b>>,
    memories: Vec<Alias<'b>>,
    funcs: Vec<Func<'b>>,
    /// Instances, by the names of their imports.
    instances: Vec<Option<&'b str>>,
    /// Types that are exports of instances.
    types: Vec<Option<(u32, &'b str)>>,
    /// Lifted functions: the core ones, and how.
    lifts: Vec<(u32, Box<[CanonicalOption]>)>,
}

/// The module that runs.
#[derive(Clone, Debug)]
pub(super) struct Main {
    pub(super) section: Section,
    instance: u32,
}

/// The function of the host that an import stands for: the interface and the name.
pub(super) type Target = (String, String);

/// Reads a component.
pub(super) fn read(bytes: &[u8]) -> Result<Graph<'_>, Whole> {
    let mut graph = Graph { bytes, ..Graph::default() };
    for section in sections(bytes, 0..bytes.len())? {
        graph.add(&section)?;
    }
    Ok(graph)
}

impl<'b> Graph<'b> {
    /// Adds a section. Component Model, `design/mvp/Binary.md`, "Component Definitions".
    fn add(&mut self, section: &Section) -> Result<(), Whole> {
        let reader = section.reader(self.bytes);
        match section.id {
            // Custom, and types of core modules.
            0 | 3 => {}
            CORE_MODULE => self.modules.push(section.clone()),
            2 => {
                for instance in InstanceSectionReader::new(reader)? {
                    self.core_instances.push(match instance? {
                        Instance::Instantiate { module_index, args } => CoreInstance::Of {
                            module: module_index,
                            args: args.iter().map(|arg| (arg.name, arg.index)).collect(),
                        },
                        Instance::FromExports(exports) => CoreInstance::Exports(
                            exports.iter().map(|export| (export.name, export.kind, export.index)).collect(),
                        ),
                    });
                }
            }
            4 => only_types(self.bytes, section)?,
            5 => {
                for _ in ComponentInstanceSectionReader::new(reader)? {
                    self.instances.push(None);
                }
            }
            6 => {
                for alias in ComponentAliasSectionReader::new(reader)? {
                    self.alias(alias?)?;
                }
            }
            7 => {
                for _ in ComponentTypeSectionReader::new(reader)? {
                    self.types.push(None);
                }
            }
            8 => {
                for function in ComponentCanonicalSectionReader::new(reader)? {
                    self.canonical(function?)?;
                }
            }
            10 => {
                for import in ComponentImportSectionReader::new(reader)? {
                    let import = import?;
                    match import.ty {
                        ComponentTypeRef::Instance(_) => self.instances.push(Some(import.name.name)),
                        _ => return Err(Whole::Shape("it imports something else than interfaces")),
                    }
                }
            }
            11 => {
                for export in ComponentExportSectionReader::new(reader)? {
                    // An export has an index of its own.
                    match export?.kind {
                        ComponentExternalKind::Instance => self.instances.push(None),
                        ComponentExternalKind::Func => self.funcs.push(Func::Other),
                        ComponentExternalKind::Type => self.types.push(None),
                        _ => return Err(Whole::Shape("it exports something else than interfaces")),
                    }
                }
            }
            _ => return Err(Whole::Shape("it has a start function of its own")),
        }
        Ok(())
    }

    fn alias(&mut self, alias: ComponentAlias<'b>) -> Result<(), Whole> {
        match alias {
            ComponentAlias::InstanceExport { kind, instance_index, name } => match kind {
                ComponentExternalKind::Func => self.funcs.push(Func::Export { instance: instance_index, name }),
                ComponentExternalKind::Type => self.types.push(Some((instance_index, name))),
                ComponentExternalKind::Instance => self.instances.push(None),
                _ => return Err(Whole::Shape("it takes modules from an interface")),
            },
            ComponentAlias::CoreInstanceExport { kind, instance_index, name } => match kind {
                ExternalKind::Func => self.core_funcs.push(CoreFunc::Export { instance: instance_index, name }),
                ExternalKind::Table => self.tables.push((instance_index, name)),
                ExternalKind::Memory => self.memories.push((instance_index, name)),
                _ => return Err(Whole::Shape("its modules share globals or tags")),
            },
            ComponentAlias::Outer { kind: ComponentOuterAliasKind::Type, .. } => self.types.push(None),
            ComponentAlias::Outer { .. } => return Err(Whole::Shape("it takes modules from outside")),
        }
        Ok(())
    }

    fn canonical(&mut self, function: CanonicalFunction) -> Result<(), Whole> {
        match function {
            CanonicalFunction::Lift { core_func_index, options, .. } => {
                self.funcs.push(Func::Lift);
                self.lifts.push((core_func_index, options));
            }
            CanonicalFunction::Lower { func_index, options } => {
                self.core_funcs.push(CoreFunc::Lower { func: func_index, options });
            }
            CanonicalFunction::ResourceDrop { resource } => self.core_funcs.push(CoreFunc::Drop { resource }),
            _ => return Err(Whole::Shape("it has resources of its own, or waits asynchronously")),
        }
        Ok(())
    }

    /// Returns what the component takes of a store beside the module.
    pub(super) fn needs(&self) -> Needs {
        let instances = self.core_instances.iter().filter(|instance| matches!(instance, CoreInstance::Of { .. }));
        Needs { instances: instances.count() }
    }

    fn instance(&self, index: u32) -> Result<&CoreInstance<'b>, Whole> {
        get(&self.core_instances, index)
    }

    /// Returns the module of a core instance.
    fn module(&self, instance: u32) -> Result<(&Section, &[Arg<'b>]), Whole> {
        match self.instance(instance)? {
            CoreInstance::Of { module, args } => Ok((get(&self.modules, *module)?, args)),
            CoreInstance::Exports(_) => Err(Whole::Shape("its main instance is a bundle of exports, not a module")),
        }
    }

    /// Returns the module whose export runs the guest: the only function that is lifted.
    pub(super) fn main(&self) -> Result<Main, Whole> {
        let [(lifted, options)] = self.lifts.as_slice() else {
            return Err(Whole::Shape("it must export `run` and no other function"));
        };
        let CoreFunc::Export { instance, name } = get(&self.core_funcs, *lifted)? else {
            return Err(Whole::Shape("its `run` is not exported by its module"));
        };
        if !name.starts_with(wasm_embedded_host::lowered::RUN) || !name.ends_with(wasm_embedded_host::lowered::RUN_END)
        {
            return Err(Whole::Shape("its `run` is not that of wasi:cli/run@0.2"));
        }
        for option in options {
            match option {
                CanonicalOption::UTF8 | CanonicalOption::Memory(_) | CanonicalOption::Realloc(_) => {}
                _ => return Err(Whole::Shape("its `run` does more than to return")),
            }
        }
        let (section, _) = self.module(*instance)?;
        Ok(Main { section: section.clone(), instance: *instance })
    }

    /// Returns what each import of the module stands for, in their order.
    pub(super) fn targets(&self, main: &Main) -> Result<Vec<Target>, Whole> {
        let helpers = self.helpers(main)?;
        let (section, args) = self.module(main.instance)?;
        let allocator = super::rewrite::allocator(self.bytes, section)?;
        let mut targets = Vec::new();
        for (module, name) in super::rewrite::imports(self.bytes, section)? {
            let (_, instance) =
                args.iter().find(|(arg, _)| *arg == module).ok_or(Whole::Shape("an import has no source"))?;
            let function = match self.instance(*instance)? {
                CoreInstance::Exports(exports) => exports.iter().find(|(export, ..)| *export == name),
                CoreInstance::Of { .. } => return Err(OTHER),
            };
            let Some((_, ExternalKind::Func, function)) = function else {
                return Err(Whole::Shape("its module imports something else than functions"));
            };
            let function = match get(&self.core_funcs, *function)? {
                CoreFunc::Export { instance, name } => {
                    let helpers = helpers.as_ref().filter(|helpers| helpers.shim == *instance);
                    let helpers = helpers.ok_or(OTHER)?;
                    get(&self.core_funcs, helpers.behind(name)?)?
                }
                function => function,
            };
            targets.push(self.target(main, function, allocator)?);
        }
        Ok(targets)
    }

    /// Returns the function of the host that a core function is.
    fn target(&self, main: &Main, function: &CoreFunc<'b>, allocator: &str) -> Result<Target, Whole> {
        let (instance, name) = match function {
            CoreFunc::Lower { func, options } => {
                for option in options {
                    let is_usual = match option {
                        CanonicalOption::UTF8 => true,
                        CanonicalOption::Memory(memory) => *get(&self.memories, *memory)? == (main.instance, MEMORY),
                        CanonicalOption::Realloc(function) => matches!(
                            get(&self.core_funcs, *function)?,
                            CoreFunc::Export { instance, name } if *instance == main.instance && *name == allocator
                        ),
                        _ => false,
                    };
                    if !is_usual {
                        return Err(Whole::Shape("its imports are not lowered as usual"));
                    }
                }
                match get(&self.funcs, *func)? {
                    Func::Export { instance, name } => (*instance, (*name).to_owned()),
                    Func::Lift | Func::Other => return Err(Whole::Shape("it imports a function of its own")),
                }
            }
            CoreFunc::Drop { resource } => match get(&self.types, *resource)? {
                Some((instance, name)) => (*instance, format!("[resource-drop]{name}")),
                None => return Err(Whole::Shape("it has resources of its own")),
            },
            CoreFunc::Export { .. } => return Err(OTHER),
        };
        let interface =
            get(&self.instances, instance)?.ok_or(Whole::Shape("it imports from an instance of its own"))?;
        let (path, _) = interface.split_once('@').unwrap_or((interface, ""));
        if !path.starts_with(PACKAGE) {
            return Err(Whole::Import(interface.to_owned()));
        }
        Ok((format!("{path}@{VERSION}"), name))
    }

    /// Finds the helpers, and checks that they are nothing else.
    fn helpers(&self, main: &Main) -> Result<Option<Helpers>, Whole> {
        let others = (0..).zip(&self.core_instances).filter_map(|(number, instance)| match instance {
            CoreInstance::Of { module, args } if number != main.instance => Some((number, *module, args)),
            _ => None,
        });
        let others: Vec<_> = others.collect();
        let (shim, shim_module, filler_module, filler_args) = match others.as_slice() {
            [] => return Ok(None),
            [(shim, shim_module, shim_args), (_, filler_module, filler_args)] if shim_args.is_empty() => {
                (*shim, *shim_module, *filler_module, filler_args)
            }
            _ => return Err(OTHER),
        };
        let entries = Shim::read(self.bytes, get(&self.modules, shim_module)?)?;
        let filler = Filler::read(self.bytes, get(&self.modules, filler_module)?)?;
        let [(arg, instance)] = filler_args.as_slice() else {
            return Err(OTHER);
        };
        let CoreInstance::Exports(given) = self.instance(*instance)? else {
            return Err(OTHER);
        };
        let find = |name: &str, wanted: ExternalKind| {
            let found = given.iter().find(|(given, kind, _)| *given == name && *kind == wanted);
            found.map(|(.., index)| *index).ok_or(OTHER)
        };
        if filler.module != *arg
            || *get(&self.tables, find(&filler.table, ExternalKind::Table)?)? != (shim, &entries.table)
        {
            return Err(OTHER);
        }
        let slots = filler.slots.iter().map(|name| find(name, ExternalKind::Func)).collect::<Result<_, _>>()?;
        Ok(Some(Helpers { shim, entries, slots }))
    }
}

/// The helpers of a module: a shim that calls the functions of a table, which is filled later.
#[derive(Debug)]
struct Helpers {
    shim: u32,
    entries: Shim,
    /// The core functions in the table.
    slots: Vec<u32>,
}

impl Helpers {
    /// Returns the core function that an export of the shim calls.
    fn behind(&self, name: &str) -> Result<u32, Whole> {
        let slot = self.entries.slot(name).ok_or(Whole::Shape("an import has no source"))?;
        get(&self.slots, slot).copied()
    }
}

fn get<T>(items: &[T], index: u32) -> Result<&T, Whole> {
    usize::try_from(index).ok().and_then(|index| items.get(index)).ok_or(Whole::Refused)
}

/// Checks that a component within the component has types and names only: no code, and nothing that calls.
fn only_types(bytes: &[u8], section: &Section) -> Result<(), Whole> {
    if section.contents.len() < PREAMBLE {
        return Err(Whole::Refused);
    }
    for inner in sections(bytes, section.contents.clone())? {
        match inner.id {
            0 | 3 | 6 | 7 | 10 | 11 => {}
            4 => only_types(bytes, &inner)?,
            5 => {}
            _ => return Err(Whole::Shape("it is made of several components")),
        }
    }
    Ok(())
}
