//! Puts parts where their wires say: on buses and nets.

use wasm_embedded_policy::Span;
use wasm_embedded_sim::model::{Bus, Catalog, Model, Role};

use crate::attributes::{self, Entry};
use crate::draft::{Demand, Draft, Drafted, I2cLabel, SpiLabel, Spot};
use crate::drawing::{Drawing, Part};
use crate::kinds::{Kind, Use};
use crate::mcu::Mcu;
use crate::nets::{NetId, Nets, Rail};
use crate::text;

/// A drawing that becomes a policy.
#[derive(Debug)]
pub(crate) struct Bench<'d> {
    pub(crate) drawing: &'d Drawing,
    pub(crate) nets: Nets,
    pub(crate) mcu: &'static Mcu,
    pub(crate) draft: Draft,
    pub(crate) notes: Vec<(Span, String)>,
    /// The I2C buses: their two nets.
    i2c: Vec<(NetId, NetId)>,
    /// The SPI buses: their clocks.
    spi: Vec<NetId>,
}

impl<'d> Bench<'d> {
    pub(crate) fn new(drawing: &'d Drawing, nets: Nets, mcu: &'static Mcu) -> Bench<'d> {
        let (draft, notes) = (Draft::default(), Vec::new());
        Bench { drawing, nets, mcu, draft, notes, i2c: Vec::new(), spi: Vec::new() }
    }

    /// Says that a part is left out, and why.
    pub(crate) fn leave(&mut self, part: &Part, why: &str) {
        self.notes.push((part.span.clone(), format!("`{}` is left out: {why}", part.id)));
    }

    /// Returns the net of a pin, if a pin of the microcontroller is on it.
    pub(crate) fn reached(&self, part: &Part, pin: &str) -> Option<NetId> {
        self.nets.net(&part.id, pin).filter(|net| !self.nets.labels(*net).is_empty())
    }

    /// Puts a part of one model where its pins are wired to.
    pub(crate) fn place(&mut self, part: &Part, kind: Kind) {
        let name = match kind {
            Kind::Placed(placed) => placed.model,
            Kind::Chip(model) => model.name,
            _ => return,
        };
        let Some(model) = Catalog::new().find(name) else { return };
        let mut entries = self.entries(part, kind, model);
        if name == "max7219" {
            match self.chain(part) {
                Some(chips) => entries.push(Entry::new("chips", chips.to_string(), &part.span)),
                None => return,
            }
        }
        let wired = |wanted: Use| {
            let pins = self.nets.pins_of(&part.id);
            pins.into_iter().find(|(pin, _)| kind.use_of(pin) == Some(wanted)).map(|(_, net)| net)
        };
        let spot = if model.buses.is_none() {
            Ok((Spot::Nets, None))
        } else if let (Some(sda), Some(scl)) = (wired(Use::Sda), wired(Use::Scl)) {
            self.on_i2c(part, model, (sda, scl), &entries).map(|spot| (spot, Some(Bus::I2c)))
        } else if let Some(sck) = wired(Use::Sck) {
            let (data, select) = (wired(Use::Mosi).or_else(|| wired(Use::Miso)), wired(Use::Cs));
            self.on_spi(part, model, (sck, data), select).map(|spot| (spot, Some(Bus::Spi)))
        } else if let Some(line) = wired(Use::Tx).or_else(|| wired(Use::Rx)) {
            self.on_uart(part, line).map(|spot| (spot, Some(Bus::Uart)))
        } else {
            Err("its bus is not wired to the microcontroller".to_owned())
        };
        let (spot, bus) = match spot {
            Ok(spot) => spot,
            Err(why) => return self.leave(part, &why),
        };
        let Some(nets) = self.nets_of(part, kind, model, bus) else { return };
        if name == "encoder" {
            self.pressed(part, "SW", &format!("{}-sw", part.id));
        }
        self.draft.parts.push(Drafted {
            model: model.name,
            name: part.id.clone(),
            spot,
            nets,
            entries,
            span: part.span.clone(),
        });
    }

    fn entries(&mut self, part: &Part, kind: Kind, model: &'static Model) -> Vec<Entry> {
        let mut entries = Vec::new();
        match kind {
            Kind::Placed(placed) => {
                let fixed = placed.fixed.iter().map(|(key, toml)| Entry::new(key, *toml, &part.span));
                entries.extend(fixed);
                for (name, key, preset) in placed.attrs {
                    if *key == "chips" {
                        continue;
                    }
                    let preset = preset.map(|value| crate::drawing::Attr {
                        key: (*name).to_owned(),
                        value: value.to_owned(),
                        span: part.span.clone(),
                    });
                    let attr = part.attr(name).or(preset.as_ref());
                    entries.extend(attr.and_then(|attr| attributes::entry(model, key, attr)));
                }
            }
            _ => {
                for attr in part.attrs.iter().filter(|attr| !is_address(&attr.key)) {
                    match attributes::entry(model, &attr.key, attr) {
                        Some(entry) => entries.push(entry),
                        None => {
                            let what = format!(
                                "attribute `{}` of `{}` is left out: {} has no such setting",
                                attr.key, part.id, model.name
                            );
                            self.notes.push((attr.span.clone(), what));
                        }
                    }
                }
            }
        }
        entries
    }

    fn on_i2c(
        &mut self,
        part: &Part,
        model: &Model,
        (sda, scl): (NetId, NetId),
        entries: &[Entry],
    ) -> Result<Spot, String> {
        if self.nets.labels(sda).is_empty() || self.nets.labels(scl).is_empty() {
            return Err("SDA and SCL are not wired to the microcontroller".to_owned());
        }
        let usual = model.buses.i2c.and_then(|addresses| addresses.usual).unwrap_or_default();
        let said = part.attrs.iter().find(|attr| is_address(&attr.key));
        let address = match said {
            Some(attr) => {
                text::address(&attr.value).ok_or_else(|| format!("`{}` must be an address, such as 0x3c", attr.key))?
            }
            None => format!("{usual:#04x}"),
        };
        let number = address.strip_prefix("0x").and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or_default();
        let occupied = model.occupied(number, &attributes::numbers(entries));
        let allow = match (*occupied.start(), *occupied.end()) {
            (first, last) if first == last => address.clone(),
            (first, last) => format!("\"{first:#04x}-{last:#04x}\""),
        };
        let place = self.i2c.iter().position(|bus| *bus == (sda, scl)).unwrap_or(self.i2c.len());
        let bus = format!("i2c{place}");
        if place == self.i2c.len() {
            self.i2c.push((sda, scl));
            let label = I2cLabel {
                label: bus.clone(),
                bus: bus.clone(),
                allow: Vec::new(),
                is_bus: true,
                span: part.span.clone(),
            };
            self.draft.i2c.push(label);
        }
        if let Some(whole) = self.draft.i2c.iter_mut().find(|label| label.is_bus && label.bus == bus) {
            // Of two parts at one address the second is refused by its own label.
            if !whole.allow.contains(&allow) {
                whole.allow.push(allow.clone());
            }
        }
        let span = said.map_or(&part.span, |attr| &attr.span).clone();
        self.draft.i2c.push(I2cLabel {
            label: part.id.clone(),
            bus: bus.clone(),
            allow: vec![allow],
            is_bus: false,
            span,
        });
        Ok(Spot::I2c { bus, address })
    }

    fn on_spi(
        &mut self,
        part: &Part,
        model: &Model,
        (sck, data): (NetId, Option<NetId>),
        select: Option<NetId>,
    ) -> Result<Spot, String> {
        let is_reached = |net: &NetId| !self.nets.labels(*net).is_empty();
        if !is_reached(&sck) || !data.as_ref().is_some_and(is_reached) {
            return Err("its clock and data are not wired to the microcontroller".to_owned());
        }
        let select = select.filter(is_reached);
        let frequency = match model.name {
            "tft" => 20_000_000,
            "ssd1306" => 8_000_000,
            "apa102" => 3_000_000,
            _ => 1_000_000,
        };
        let place = self.spi.iter().position(|clock| *clock == sck).unwrap_or(self.spi.len());
        if place == self.spi.len() {
            self.spi.push(sck);
        }
        let bus = format!("spi{place}");
        let is_whole = self.mcu.is_arduino || select.is_none();
        let label = if self.mcu.is_arduino { bus.clone() } else { part.id.clone() };
        match self.draft.spi.iter_mut().find(|other| other.label == label) {
            Some(other) => other.frequency = other.frequency.min(frequency),
            None => self.draft.spi.push(SpiLabel {
                label: label.clone(),
                // Without a select line it has the bus to itself.
                bus: if is_whole && !self.mcu.is_arduino { part.id.clone() } else { bus },
                has_select: !is_whole,
                frequency,
                span: part.span.clone(),
            }),
        }
        let select = select.filter(|_| is_whole);
        if let Some(net) = select {
            self.draft.demand(net, Demand::Output(true), &part.span);
        }
        Ok(Spot::Spi { label, select })
    }

    fn on_uart(&mut self, part: &Part, line: NetId) -> Result<Spot, String> {
        if self.nets.labels(line).is_empty() {
            return Err("its serial lines are not wired to the microcontroller".to_owned());
        }
        self.draft.uart.push((part.id.clone(), part.span.clone()));
        Ok(Spot::Uart { label: part.id.clone() })
    }

    /// Returns the nets of a part's pins, and says what each wants of the microcontroller. A part that lacks one is left out.
    fn nets_of(
        &mut self,
        part: &Part,
        kind: Kind,
        model: &'static Model,
        bus: Option<Bus>,
    ) -> Option<Vec<(&'static str, NetId, bool)>> {
        let mut nets = Vec::new();
        let wired = self.nets.pins_of(&part.id);
        let wired: Vec<(String, NetId)> = wired.into_iter().map(|(pin, net)| (pin.to_owned(), net)).collect();
        let is_written_only = model.name == "hd44780" && self.reached(part, "RW").is_none();
        for pin in model.pins.iter().filter(|pin| pin.is_on(bus)) {
            let found = wired.iter().find_map(|(name, net)| match kind.use_of(name) {
                Some(use_ @ (Use::Net(key) | Use::Pulses(key))) if key == pin.key => Some((use_, *net)),
                _ => None,
            });
            // A supply holds an input where a pin that is left open is held too, or the part would not work at all.
            let Some((use_, net)) = found.filter(|(_, net)| self.nets.rail(*net).is_none()) else {
                if pin.required {
                    self.leave(part, &format!("its pin `{}` is not wired to a pin that drives it", pin.key));
                    return None;
                }
                continue;
            };
            let demand = match (use_, pin.role) {
                (Use::Pulses(_), _) => Some(Demand::Pwm(50)),
                // Both lines of a TM1637 are pulled up: section 6 of its data sheet.
                (_, Role::Input) if model.name == "tm1637" => Some(Demand::OpenDrain),
                // A reset begins inactive.
                (_, Role::Input) => Some(Demand::Output(pin.key == "reset")),
                (_, Role::Output) => Some(Demand::Input(None)),
                (_, Role::OpenDrain) => Some(Demand::Input(Some(Rail::Power(self.mcu.millivolts)))),
                // A display with characters that is only written to has data lines that only the controller drives.
                (_, Role::Both) if is_written_only => Some(Demand::Output(false)),
                (_, Role::Both) => Some(Demand::OpenDrain),
                (_, Role::Voltage) => Some(Demand::Analog),
                (_, Role::Analog) => None,
            };
            if let Some(demand) = demand {
                self.draft.demand(net, demand, &part.span);
            }
            nets.push((pin.key, net, pin.required));
        }
        Some(nets)
    }
}

fn is_address(key: &str) -> bool {
    matches!(key, "i2c-address" | "i2cAddress" | "address")
}
