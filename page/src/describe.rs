//! The board in words and numbers, as the page draws it.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};
use wasm_embedded_board::Board;
use wasm_embedded_policy::{Backend as _, Policy};
use wasm_embedded_sim::model::{Model, PartSpec, Wiring};
use wasm_embedded_sim::{Level, Net, PartId, UartId};

use crate::faults::{self, Choice};
use crate::terminal::Terminal;
use crate::value::{self, to_json};

/// A part of the board.
#[derive(Clone, Debug)]
pub(crate) struct KnownPart {
    pub(crate) name: String,
    pub(crate) id: PartId,
    pub(crate) model: &'static Model,
}

/// A serial port of the board.
#[derive(Clone, Debug)]
pub(crate) struct KnownPort {
    pub(crate) label: String,
    /// The keyboard of the page.
    pub(crate) terminal: PartId,
}

/// What orders of the page can be about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub(crate) parts: Vec<KnownPart>,
    /// Those parts that show something, by their places.
    pub(crate) displays: Vec<usize>,
    pub(crate) ports: Vec<KnownPort>,
    pub(crate) faults: Vec<Choice>,
}

/// A board for the page.
pub(crate) struct Described {
    pub(crate) known: Known,
    pub(crate) nets: Vec<Net>,
    pub(crate) ports: Vec<UartId>,
    pub(crate) json: Json,
}

/// Describes the board of a policy. Puts a keyboard at each serial port, which is silent until somebody types.
pub(crate) fn describe(board: &Board, policy: &Policy) -> Described {
    let sim = board.sim();
    let parts = policy.devices.iter().filter_map(|device| {
        let id = board.part(device.name())?;
        Some(KnownPart { name: device.name().to_owned(), id, model: device.model })
    });
    let parts: Vec<KnownPart> = parts.collect();
    let shows = |part: &KnownPart| sim.picture(part.id).is_some();
    let displays = parts.iter().enumerate().filter(|(_, part)| shows(part)).map(|(place, _)| place).collect();
    let (mut ports, mut known_ports) = (Vec::new(), Vec::new());
    for port in board.wiring().ports() {
        let terminal = sim.add_uart(port.id, Terminal::default());
        ports.push(port.id);
        known_ports.push(KnownPort { label: port.label.clone(), terminal });
    }
    let names = net_names(policy);
    let nets: Vec<Net> = names.iter().map(|name| sim.net(name)).collect();
    let known = Known { parts, displays, ports: known_ports, faults: faults::all(board, policy) };
    let level = |net: &Net| sim.level(*net) == Level::High;
    let net_list = names.iter().zip(&nets).map(|(name, net)| json!({ "name": name, "high": level(net) }));
    let fault = |choice: &Choice| json!({ "place": choice.place, "about": choice.about, "toml": choice.toml });
    let json = json!({
        "parts": policy.devices.iter().map(|device| part(&device.spec, device.model)).collect::<Vec<_>>(),
        "displays": known.displays,
        "labels": labels(policy),
        "nets": net_list.collect::<Vec<_>>(),
        "ports": known.ports.iter().map(|port| &port.label).collect::<Vec<_>>(),
        "faults": known.faults.iter().map(fault).collect::<Vec<_>>(),
    });
    Described { known, nets, ports, json }
}

/// Returns the nets that the policy names, each once.
fn net_names(policy: &Policy) -> Vec<String> {
    let pins = policy.pins.iter().filter_map(|pin| pin.backend.sim());
    let channels = policy.channels().filter_map(|(_, backend, _)| backend.net());
    let parts = policy.devices.iter().flat_map(|device| device.spec.nets.iter().map(|(_, net)| net.as_str()));
    let mut seen = BTreeSet::new();
    pins.chain(channels).chain(parts).filter(|net| seen.insert(*net)).map(str::to_owned).collect()
}

/// Returns the labels with what they stand for.
fn labels(policy: &Policy) -> Vec<Json> {
    let label = |label: &wasm_embedded_policy::AnyLabel<'_>| {
        let allow = policy.i2c.iter().filter(|i2c| label.section == "i2c" && i2c.label == label.label);
        let allow =
            allow.flat_map(|i2c| &i2c.allow).map(|grant| json!([grant.addresses.start(), grant.addresses.end()]));
        json!({
            "label": label.label, "kind": label.section, "on": label.backend.sim(), "allow": allow.collect::<Vec<_>>(),
        })
    };
    policy.labels().map(|any| label(&any)).collect()
}

fn part(spec: &PartSpec, model: &Model) -> Json {
    let on = match &spec.wiring {
        Wiring::I2c { bus, address } => json!({
            "bus": "i2c", "name": bus, "from": address, "to": model.occupied(*address, &spec.settings).end(),
        }),
        Wiring::Spi { label, select } => json!({ "bus": "spi", "name": label, "select": select }),
        Wiring::Uart { label } => json!({ "bus": "uart", "name": label }),
        Wiring::Nets => Json::Null,
    };
    let with = |mut entry: Json, more: Json| {
        if let (Some(entry), Json::Object(more)) = (entry.as_object_mut(), more) {
            entry.extend(more);
        }
        entry
    };
    let controls = model
        .controls
        .iter()
        .map(|control| with(json!({ "key": control.key, "about": control.about }), value::kind(&control.kind)));
    let readouts = model
        .readouts
        .iter()
        .map(|readout| with(json!({ "key": readout.key, "about": readout.about }), value::kind(&readout.kind)));
    let picture = model.pictures.first().map(|picture| {
        let (width, height) = (picture.size)(&spec.settings);
        json!({ "width": width, "height": height, "colours": picture.colours })
    });
    let settings = spec.settings.iter().filter(|(_, value)| !is_long(value));
    json!({
        "name": spec.name,
        "model": model.name,
        "about": model.about,
        "data_sheet": model.data_sheet,
        "omits": model.omits,
        "on": on,
        "nets": spec.nets.iter().map(|(pin, net)| (pin.clone(), json!(net))).collect::<Map<_, _>>(),
        "settings": settings.map(|(key, value)| (key.to_owned(), to_json(value))).collect::<Map<_, _>>(),
        "controls": controls.collect::<Vec<_>>(),
        "readouts": readouts.collect::<Vec<_>>(),
        "picture": picture,
    })
}

/// Returns whether a setting is data, such as the contents of a memory.
fn is_long(value: &wasm_embedded_sim::model::Value) -> bool {
    use wasm_embedded_sim::model::Value;
    matches!(value, Value::Bytes(_) | Value::Records(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"
        [i2c.sensor]
        sim = "board"
        allow = [0x48, "0x50-0x57"]
        [uart.SERIAL]
        sim = true
        [gpio]
        LED = { sim = "LAMP", direction = "output" }
        [[part]]
        model = "lm75"
        name = "cellar"
        i2c = "board"
        temperature = 21.5
        [[part]]
        model = "led"
        net = "LAMP"
        [[part]]
        model = "ssd1306"
        name = "oled"
        i2c = "board"
        address = 0x3c
    "#;

    #[test]
    fn a_board_is_described_with_parts_labels_nets_and_faults() {
        let policy = Policy::parse("board.toml", POLICY).expect("a valid policy");
        let described = describe(&Board::new(&policy).expect("a board"), &policy);
        let json = described.json;
        assert_eq!(json["parts"][0]["on"], json!({ "bus": "i2c", "name": "board", "from": 0x48, "to": 0x48 }));
        assert_eq!(json["parts"][0]["controls"][0]["key"], "temperature");
        assert_eq!(json["parts"][0]["controls"][0]["unit"], "degC");
        assert_eq!(json["parts"][1]["nets"], json!({ "net": "LAMP" }));
        assert_eq!(json["displays"], json!([2]));
        assert_eq!(json["parts"][2]["picture"]["width"], 128);
        assert_eq!(json["labels"][0]["allow"], json!([[0x48, 0x48], [0x50, 0x57]]));
        assert_eq!(json["nets"], json!([{ "name": "LAMP", "high": false }]));
        assert_eq!(json["ports"], json!(["SERIAL"]));
        let places: Vec<_> = described.known.faults.iter().map(|choice| choice.place.as_str()).collect();
        assert!(["cellar", "sensor", "LED", "SERIAL", "the controller"].iter().all(|place| places.contains(place)));
    }
}
