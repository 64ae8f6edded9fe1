//! Parts in a row, each fed by the one before: strips of lights, and matrices.

use std::collections::BTreeSet;

use crate::attributes::Entry;
use crate::draft::{Drafted, SpiLabel, Spot};
use crate::drawing::Part;
use crate::kinds;
use crate::place::Bench;

/// The pulses of a WS2812 are bits of SPI at this rate.
const PULSES_HZ: u32 = 3_800_000;

/// The longest chain that is followed: as many lights as the model has.
const LONGEST: u64 = 1024;

impl Bench<'_> {
    /// Puts lights in a row on the board, if this is the first of them.
    pub(crate) fn strip(&mut self, part: &Part) {
        let Some(length) = self.chain(part) else { return };
        if self.reached(part, "DIN").is_none() {
            return self.leave(part, "its pin DIN is not wired to the microcontroller");
        }
        let label = part.id.clone();
        let span = part.span.clone();
        self.draft.spi.push(SpiLabel {
            label: label.clone(),
            bus: label.clone(),
            has_select: false,
            frequency: PULSES_HZ,
            span,
        });
        self.draft.parts.push(Drafted {
            model: "ws2812",
            name: label.clone(),
            spot: Spot::Spi { label, select: None },
            nets: Vec::new(),
            entries: vec![Entry::new("length", length.to_string(), &part.span)],
            span: part.span.clone(),
        });
    }

    /// Returns how many units are in the chain that begins with this part, or none if another one feeds it.
    pub(crate) fn chain(&self, part: &Part) -> Option<u64> {
        if self.reached(part, "DIN").is_none() && self.neighbour(part, "DIN", "DOUT").is_some() {
            return None;
        }
        let (mut units, mut seen) = (0, BTreeSet::new());
        let mut next = Some(part);
        while let Some(part) = next.filter(|part| seen.insert(part.id.as_str())) {
            units = u64::min(units + self.units(part), LONGEST);
            next = self.neighbour(part, "DOUT", "DIN");
        }
        Some(units.max(1))
    }

    /// Returns the part of the same family whose pin is on the net of a pin of this part.
    fn neighbour(&self, part: &Part, pin: &str, theirs: &str) -> Option<&Part> {
        let net = self.nets.net(&part.id, pin)?;
        let drawing = self.drawing;
        let is_family = |other: &&Part| other.id != part.id && is_matrix(&other.kind) == is_matrix(&part.kind);
        let mut others = drawing.parts.iter().filter(|other| is_chained(other)).filter(is_family);
        others.find(|other| self.nets.net(&other.id, theirs) == Some(net))
    }

    /// Returns how many lights, or chips, a part has by itself.
    fn units(&self, part: &Part) -> u64 {
        let number =
            |key, preset: u64| part.attr(key).and_then(|attr| attr.value.trim().parse().ok()).unwrap_or(preset);
        match part.kind.as_str() {
            "wokwi-neopixel" => 1,
            "wokwi-led-ring" => number("pixels", 16),
            "wokwi-led-strip" => number("pixels", 8),
            "wokwi-neopixel-matrix" | "wokwi-neopixel-canvas" => number("rows", 8).saturating_mul(number("cols", 8)),
            _ => number("chain", 1),
        }
    }
}

fn is_matrix(kind: &str) -> bool {
    kind == "wokwi-max7219-matrix"
}

fn is_chained(part: &Part) -> bool {
    let kind = kinds::find(part);
    kind.pin("DIN").is_ok() && kind.pin("DOUT").is_ok() && !matches!(kind, kinds::Kind::Unknown | kinds::Kind::Drawn)
}
