//! What a component imports and exports, against what there is.

use wasmtime::component::types::{ComponentItem, Type};
use wasmtime::component::{Component, Linker};

/// Why a component cannot be linked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// It imports interfaces that there are not.
    #[error("the component imports {}, which this host lacks; this host has\n{}", list(missing), available())]
    Missing {
        /// What it imports, as the component names it.
        missing: Vec<String>,
    },
    /// It imports an interface that there is, with other types.
    #[error("the component's imports do not match this host")]
    Mismatch(#[source] wasmtime::Error),
    /// It imports functions that it could not wait for.
    #[error(
        "the component imports {}, but does not export wasm-embedded:hal/entry, which asynchronous guests need: see \
         `#[wasm_embedded_hal::main]`",
        list(imports)
    )]
    Blocking {
        /// What it imports.
        imports: Vec<String>,
    },
    /// There is nothing to run in it.
    #[error("the component does not export wasi:cli/run, which this host runs; it exports {}", list(exports))]
    NoRun {
        /// What it exports.
        exports: Vec<String>,
    },
    /// The policy bounds the instructions of a program that does not count them.
    #[error("the policy limits `fuel`, but the component was compiled without it: use `compile --fuel`")]
    NoFuel(#[source] wasmtime::Error),
    /// The machine has no room for the stack that the policy grants.
    #[error(
        "cannot create a thread with a stack of {bytes} bytes: `stack-bytes` in [limits], plus what this program needs"
    )]
    NoStack {
        /// How much was asked for.
        bytes: usize,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Wasmtime cannot work on this machine.
    #[error("the WebAssembly engine does not work on this machine")]
    Engine(#[source] wasmtime::Error),
}

/// The packages that are linked, with their versions and interfaces.
const PACKAGES: [(&str, &str, &[&str]); 8] = [
    (
        "wasm-embedded:hal",
        "0.5.0",
        &[
            "types",
            "i2c",
            "spi",
            "digital",
            "pwm",
            "uart",
            "adc",
            "delay",
            "clock",
            "log",
            "reply",
            "i2c-async",
            "spi-async",
            "digital-async",
            "uart-async",
            "delay-async",
        ],
    ),
    (
        "wasi:cli",
        "0.2.12",
        &[
            "environment",
            "exit",
            "stdin",
            "stdout",
            "stderr",
            "terminal-input",
            "terminal-output",
            "terminal-stdin",
            "terminal-stdout",
            "terminal-stderr",
        ],
    ),
    ("wasi:config", "0.2.0-rc.1", &["store"]),
    ("wasi:clocks", "0.2.12", &["monotonic-clock", "wall-clock"]),
    ("wasi:io", "0.2.12", &["error", "poll", "streams"]),
    ("wasi:random", "0.2.12", &["random", "insecure", "insecure-seed"]),
    // Linked, and empty: a guest with std imports them even if it never opens a file or a socket.
    ("wasi:filesystem", "0.2.12", &["types", "preopens"]),
    (
        "wasi:sockets",
        "0.2.12",
        &["network", "instance-network", "ip-name-lookup", "tcp", "tcp-create-socket", "udp", "udp-create-socket"],
    ),
];

/// The export that is run.
const RUN: &str = "wasi:cli/run@0.2.";

/// The export of an asynchronous guest that is run in its place.
pub(crate) const ENTRY: &str = "wasm-embedded:hal/entry@0.5.0";

/// What the names of the asynchronous interfaces have before their version.
const ASYNCHRONOUS: &str = "-async@";

/// One import of a component.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Import {
    /// Its name.
    pub name: String,
    /// Whether this host has it.
    pub available: bool,
}

impl Import {
    /// Returns the import of this name.
    pub(crate) fn named(name: &str) -> Import {
        Import { name: name.to_owned(), available: is_available(name) }
    }
}

/// Returns everything that a component imports, in its order.
pub(crate) fn imports(component: &Component) -> Vec<Import> {
    let ty = component.component_type();
    let imports = ty.imports(component.engine()).filter(|(_, item)| !matches!(item.ty, ComponentItem::Type(_)));
    imports.map(|(name, _)| Import::named(name)).collect()
}

/// Returns what a component exports, in its order.
pub(crate) fn exports(component: &Component) -> Vec<String> {
    component.component_type().exports(component.engine()).map(|(name, _)| name.to_owned()).collect()
}

/// Returns whether a component is run by its asynchronous entry.
pub(crate) fn is_asynchronous(component: &Component) -> bool {
    exports_run(component, |name| name == ENTRY)
}

/// Checks that a component can be linked and run.
pub(crate) fn check<T>(component: &Component, linker: &Linker<T>) -> Result<(), LinkError> {
    let missing = imports(component).into_iter().filter(|import| !import.available);
    let missing: Vec<String> = missing.map(|import| import.name).collect();
    if !missing.is_empty() {
        return Err(LinkError::Missing { missing });
    }
    linker.instantiate_pre(component).map_err(LinkError::Mismatch)?;
    if is_asynchronous(component) {
        return Ok(());
    }
    if exports_run(component, |name| name.starts_with(RUN)) {
        let names = imports(component).into_iter().map(|import| import.name);
        let imports: Vec<String> = names.filter(|name| name.contains(ASYNCHRONOUS)).collect();
        return if imports.is_empty() { Ok(()) } else { Err(LinkError::Blocking { imports }) };
    }
    let without = |name: String| match name.starts_with(RUN) || name == ENTRY {
        true => format!("{name} without its function `run`"),
        false => name,
    };
    Err(LinkError::NoRun { exports: exports(component).into_iter().map(without).collect() })
}

/// Returns whether a component exports what is run: an instance of that name with a function without parameters that returns a
/// result.
fn exports_run(component: &Component, is_named: impl Fn(&str) -> bool) -> bool {
    let (ty, engine) = (component.component_type(), component.engine());
    let is_run = |item: &ComponentItem| match item {
        ComponentItem::ComponentFunc(run) => {
            run.params().len() == 0 && matches!(run.results().next(), Some(Type::Result(_)))
        }
        _ => false,
    };
    ty.exports(engine).any(|(name, item)| match item.ty {
        ComponentItem::ComponentInstance(instance) if is_named(name) => {
            instance.get_export(engine, "run").is_some_and(|run| is_run(&run.ty))
        }
        _ => false,
    })
}

/// Returns whether an import has one of the interfaces' names, and a version that its implementation is compatible with.
fn is_available(import: &str) -> bool {
    let parts = import.split_once('@').and_then(|(path, version)| Some((path.split_once('/')?, version)));
    let Some(((package, interface), version)) = parts else { return false };
    PACKAGES.iter().any(|(name, has, interfaces)| {
        // While the major version is 0, versions with the same minor one are compatible.
        let minor = |version: &str| version.rsplit_once('.').map(|(minor, _)| minor.to_owned());
        *name == package && interfaces.contains(&interface) && minor(version) == minor(has)
    })
}

/// Returns what there is, a package a line.
fn available() -> String {
    let lines =
        PACKAGES.iter().map(|(package, version, interfaces)| format!("{package}@{version}: {}", interfaces.join(", ")));
    lines.collect::<Vec<_>>().join("\n")
}

fn list(names: &[String]) -> String {
    match names {
        [] => "nothing".to_owned(),
        _ => names.join(", "),
    }
}
