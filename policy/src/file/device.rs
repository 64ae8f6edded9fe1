//! `[[part]]`: the parts on the simulated board, and what they are wired to.

use wasm_embedded_sim::model::{Bus, Model, PartSpec, Settings, Wiring};

use super::address::read_part_address;
use super::backend::{read_name, read_net};
use super::part::{self, NetName};
use super::problem::Span;
use super::reader::{Table, Value};
use crate::model::display;

/// A part on the simulated board.
#[derive(Clone)]
pub struct Device {
    /// What kind of part it is.
    pub model: &'static Model,
    /// What it is called, what it is wired to, and how it is set.
    pub spec: PartSpec,
    /// The nets that it is on, with the keys that name them.
    nets: Vec<(&'static str, NetName)>,
    /// Where its table is.
    pub(crate) span: Span,
    /// Where the bus or label that it hangs on is named.
    pub(crate) wiring_span: Span,
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.spec.fmt(f)
    }
}

impl Device {
    /// Returns what options such as `--screenshot` call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// Returns the addresses that the part answers to when it is given `address`.
    #[must_use]
    pub fn occupied(&self, address: u8) -> std::ops::RangeInclusive<u8> {
        self.model.occupied(address, &self.spec.settings)
    }

    /// Returns the nets that the part is on, with the keys that name them.
    pub fn nets(&self) -> impl DoubleEndedIterator<Item = (&'static str, &NetName)> {
        self.nets.iter().map(|(key, net)| (*key, net))
    }

    /// Returns the net that selects the part, as the policy names it.
    pub(crate) fn select(&self) -> Option<&NetName> {
        self.nets().find(|(key, _)| *key == SELECT).map(|(_, net)| net)
    }

    /// Reads one element of `section`.
    pub(crate) fn read(value: &Value<'_>, section: &str) -> Option<Device> {
        let table = value.table(section.to_owned())?;
        // The words of old: `part` is the model, and `model` a setting.
        let old = table.has("part");
        let key = if old { "part" } else { "model" };
        let name = table.require(key, "the model of the part, such as \"bme280\"")?;
        let model_name = name.text().map(str::to_owned);
        let given_name = table.get("name").map(|value| read_name(&value));
        let (i2c, spi, uart) = (table.get("i2c"), table.get("spi"), table.get("uart"));
        for (one, other) in [("i2c", "spi"), ("i2c", "uart"), ("spi", "uart")] {
            table.exclude(one, other, "a part is on one bus");
        }
        let given = [(Bus::I2c, &i2c), (Bus::Spi, &spi), (Bus::Uart, &uart)];
        let bus = given.into_iter().find(|(_, value)| value.is_some()).map(|(bus, _)| bus);
        // With an unknown part the keys that it would take are unknown too: one complaint is enough.
        let model = part::find(&name)?;
        part::check_bus(&name, model, bus)?;
        let settings = part::read_settings(&table, model, bus, old);
        let controls = part::read_controls(&table, model);
        let mut nets = part::read_nets(&table, model, bus);
        let wiring = match (&i2c, &spi, &uart) {
            (Some(bus), ..) => read_i2c(&table, bus, model, settings.as_ref()),
            (None, Some(label), _) => read_spi(&table, label, nets.as_mut()),
            (None, None, Some(label)) => read_name(label).map(|label| Wiring::Uart { label }),
            (None, None, None) => Some(Wiring::Nets),
        };
        let wiring_span = i2c.or(spi).or(uart).map_or(table.span.clone(), |value| value.span);
        let span = table.span.clone();
        table.finish();
        let nets = nets?;
        let pins = nets.iter().filter(|(key, _)| *key != SELECT);
        let spec = PartSpec {
            name: given_name.unwrap_or(model_name)?,
            model: model.name.to_owned(),
            wiring: wiring?,
            nets: pins.map(|(key, net)| ((*key).to_owned(), net.get_ref().clone())).collect(),
            settings: settings?,
            controls: controls?,
        };
        Some(Device { model, spec, nets, span, wiring_span })
    }
}

/// The key of the net that selects a part.
const SELECT: &str = "select";

fn read_spi(table: &Table<'_>, label: &Value<'_>, nets: Option<&mut Vec<(&'static str, NetName)>>) -> Option<Wiring> {
    let net = match table.get(SELECT) {
        Some(value) => Some(read_net(&value)?),
        None => None,
    };
    let select = net.as_ref().map(|net| net.get_ref().clone());
    if let Some(nets) = nets {
        nets.extend(net.map(|net| (SELECT, net)));
    }
    Some(Wiring::Spi { label: read_name(label)?, select })
}

fn read_i2c(table: &Table<'_>, bus: &Value<'_>, model: &Model, settings: Option<&Settings>) -> Option<Wiring> {
    let bus = read_name(bus);
    let possible = model.buses.i2c?;
    let range = u16::from(possible.first)..=u16::from(possible.last);
    let address = match (table.get("address"), possible.usual) {
        (Some(value), _) => read_part_address(&value, &range).map(|address| (address, Some(value))),
        (None, Some(usual)) => Some((usual, None)),
        (None, None) => {
            let meaning = format!("one of {}", display(&range, false));
            let value = table.require("address", &meaning)?;
            read_part_address(&value, &range).map(|address| (address, Some(value)))
        }
    };
    let (address, value) = address?;
    let blocks = settings.map_or(0, |settings| (possible.blocks)(settings));
    if let (true, Some(value)) = (address & blocks != 0, value) {
        let other = address & !blocks;
        let help = format!("it answers at {} addresses, of which {other:#04x} is the first", u16::from(blocks) + 1);
        value.refuse(&format!("is {address:#04x}, which is not the first of its addresses"), Some(help));
        return None;
    }
    Some(Wiring::I2c { bus: bus?, address })
}
