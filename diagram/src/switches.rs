//! What a hand works: push buttons, slide switches, and knobs that give a voltage.

use crate::attributes::Entry;
use crate::draft::{Demand, Drafted, Spot};
use crate::drawing::Part;
use crate::nets::{NetId, Rail};
use crate::place::Bench;
use crate::text;

/// How Wokwi's contacts bounce: for a millisecond.
const BOUNCES: [(&str, &str); 2] = [("bounces", "10"), ("bounce-us", "50")];

/// The greatest value of a knob, at its right end.
const TURNED_RIGHT: f64 = 1023.0;

impl Bench<'_> {
    /// Puts a push button on the board.
    pub(crate) fn button(&mut self, part: &Part) {
        let (Some(one), Some(two)) = (self.nets.net(&part.id, "1"), self.nets.net(&part.id, "2")) else {
            return self.leave(part, "both its contacts must be wired");
        };
        match (self.nets.rail(one), self.nets.rail(two)) {
            (Some(rail), None) => {
                self.contact(part, part.id.clone(), two, rail, rail.other(self.mcu.millivolts), false)
            }
            (None, Some(rail)) => {
                self.contact(part, part.id.clone(), one, rail, rail.other(self.mcu.millivolts), false)
            }
            _ => self.leave(part, "a button needs a pin at one contact and a supply at the other"),
        }
    }

    /// Puts a button on the board that joins a pin of a part with ground.
    pub(crate) fn pressed(&mut self, part: &Part, pin: &str, name: &str) {
        if let Some(net) = self.nets.net(&part.id, pin).filter(|net| self.nets.rail(*net).is_none()) {
            self.contact(part, name.to_owned(), net, Rail::Ground, Rail::Power(self.mcu.millivolts), false);
        }
    }

    /// Puts a slide switch on the board: a button that stays, pressed while it is on the right.
    pub(crate) fn slide(&mut self, part: &Part) {
        let rail = |pin| self.nets.net(&part.id, pin).and_then(|net| self.nets.held(net));
        let middle = self.nets.net(&part.id, "2").filter(|net| self.nets.rail(*net).is_none());
        let is_right = matches!(part.text("value", ""), "1" | "true");
        match (rail("1"), middle, rail("3")) {
            (Some(left), Some(net), Some(right)) if left.is_high() != right.is_high() => {
                self.contact(part, part.id.clone(), net, right, left, is_right);
            }
            (None, Some(net), Some(right)) => {
                self.contact(part, part.id.clone(), net, right, right.other(self.mcu.millivolts), is_right);
            }
            (Some(left), Some(net), None) => {
                self.contact(part, part.id.clone(), net, left, left.other(self.mcu.millivolts), !is_right);
            }
            _ => self.leave(part, "a switch needs a pin in the middle, and different supplies at its ends"),
        }
    }

    /// Puts a contact on the board that joins a net with `closed`, and leaves it at `open` otherwise.
    fn contact(&mut self, part: &Part, name: String, net: NetId, closed: Rail, open: Rail, is_closed: bool) {
        let level = if closed.is_high() { "\"high\"" } else { "\"low\"" };
        let mut entries = vec![Entry::new("pressed", level, &part.span)];
        if part.text("bounce", "") != "0" {
            entries.extend(BOUNCES.iter().map(|(key, toml)| Entry::new(key, *toml, &part.span)));
        }
        if is_closed {
            entries.push(Entry::new("press", "true", &part.span));
        }
        if !self.nets.labels(net).is_empty() {
            self.draft.demand(net, Demand::Input(Some(open)), &part.span);
        }
        let nets = vec![("net", net, true)];
        self.draft.parts.push(Drafted {
            model: "button",
            name,
            spot: Spot::Nets,
            nets,
            entries,
            span: part.span.clone(),
        });
    }

    /// Puts a potentiometer on the board: the voltage at its wiper.
    pub(crate) fn knob(&mut self, part: &Part) {
        match self.nets.net(&part.id, "SIG").filter(|net| self.nets.rail(*net).is_none()) {
            Some(net) => self.voltage(part, part.id.clone(), net, "value", "0"),
            None => self.leave(part, "its pin SIG is not wired"),
        }
    }

    /// Puts a joystick on the board: two voltages, in the middle at first, and a button.
    pub(crate) fn joystick(&mut self, part: &Part) {
        for (pin, name) in [("VERT", "vert"), ("HORZ", "horz")] {
            if let Some(net) = self.nets.net(&part.id, pin).filter(|net| self.nets.rail(*net).is_none()) {
                self.voltage(part, format!("{}-{name}", part.id), net, "", "512");
            }
        }
        self.pressed(part, "SEL", &format!("{}-sel", part.id));
    }

    fn voltage(&mut self, part: &Part, name: String, net: NetId, key: &str, preset: &str) {
        let supply = match self.nets.net(&part.id, "VCC").and_then(|net| self.nets.rail(net)) {
            Some(Rail::Power(millivolts)) => millivolts,
            Some(Rail::Ground) => 0,
            None => self.mcu.millivolts,
        };
        let value = part.text(key, preset);
        let turned = value.trim().parse::<f64>().ok().filter(|turned| (0.0..=TURNED_RIGHT).contains(turned));
        // What is no number is shown where it stands, and refused with what it must be.
        let millivolts = match turned {
            Some(turned) => format!("{:?}", (turned / TURNED_RIGHT * f64::from(supply)).round()),
            None => text::quoted(value),
        };
        let span = part.attr(key).map_or(&part.span, |attr| &attr.span);
        if !self.nets.labels(net).is_empty() {
            self.draft.demand(net, Demand::Analog, &part.span);
        }
        self.draft.parts.push(Drafted {
            model: "voltage",
            name,
            spot: Spot::Nets,
            nets: vec![("net", net, true)],
            entries: vec![Entry::new("millivolts", millivolts, span)],
            span: part.span.clone(),
        });
    }
}

impl Rail {
    fn is_high(self) -> bool {
        matches!(self, Rail::Power(_))
    }

    /// Returns the other supply.
    fn other(self, millivolts: u32) -> Rail {
        match self {
            Rail::Ground => Rail::Power(millivolts),
            Rail::Power(_) => Rail::Ground,
        }
    }
}
