//! Reads what a part is set to, by what its model says of itself.

mod course;
mod setting;

use toml::Spanned;
use wasm_embedded_sim::model::{Bus, Catalog, Input, Model, Settings};

pub(crate) use self::course::read_input;
pub(crate) use self::setting::read_kind;
use super::backend::read_net;
use super::reader::{Table, Value};

/// The name of a net, and where the policy says it.
pub type NetName = Spanned<String>;

/// Returns the model that `name` names.
pub(super) fn find(name: &Value<'_>) -> Option<&'static Model> {
    let models: Vec<(&'static str, &'static Model)> = catalog(name).iter().map(|model| (model.name, model)).collect();
    name.choice(&models)
}

fn catalog<'t>(value: &Value<'t>) -> &'t Catalog {
    &value.findings().context().catalog
}

/// Refuses a part that is on a bus that it does not have, or on none.
pub(super) fn check_bus(name: &Value<'_>, model: &Model, bus: Option<Bus>) -> Option<()> {
    let problem = match bus {
        Some(bus) if model.buses.has(bus) => return Some(()),
        Some(Bus::I2c) => "does not speak I2C",
        Some(Bus::Spi) => "does not speak SPI",
        Some(Bus::Uart) => "does not have a serial port",
        None if model.buses.is_none() => return Some(()),
        None => "needs a bus",
    };
    let ways = [
        (Bus::I2c, "`i2c = \"BUS\"`"),
        (Bus::Spi, "`spi = \"LABEL\"` for the select line of an SPI label"),
        (Bus::Uart, "`uart = \"LABEL\"` for a serial label"),
    ];
    let ways: Vec<&str> = ways.into_iter().filter(|(bus, _)| model.buses.has(*bus)).map(|(_, way)| way).collect();
    let help =
        if ways.is_empty() { "it connects to nets only".to_owned() } else { format!("use {}", ways.join(", or ")) };
    name.refuse(&format!("is \"{}\", which {problem}", model.name), Some(help));
    None
}

/// Reads the nets of the pins that the part has on this bus.
pub(super) fn read_nets(
    table: &Table<'_>,
    model: &'static Model,
    bus: Option<Bus>,
) -> Option<Vec<(&'static str, NetName)>> {
    let pins = model.pins.iter().filter(|pin| pin.is_on(bus)).filter_map(|pin| {
        let value = if pin.required { table.require(pin.key, pin.about) } else { table.get(pin.key) };
        match value {
            Some(value) => Some(read_net(&value).map(|net| (pin.key, net))),
            None if pin.required => Some(None),
            None => None,
        }
    });
    all(pins)
}

/// Reads the settings that the part has on this bus, and adds the defaults of the others. `old` tables call some otherwise.
pub(super) fn read_settings(table: &Table<'_>, model: &'static Model, bus: Option<Bus>, old: bool) -> Option<Settings> {
    let settings = model.settings.iter().filter(|setting| setting.is_on(bus));
    let mut settings = setting::read_all(table, settings, model.name, old)?;
    model.fill_settings(&mut settings, bus);
    Some(settings)
}

/// Reads what the controls are at the start, as far as the policy says.
pub(super) fn read_controls(table: &Table<'_>, model: &'static Model) -> Option<Vec<(String, Input)>> {
    all(model.controls.iter().filter_map(|control| {
        let input = course::read(table, control).transpose()?;
        Some(input.ok().map(|input| (control.key.to_owned(), input)))
    }))
}

/// Goes through all, so that each complains, and returns them unless one did.
fn all<T>(items: impl Iterator<Item = Option<T>>) -> Option<Vec<T>> {
    let items: Vec<Option<T>> = items.collect();
    items.into_iter().collect()
}

/// The value was refused, with a complaint.
struct Refused;
