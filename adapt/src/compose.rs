//! Components of the WASI SPI hosts of 2026, and of the drafts of WASI I2C and GPIO: plugged into the adapter components that serve their
//! interfaces, and into an entry.

use wasm_compose::graph::{Component, CompositionGraph, EncodeOptions, InstanceId};
use wasmparser::{ComponentExternalKind, Parser, Payload, Validator};

use crate::{Error, Family};

/// An adapter component, made by `cargo xtask bindings` of the folder of its name.
struct Adapter {
    name: &'static str,
    component: &'static [u8],
    /// The interfaces that it serves.
    interfaces: &'static [&'static str],
}

const SPI_2026: Adapter = Adapter {
    name: "spi-2026",
    component: include_bytes!("../older/spi-2026.wasm"),
    interfaces: &[
        "wasi:spi/spi",
        "wasi:gpio/gpio",
        "wasi:delay/delay",
        "my:debug/logging",
        "my:clock/time",
        "my:timer/timer",
    ],
};

const WASI_DRAFTS: Adapter = Adapter {
    name: "wasi-drafts",
    component: include_bytes!("../older/wasi-drafts.wasm"),
    interfaces: &[
        "wasi:i2c/i2c@0.2.0-draft",
        "wasi:i2c/delay@0.2.0-draft",
        "wasi:gpio/types@0.2.0",
        "wasi:gpio/digital@0.2.0",
        "wasi:gpio/pwm@0.2.0",
    ],
};

/// The interface of the drafts that returns pollables, which only a host can make.
const POLLABLES: &str = "wasi:gpio/digital-async@0.2.0";

/// The component around one that exports a bare `run`, made of `older/entry.wat`.
const ENTRY: &[u8] = include_bytes!("../older/entry.wasm");

/// The entry of such a component.
const RUN: &str = "run";

/// What a component imports and exports at its outermost level, as far as it tells its family.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    /// Which of the adapters' interfaces it imports.
    interfaces: Vec<&'static str>,
    /// Whether it imports the interface that returns pollables.
    pollables: bool,
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
                        let served = SPI_2026.interfaces.iter().chain(WASI_DRAFTS.interfaces);
                        outside.interfaces.extend(served.copied().find(|known| *known == import.name.name));
                        outside.pollables |= import.name.name == POLLABLES;
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

    /// Returns which family it is of, if of one of these. A component may import interfaces of both.
    pub(crate) fn family(&self) -> Option<Family> {
        match self.uses(&SPI_2026) {
            true => Some(Family::Spi2026),
            false => (self.uses(&WASI_DRAFTS) || self.pollables).then_some(Family::WasiDrafts),
        }
    }

    fn uses(&self, adapter: &Adapter) -> bool {
        self.interfaces.iter().any(|interface| adapter.interfaces.contains(interface))
    }

    /// Returns the interfaces that it imports and an adapter serves.
    pub(crate) fn interfaces(&self) -> &[&'static str] {
        &self.interfaces
    }
}

/// Puts adapters under a component and the entry around it.
pub(crate) fn compose(bytes: &[u8], outside: &Outside) -> Result<Vec<u8>, Error> {
    if outside.pollables {
        return Err(Error::Pollables(POLLABLES));
    }
    let mut graph = CompositionGraph::new();
    // One for all, since types of different ones cannot be compared.
    let mut validator = Validator::new();
    let guest = add(&mut graph, &mut validator, "guest", bytes)?;
    for served in [&SPI_2026, &WASI_DRAFTS].into_iter().filter(|adapter| outside.uses(adapter)) {
        let adapter = add(&mut graph, &mut validator, served.name, served.component)?;
        for interface in outside.interfaces.iter().filter(|interface| served.interfaces.contains(interface)) {
            connect(&mut graph, adapter, guest, interface).map_err(|source| Error::Draft { interface, source })?;
        }
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
