//! Light-emitting diodes: one alone, three in one body, ten in a bar, and the segments of a digit.

use crate::attributes::Entry;
use crate::draft::{Demand, Drafted, Spot};
use crate::drawing::Part;
use crate::nets::{NetId, Rail};
use crate::place::Bench;

/// A diode: its name, and the pins at its ends.
struct Diode {
    name: String,
    anode: &'static str,
    cathode: &'static str,
}

/// How many times a second a pin with pulses lights a diode that is dimmed.
const DIMMED_HZ: u32 = 1000;

impl Bench<'_> {
    /// Puts a part with diodes on the board: each is a part of its own.
    pub(crate) fn lights(&mut self, part: &Part, kind: &str) {
        let diode = |name: &str, anode, cathode| Diode { name: format!("{}{name}", part.id), anode, cathode };
        // Wokwi's segments and three-coloured lights share the end that `common` names.
        let is_common_anode =
            part.text("common", if kind == "wokwi-7segment" { "anode" } else { "cathode" }) == "anode";
        let shared = |name: &str, pin| match is_common_anode {
            true => diode(name, "COM", pin),
            false => diode(name, pin, "COM"),
        };
        let diodes: Vec<Diode> = match kind {
            "wokwi-led" => vec![diode("", "A", "C")],
            "wokwi-rgb-led" => vec![shared("-r", "R"), shared("-g", "G"), shared("-b", "B")],
            "wokwi-7segment" if !matches!(part.text("digits", "1"), "" | "1") => {
                return self.leave(part, "only one digit can be had; use a `wokwi-tm1637-7segment` for four");
            }
            "wokwi-7segment" => ["A", "B", "C", "D", "E", "F", "G", "DP"]
                .map(|pin| shared(&format!("-{}", pin.to_ascii_lowercase()), pin))
                .into(),
            _ => BAR
                .iter()
                .zip(1..)
                .map(|((anode, cathode), number)| diode(&format!("-{number}"), anode, cathode))
                .collect(),
        };
        let is_one = diodes.len() == 1;
        let before = self.draft.parts.len();
        for diode in diodes {
            let ends = (self.nets.net(&part.id, diode.anode), self.nets.net(&part.id, diode.cathode));
            match ends {
                (Some(anode), Some(cathode)) => self.light(part, diode.name, anode, cathode),
                // Ends that are open are dark.
                _ if is_one => self.leave(part, "both its ends must be wired"),
                _ => {}
            }
        }
        if !is_one && self.draft.parts.len() == before {
            self.leave(part, "none of its lights is between a pin and a supply");
        }
    }

    fn light(&mut self, part: &Part, name: String, anode: NetId, cathode: NetId) {
        let held = |net| self.nets.held(net);
        let (net, lit) = match (held(anode), held(cathode)) {
            (_, Some(Rail::Ground)) if self.nets.rail(anode).is_none() => (anode, "high"),
            (Some(Rail::Power(_)), _) if self.nets.rail(cathode).is_none() => (cathode, "low"),
            _ => return self.leave(part, "a light needs a pin at one end and a supply at the other"),
        };
        if !self.nets.labels(net).is_empty() {
            let is_dimmed = matches!(part.text("pwm", ""), "1" | "true");
            let demand = if is_dimmed { Demand::Pwm(DIMMED_HZ) } else { Demand::Output(lit == "low") };
            self.draft.demand(net, demand, &part.span);
        }
        self.draft.parts.push(Drafted {
            model: "led",
            name,
            spot: Spot::Nets,
            nets: vec![("net", net, true)],
            entries: vec![Entry::new("lit", format!("\"{lit}\""), &part.span)],
            span: part.span.clone(),
        });
    }
}

const BAR: [(&str, &str); 10] = [
    ("A1", "C1"),
    ("A2", "C2"),
    ("A3", "C3"),
    ("A4", "C4"),
    ("A5", "C5"),
    ("A6", "C6"),
    ("A7", "C7"),
    ("A8", "C8"),
    ("A9", "C9"),
    ("A10", "C10"),
];
