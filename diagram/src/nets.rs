//! Which pins are joined: wires, the strips of breadboards, contacts that are always together, and resistors.

use std::collections::BTreeMap;

use wasm_embedded_policy::read::{Finding, Findings};
use wasm_embedded_policy::suggest;

use crate::drawing::{Drawing, End, Part};
use crate::kinds::{self, Kind};
use crate::mcu::{Mcu, McuPin};

/// A supply.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Rail {
    Ground,
    /// With its voltage in millivolts.
    Power(u32),
}

/// A number for pins that are joined.
pub(crate) type NetId = usize;

/// What is known of pins that are joined.
#[derive(Clone, Debug, Default)]
struct Joined {
    rail: Option<Rail>,
    /// The supply at the other end of a resistor.
    pull: Option<Rail>,
    /// The labels of the microcontroller's pins.
    labels: Vec<String>,
}

/// The pins of a drawing, by what they are joined with.
#[derive(Debug, Default)]
pub(crate) struct Nets {
    pins: BTreeMap<(String, String), NetId>,
    parents: Vec<NetId>,
    joined: Vec<Joined>,
}

/// The id of Wokwi's own serial monitor, which is in no list of parts.
pub(crate) const MONITOR: &str = "$serialMonitor";

impl Nets {
    /// Joins what the drawing joins.
    pub(crate) fn new(
        drawing: &Drawing,
        mcu: (&Part, &'static Mcu),
        renamed: &[(String, String)],
        findings: &Findings,
    ) -> Nets {
        let parts: BTreeMap<&str, &Part> = drawing.parts.iter().map(|part| (part.id.as_str(), part)).collect();
        let mut nets = Nets::default();
        for connection in &drawing.connections {
            let mut ends = [&connection.from, &connection.to].into_iter().map(|end| {
                nets.end(end, &parts, mcu, renamed).map_err(|(message, help)| {
                    findings.add(Finding::new(message, connection.span.clone(), "this wire").help(help));
                })
            });
            if let (Some(Ok(from)), Some(Ok(to))) = (ends.next(), ends.next())
                && nets.join(from, to).is_err()
            {
                let finding = Finding::new("a supply is wired to another one", connection.span.clone(), "this wire");
                findings.add(finding.help("no part would survive that: take the wire away"));
            }
        }
        let resistors: Vec<&Part> =
            drawing.parts.iter().filter(|part| matches!(kinds::find(part), Kind::Resistor)).collect();
        let ends = |nets: &Nets, part: &Part| Some((nets.net(&part.id, "1")?, nets.net(&part.id, "2")?));
        // Those in a line first, so that a pull is one of the whole line.
        for part in &resistors {
            if let Some((from, to)) = ends(&nets, part)
                && nets.rail(from).is_none()
                && nets.rail(to).is_none()
            {
                // Neither is a supply.
                let _ = nets.join(from, to);
            }
        }
        for part in &resistors {
            let Some((from, to)) = ends(&nets, part) else { continue };
            for (net, rail) in [(from, nets.rail(to)), (to, nets.rail(from))] {
                if let (None, Some(rail)) = (nets.rail(net), rail)
                    && let Some(joined) = nets.joined.get_mut(net)
                {
                    joined.pull = Some(rail);
                }
            }
        }
        nets
    }

    /// Returns the net of an end of a wire, which may be new; or what is wrong with it, and what to do.
    fn end(
        &mut self,
        end: &End,
        parts: &BTreeMap<&str, &Part>,
        (mcu, board): (&Part, &'static Mcu),
        renamed: &[(String, String)],
    ) -> Result<NetId, (String, String)> {
        if end.part == MONITOR {
            return Ok(self.pin(&end.part, &end.pin.to_ascii_uppercase()));
        }
        let Some(part) = parts.get(end.part.as_str()) else {
            let known: Vec<&str> = parts.keys().copied().collect();
            return Err((
                format!("the diagram has no part `{}`", end.part),
                suggest::advice(&end.part, "parts", &known),
            ));
        };
        if mcu.id == end.part {
            let pin = board.pin(&end.pin);
            let pin = pin.ok_or_else(|| (format!("`{}` has no pin `{}`", end.part, end.pin), board.pins()))?;
            let name = match &pin {
                McuPin::Signal(label) => label.clone(),
                McuPin::Ground => "GND".to_owned(),
                McuPin::Power(millivolts) => format!("{millivolts} mV"),
                McuPin::Other => format!("other {}", end.pin),
            };
            let net = self.pin(&end.part, &name);
            let Some(joined) = self.joined.get_mut(net) else { return Ok(net) };
            match pin {
                McuPin::Signal(pin) => {
                    let label = renamed.iter().find(|(from, _)| *from == pin).map_or(pin, |(_, label)| label.clone());
                    if !joined.labels.contains(&label) {
                        joined.labels.push(label);
                    }
                }
                McuPin::Ground => joined.rail = Some(Rail::Ground),
                McuPin::Power(millivolts) => joined.rail = Some(Rail::Power(millivolts)),
                McuPin::Other => {}
            }
            return Ok(net);
        }
        let kind = kinds::find(part);
        let pin = kind.pin(&end.pin);
        let pin = pin.map_err(|pins| (format!("`{}` has no pin `{}`", end.part, end.pin), pins))?;
        let net = self.pin(&end.part, &pin);
        if let (Kind::Rail(rail), Some(joined)) = (kind, self.joined.get_mut(net)) {
            joined.rail = Some(rail);
        }
        Ok(net)
    }

    /// Returns the net of a pin, which may be new.
    fn pin(&mut self, part: &str, pin: &str) -> NetId {
        let key = (part.to_owned(), pin.to_owned());
        let id = *self.pins.entry(key).or_insert(self.parents.len());
        if id == self.parents.len() {
            self.parents.push(id);
            self.joined.push(Joined::default());
        }
        self.root(id)
    }

    fn root(&self, mut net: NetId) -> NetId {
        while let Some(parent) = self.parents.get(net).copied().filter(|parent| *parent != net) {
            net = parent;
        }
        net
    }

    /// Joins two nets, unless they are different supplies.
    fn join(&mut self, one: NetId, other: NetId) -> Result<(), ()> {
        let (one, other) = (self.root(one), self.root(other));
        if one == other {
            return Ok(());
        }
        let rail = match (self.rail(one), self.rail(other)) {
            (Some(one), Some(other)) if one != other => return Err(()),
            (one, other) => one.or(other),
        };
        let added = self.joined.get_mut(other).map(std::mem::take).unwrap_or_default();
        if let (Some(joined), Some(parent)) = (self.joined.get_mut(one), self.parents.get_mut(other)) {
            *parent = one;
            joined.rail = rail;
            joined.labels.extend(added.labels);
        }
        Ok(())
    }

    /// Returns the net of a pin that something is wired to.
    pub(crate) fn net(&self, part: &str, pin: &str) -> Option<NetId> {
        let id = self.pins.get(&(part.to_owned(), pin.to_owned()))?;
        Some(self.root(*id))
    }

    /// Returns the pins of a part that something is wired to.
    pub(crate) fn pins_of(&self, part: &str) -> Vec<(&str, NetId)> {
        let pins = self.pins.range((part.to_owned(), String::new())..);
        let pins = pins.take_while(|((owner, _), _)| owner == part);
        pins.map(|((_, pin), id)| (pin.as_str(), self.root(*id))).collect()
    }

    pub(crate) fn rail(&self, net: NetId) -> Option<Rail> {
        self.joined.get(self.root(net))?.rail
    }

    /// Returns the supply that holds a net while nothing drives it: its own, or the one behind a resistor.
    pub(crate) fn held(&self, net: NetId) -> Option<Rail> {
        let joined = self.joined.get(self.root(net))?;
        joined.rail.or(joined.pull)
    }

    /// Returns the labels of the microcontroller's pins on a net.
    pub(crate) fn labels(&self, net: NetId) -> &[String] {
        self.joined.get(self.root(net)).map_or(&[], |joined| &joined.labels)
    }

    /// Returns what the net is called: as the microcontroller's pin, or as the first pin that is on it.
    pub(crate) fn name(&self, net: NetId) -> String {
        if let Some(label) = self.labels(net).first() {
            return label.clone();
        }
        let root = self.root(net);
        let first = self.pins.iter().find(|(_, id)| self.root(**id) == root);
        first.map(|((part, pin), _)| format!("{part}-{}", crate::text::word(pin))).unwrap_or_default()
    }
}
