//! `[[device]]`: the parts on the simulated board, and what they are wired to.

use super::address::{display, read_part_address};
use super::backend::{read_name, read_net};
use super::part::{Buses, NetName, Part};
use super::problem::Span;
use super::reader::{Table, Value};

/// What a part hangs on. The nets of a part are its own settings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wiring {
    /// A simulated I2C bus.
    I2c {
        /// The bus's name.
        bus: String,
        /// The part's address, the first one if it answers to several.
        address: u8,
    },
    /// An SPI label.
    Spi {
        /// The label.
        label: String,
        /// The net that selects the part, if the label has no select line of its own; without one the part is always selected.
        select: Option<NetName>,
    },
    /// The other end of a serial label.
    Uart {
        /// The label.
        label: String,
    },
    /// Nets only.
    Nets,
}

/// A part on the simulated board.
#[derive(Clone, Debug)]
pub struct Device {
    /// What options such as `--screenshot` call it; the part's name if the policy gives no other.
    pub name: String,
    /// The part.
    pub part: Part,
    /// What it hangs on.
    pub wiring: Wiring,
    /// Where its table is.
    pub(crate) span: Span,
    /// Where the bus or label that it hangs on is named.
    pub(crate) wiring_span: Span,
}

impl Device {
    /// Returns the nets that the part is on, with the keys that name them.
    pub fn nets(&self) -> Vec<(&'static str, &NetName)> {
        let select = match &self.wiring {
            Wiring::Spi { select: Some(net), .. } => Some(("select", net)),
            Wiring::Spi { select: None, .. } | Wiring::I2c { .. } | Wiring::Uart { .. } | Wiring::Nets => None,
        };
        self.part.nets().into_iter().chain(select).collect()
    }

    /// Reads one element of `[[device]]`.
    pub(crate) fn read(value: &Value<'_>) -> Option<Device> {
        let table = value.table("[[device]]".to_owned())?;
        let kind = table.require("part", "the model of the part, such as \"bme280\"")?;
        let kind_name = kind.text().map(str::to_owned);
        let given_name = table.get("name").map(|value| read_name(&value));
        let i2c = table.get("i2c");
        let spi = table.get("spi");
        let uart = table.get("uart");
        for (one, other) in [("i2c", "spi"), ("i2c", "uart"), ("spi", "uart")] {
            table.exclude(one, other, "a part is on one bus");
        }
        let on = Buses { i2c: i2c.is_some(), spi: spi.is_some(), uart: uart.is_some() };
        let part = Part::read(&kind, &table, on);
        let wiring = match (&part, &i2c, &spi, &uart) {
            (Some(part), Some(bus), ..) => read_i2c(&table, bus, part),
            (Some(_), None, Some(label), _) => read_spi(&table, label),
            (Some(_), None, None, Some(label)) => read_name(label).map(|label| Wiring::Uart { label }),
            (Some(_), None, None, None) => Some(Wiring::Nets),
            (None, ..) => None,
        };
        let wiring_span = i2c.or(spi).or(uart).map_or(table.span.clone(), |value| value.span);
        let span = table.span.clone();
        // With an unknown part the keys that it would take are unknown too: one complaint is enough.
        if part.is_some() {
            table.finish();
        }
        Some(Device { name: given_name.unwrap_or(kind_name)?, part: part?, wiring: wiring?, span, wiring_span })
    }
}

fn read_spi(table: &Table<'_>, label: &Value<'_>) -> Option<Wiring> {
    let select = table.get("select").map(|value| read_net(&value));
    Some(Wiring::Spi { label: read_name(label)?, select: select.map_or(Some(None), |net| net.map(Some))? })
}

fn read_i2c(table: &Table<'_>, bus: &Value<'_>, part: &Part) -> Option<Wiring> {
    let bus = read_name(bus);
    let (possible, default) = part.addresses();
    let possible = u16::from(*possible.start())..=u16::from(*possible.end());
    let address = match (table.get("address"), default) {
        (Some(value), _) => read_part_address(&value, &possible),
        (None, Some(default)) => Some(default),
        (None, None) => {
            let meaning = format!("one of {}", display(&possible, false));
            table.require("address", &meaning).and_then(|value| read_part_address(&value, &possible))
        }
    };
    Some(Wiring::I2c { bus: bus?, address: address? })
}
