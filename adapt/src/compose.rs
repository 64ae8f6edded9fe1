//! Components of the WASI SPI hosts of 2026: plugged into an adapter component that serves their interfaces, and into an entry.

use wasm_compose::graph::{Component, CompositionGraph, EncodeOptions, InstanceId};
use wasmparser::{ComponentExternalKind, Parser, Payload, Validator};

use crate::Error;

/// The adapter component, made of `spi-2026/` by `cargo xtask bindings`.
const ADAPTER: &[u8] = include_bytes!("../older/spi-2026.wasm");

/// The component around one that exports a bare `run`, made of `older/entry.wat`.
const ENTRY: &[u8] = include_bytes!("../older/entry.wasm");

/// The interfaces that the adapter serves.
const INTERFACES: [&str; 6] =
    ["wasi:spi/spi", "wasi:gpio/gpio", "wasi:delay/delay", "my:debug/logging", "my:clock/time", "my:timer/timer"];

/// The entry of such a component.
const RUN: &str = "run";

/// What a component imports and exports at its outermost level, as far as it tells its family.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    /// Which of the adapter's interfaces it imports.
    interfaces: Vec<&'static str>,
    /// Whether it exports a bare function `run`.
    bare_run: bool,
}

impl Outside {
    /// Reads the outermost level of a component. One that is damaged has nothing: the host says what is wrong with it.
    pub(crate) fn read(bytes: &[u8]) -> Outside {
        let mut outside = Outside::default();
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload {
                Ok(Payload::ModuleSection { .. } | Payload::ComponentSection { .. }) => depth += 1,
                Ok(Payload::End(_)) => depth = depth.saturating_sub(1),
                Ok(Payload::ComponentImportSection(section)) if depth == 0 => {
                    for import in section.into_iter().map_while(Result::ok) {
                        outside.interfaces.extend(INTERFACES.iter().find(|known| **known == import.name.name));
                    }
                }
                Ok(Payload::ComponentExportSection(section)) if depth == 0 => {
                    let mut exports = section.into_iter().map_while(Result::ok);
                    outside.bare_run |=
                        exports.any(|export| export.name.name == RUN && export.kind == ComponentExternalKind::Func);
                }
                Ok(_) => {}
                Err(_) => break,
            }
        }
        outside
    }

    /// Returns whether it is of this family.
    pub(crate) fn is_of_2026(&self) -> bool {
        !self.interfaces.is_empty()
    }

    /// Returns the interfaces that it imports and the adapter serves.
    pub(crate) fn interfaces(&self) -> &[&'static str] {
        &self.interfaces
    }
}

/// Puts the adapter under a component and the entry around it.
pub(crate) fn compose(bytes: &[u8], outside: &Outside) -> Result<Vec<u8>, Error> {
    let mut graph = CompositionGraph::new();
    // One for all, since types of different ones cannot be compared.
    let mut validator = Validator::new();
    let adapter = add(&mut graph, &mut validator, "adapter", ADAPTER)?;
    let guest = add(&mut graph, &mut validator, "guest", bytes)?;
    for interface in &outside.interfaces {
        connect(&mut graph, adapter, guest, interface).map_err(|source| Error::Draft { interface, source })?;
    }
    let exported = if outside.bare_run {
        let entry = add(&mut graph, &mut validator, "entry", ENTRY)?;
        connect(&mut graph, guest, entry, RUN).map_err(Error::Encode)?;
        entry
    } else {
        guest
    };
    let options = EncodeOptions { define_components: true, export: Some(exported), validate: true };
    graph.encode(options).map_err(|error| Error::Encode(error.into()))
}

fn add<'a>(
    graph: &mut CompositionGraph<'a>,
    validator: &mut Validator,
    name: &str,
    bytes: &'a [u8],
) -> Result<InstanceId, Error> {
    let component = Component::from_bytes(validator, name, bytes).and_then(|component| graph.add_component(component));
    let instance = component.and_then(|component| graph.instantiate(component));
    instance.map_err(|error| Error::Encode(error.into()))
}

/// Connects an export of one instance with the import of the same name of another.
fn connect(
    graph: &mut CompositionGraph<'_>,
    from: InstanceId,
    to: InstanceId,
    name: &str,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let export = graph.get_component_of_instance(from).and_then(|(_, component)| component.export_by_name(name));
    let import = graph.get_component_of_instance(to).and_then(|(_, component)| component.import_by_name(name));
    let (Some((export, ..)), Some((import, _))) = (export, import) else {
        return Err(format!("{name} is missing").into());
    };
    Ok(graph.connect(from, Some(export), to, import)?)
}
