//! The policy as it grows, and its text, of which each line knows where in the diagram it comes from.

use std::collections::BTreeMap;

use wasm_embedded_policy::Span;

use crate::attributes::Entry;
use crate::nets::{NetId, Nets, Rail};
use crate::text::{key, quoted};

/// What a part wants of the microcontroller's pin on a net.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Demand {
    /// It is driven, and begins at a level: high if this is true.
    Output(bool),
    /// It is read, with a resistor of its own if nothing else holds the net.
    Input(Option<Rail>),
    /// Both drive it low, and release it.
    OpenDrain,
    /// Its voltage is read.
    Analog,
    /// It has pulses, so many a second.
    Pwm(u32),
}

/// Where a part is.
#[derive(Clone, Debug)]
pub(crate) enum Spot {
    I2c { bus: String, address: String },
    Spi { label: String, select: Option<NetId> },
    Uart { label: String },
    Nets,
}

/// A part of the policy.
#[derive(Clone, Debug)]
pub(crate) struct Drafted {
    pub(crate) model: &'static str,
    pub(crate) name: String,
    pub(crate) spot: Spot,
    /// Its pins: the key, the net, and whether it must be connected.
    pub(crate) nets: Vec<(&'static str, NetId, bool)>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) span: Span,
}

/// A label for an I2C bus or one part on it.
#[derive(Clone, Debug)]
pub(crate) struct I2cLabel {
    pub(crate) label: String,
    pub(crate) bus: String,
    pub(crate) allow: Vec<String>,
    /// Whether it is the whole bus.
    pub(crate) is_bus: bool,
    pub(crate) span: Span,
}

/// A label for a device on SPI, or for a whole bus.
#[derive(Clone, Debug)]
pub(crate) struct SpiLabel {
    pub(crate) label: String,
    pub(crate) bus: String,
    pub(crate) has_select: bool,
    pub(crate) frequency: u32,
    pub(crate) span: Span,
}

/// A policy as it grows.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) i2c: Vec<I2cLabel>,
    pub(crate) spi: Vec<SpiLabel>,
    pub(crate) uart: Vec<(String, Span)>,
    pins: BTreeMap<NetId, (Demand, Span)>,
    pub(crate) parts: Vec<Drafted>,
}

impl Draft {
    /// Says what is wanted of the pin on a net. What differs is met by a pin that is both.
    pub(crate) fn demand(&mut self, net: NetId, demand: Demand, span: &Span) {
        let entry = self.pins.entry(net).or_insert_with(|| (demand, span.clone()));
        entry.0 = match (entry.0, demand) {
            (old, new) if old == new => old,
            (Demand::Pwm(rate), Demand::Output(_)) | (Demand::Output(_), Demand::Pwm(rate)) => Demand::Pwm(rate),
            (Demand::Input(None), Demand::Input(pull)) | (Demand::Input(pull), Demand::Input(None)) => {
                Demand::Input(pull)
            }
            (Demand::Output(old), Demand::Output(new)) => Demand::Output(old && new),
            (Demand::Analog, _) | (_, Demand::Analog) => Demand::Analog,
            _ => Demand::OpenDrain,
        };
    }

    /// Takes away what hangs on nothing: a pin whose net nothing else is on, and a part without a pin that it needs. Returns those parts.
    pub(crate) fn prune(&mut self, nets: &Nets) -> Vec<Drafted> {
        let mut gone = Vec::new();
        loop {
            let mut uses: BTreeMap<NetId, usize> = BTreeMap::new();
            for net in self.pins.keys().filter(|net| !nets.labels(**net).is_empty()) {
                *uses.entry(*net).or_default() += 1;
            }
            for (_, net, _) in self.parts.iter().flat_map(|part| &part.nets) {
                *uses.entry(*net).or_default() += 1;
            }
            let is_alone = |net: &NetId| uses.get(net).is_none_or(|count| *count < 2);
            let before: usize = self.parts.iter().map(|part| part.nets.len() + 1).sum();
            for part in &mut self.parts {
                part.nets.retain(|(_, net, required)| *required || !is_alone(net));
            }
            let (kept, lost) = std::mem::take(&mut self.parts)
                .into_iter()
                .partition(|part| !part.nets.iter().any(|(_, net, required)| *required && is_alone(net)));
            self.parts = kept;
            gone.extend::<Vec<Drafted>>(lost);
            if self.parts.iter().map(|part| part.nets.len() + 1).sum::<usize>() == before {
                return gone;
            }
        }
    }

    /// Writes the policy. `head` are lines of comment.
    pub(crate) fn write(&self, nets: &Nets, analog: (u32, u32), head: &[String]) -> Text {
        let mut out = Text::default();
        for line in head {
            out.line(&format!("# {line}"), &(0..0));
        }
        for label in &self.i2c {
            out.table(&format!("[i2c.{}]", key(&label.label)), &label.span);
            out.line(&format!("sim = {}", quoted(&label.bus)), &label.span);
            out.line(&format!("allow = [{}]", label.allow.join(", ")), &label.span);
            if label.is_bus {
                out.line("shared = true", &label.span);
            }
        }
        for label in &self.spi {
            out.table(&format!("[spi.{}]", key(&label.label)), &label.span);
            out.line(&format!("sim = {}", quoted(&label.bus)), &label.span);
            out.line(&format!("frequency = {}", label.frequency), &label.span);
            if !label.has_select {
                out.line("select = \"none\"", &label.span);
            }
        }
        for (label, span) in &self.uart {
            out.table(&format!("[uart.{}]", key(label)), span);
            out.line("sim = true", span);
        }
        self.write_pins(&mut out, nets, analog);
        for part in &self.parts {
            write_part(&mut out, part, nets);
        }
        out
    }

    fn write_pins(&self, out: &mut Text, nets: &Nets, (adc_bits, millivolts): (u32, u32)) {
        let named = self.pins.iter().flat_map(|(net, (demand, span))| {
            let labels = nets.labels(*net).iter().enumerate();
            labels.map(move |(place, label)| {
                // A second pin on the same net listens.
                let demand = if place == 0 { *demand } else { Demand::Input(None) };
                (label, nets.name(*net), demand, span, nets.held(*net))
            })
        });
        let (mut pins, mut others) = (Vec::new(), Vec::new());
        for pin in named {
            if matches!(pin.2, Demand::Analog | Demand::Pwm(_)) { others.push(pin) } else { pins.push(pin) }
        }
        if let Some((_, _, _, span, _)) = pins.first() {
            out.table("[gpio]", span);
        }
        for (label, net, demand, span, held) in pins {
            let (direction, more) = match demand {
                Demand::Output(true) => ("output", ", initial = \"high\", on-exit = \"high\"".to_owned()),
                Demand::Output(false) => ("output", ", initial = \"low\", on-exit = \"low\"".to_owned()),
                Demand::Input(pull) => ("input", bias(held.or(pull))),
                _ => ("open-drain", ", bias = \"pull-up\", on-exit = \"high\"".to_owned()),
            };
            let net = if *label == net { "true".to_owned() } else { quoted(&net) };
            out.line(&format!("{} = {{ sim = {net}, direction = \"{direction}\"{more} }}", key(label)), span);
        }
        for (label, net, demand, span, _) in others {
            let (section, lines) = match demand {
                Demand::Pwm(rate) => ("pwm", vec![format!("frequency = {rate}"), "on-exit-percent = 0".to_owned()]),
                _ => ("adc", vec![format!("resolution-bits = {adc_bits}"), format!("reference-mv = {millivolts}")]),
            };
            out.table(&format!("[{section}.{}]", key(label)), span);
            out.line(&format!("sim = {}", quoted(&net)), span);
            lines.iter().for_each(|line| out.line(line, span));
        }
    }
}

fn bias(held: Option<Rail>) -> String {
    match held {
        Some(Rail::Ground) => ", bias = \"pull-down\"".to_owned(),
        Some(Rail::Power(_)) => ", bias = \"pull-up\"".to_owned(),
        None => String::new(),
    }
}

fn write_part(out: &mut Text, part: &Drafted, nets: &Nets) {
    let span = &part.span;
    out.table("[[part]]", span);
    out.line(&format!("model = {}", quoted(part.model)), span);
    out.line(&format!("name = {}", quoted(&part.name)), span);
    match &part.spot {
        Spot::I2c { bus, address } => {
            out.line(&format!("i2c = {}", quoted(bus)), span);
            out.line(&format!("address = {address}"), span);
        }
        Spot::Spi { label, select } => {
            out.line(&format!("spi = {}", quoted(label)), span);
            if let Some(net) = select {
                out.line(&format!("select = {}", quoted(&nets.name(*net))), span);
            }
        }
        Spot::Uart { label } => out.line(&format!("uart = {}", quoted(label)), span),
        Spot::Nets => {}
    }
    for (pin, net, _) in &part.nets {
        out.line(&format!("{} = {}", key(pin), quoted(&nets.name(*net))), span);
    }
    for entry in &part.entries {
        out.line(&format!("{} = {}", key(&entry.key), entry.toml), &entry.span);
    }
}

/// Lines, with the place in the diagram that each comes from.
#[derive(Debug, Default)]
pub(crate) struct Text {
    pub(crate) text: String,
    spans: Vec<Span>,
}

impl Text {
    fn line(&mut self, line: &str, span: &Span) {
        self.text.push_str(line);
        self.text.push('\n');
        self.spans.push(span.clone());
    }

    fn table(&mut self, head: &str, span: &Span) {
        if !self.text.is_empty() {
            self.line("", span);
        }
        self.line(head, span);
    }

    /// Returns the place that a line, from 1, comes from.
    pub(crate) fn span(&self, line: usize) -> Span {
        line.checked_sub(1).and_then(|place| self.spans.get(place)).cloned().unwrap_or_default()
    }
}
