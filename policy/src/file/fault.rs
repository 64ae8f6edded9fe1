//! `[[fault]]`: what goes wrong on the simulated board, where, and when.

mod cause;
mod check;

use wasm_embedded_sim::fault::{Chance, Targets, When};

pub use self::cause::{Cause, FailureKind};
pub(crate) use self::cause::{is_of_controller, kinds};
pub(crate) use self::check::check;

use super::address::read_addresses;
use super::backend::read_name;
use super::problem::Span;
use super::reader::{Table, Value};
use super::schema::{Form, Key};

/// Where something goes wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FaultPlace {
    /// On what a label stands for: an I2C bus, an SPI device or bus, or a net.
    Label(String),
    /// At a part: on its bus, in transactions with it, or in the part itself.
    Device(String),
    /// On a net.
    Net(String),
    /// In the controller.
    Controller,
}

/// Something that goes wrong.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The kind's name.
    pub name: &'static str,
    /// What.
    pub cause: Cause,
    /// Where.
    pub place: FaultPlace,
    /// The addresses that are meant, on a label for an I2C bus.
    pub targets: Option<Targets>,
    /// When.
    pub when: When,
    pub(crate) span: Span,
    /// Where the place is named.
    pub(crate) place_span: Span,
}

/// The longest time that a fault can be put at, in milliseconds: a year.
const LAST_MS: u64 = 31_536_000_000;
const NS_PER_MS: u64 = 1_000_000;
const MILLION: f64 = 1_000_000.0;

/// The keys that say where a fault is.
pub(crate) const PLACES: [Key; 5] = [
    Key::new("part", Form::Name, "the part that it is at"),
    Key::new("device", Form::Name, "the old word for `part`"),
    Key::new("label", Form::Name, "the label that it is on"),
    Key::new("net", Form::Name, "the net that it is on"),
    Key::new("address", Form::Addresses, "the addresses that are meant, on a label of an I2C bus"),
];

/// The keys that say when a fault strikes.
pub(crate) const WHEN: [Key; 6] = [
    Key::counted("after", 0, u32::MAX, "how many events pass before the first strike"),
    Key::counted("times", 1, u32::MAX, "how often it strikes; always, without it"),
    Key::integer("from-ms", 0, LAST_MS.cast_signed(), "the time from which it strikes"),
    Key::integer("until-ms", 0, LAST_MS.cast_signed(), "the time until which it strikes"),
    Key::number("probability", 0.0, 1.0, "how likely it is to strike"),
    Key::counted("seed", 0, u32::MAX, "the seed of that chance"),
];

impl Fault {
    /// Reads one element of `[[fault]]`.
    pub(crate) fn read(value: &Value<'_>) -> Option<Fault> {
        let table = value.table("[[fault]]".to_owned())?;
        let kind = table.require("fault", "what goes wrong, such as \"nack-address\"")?;
        let (name, cause) = cause::read(&kind, &table);
        let controller = kind.as_text().is_some_and(is_of_controller);
        let (place, place_span) = match read_place(&table, controller) {
            Some((place, span)) => (Some(place), span),
            None => (None, table.span.clone()),
        };
        let targets = table.get("address").map(|value| {
            let on_label = matches!(place, Some(FaultPlace::Label(_)) | None);
            if !on_label {
                value.refuse("needs a `label` of an I2C bus", None);
            }
            let addresses = read_addresses(&value, false).filter(|_| on_label)?;
            let (first, last) = (u8::try_from(*addresses.start()).ok()?, u8::try_from(*addresses.end()).ok()?);
            Some(Targets::from(first..=last))
        });
        let when = read_when(&table);
        let span = table.span.clone();
        // With an unknown kind the keys that it would take are unknown too: one complaint is enough.
        if name.is_some() {
            table.finish();
        }
        let targets = match targets {
            Some(targets) => Some(targets?),
            None => None,
        };
        Some(Fault { name: name?, cause: cause?, place: place?, targets, when: when?, span, place_span })
    }
}

fn read_place(table: &Table<'_>, controller: bool) -> Option<(FaultPlace, Span)> {
    let reason = "a fault has one place";
    // `device` is the word of old.
    let part = if table.has("device") { "device" } else { "part" };
    table.exclude("label", part, reason);
    table.exclude("label", "net", reason);
    table.exclude(part, "net", reason);
    let (label, device, net) = (table.get("label"), table.get(part), table.get("net"));
    let given = label.as_ref().or(device.as_ref()).or(net.as_ref());
    if controller {
        if let Some(value) = given {
            value.refuse("is not needed: this fault happens in the controller", None);
            return None;
        }
        return Some((FaultPlace::Controller, table.span.clone()));
    }
    match (&label, &device, &net) {
        (Some(value), ..) => Some((FaultPlace::Label(read_name(value)?), value.span.clone())),
        (None, Some(value), _) => Some((FaultPlace::Device(read_name(value)?), value.span.clone())),
        (None, None, Some(value)) => Some((FaultPlace::Net(read_name(value)?), value.span.clone())),
        (None, None, None) => {
            let message = "[[fault]] does not say where the fault happens";
            let finding = super::problem::Finding::new(message, table.span.clone(), "this fault");
            table.findings.add(finding.help(
                "add `part = \"NAME\"` for a part, `label = \"LABEL\"` for a label, or `net = \"NET\"` for a net",
            ));
            None
        }
    }
}

fn read_when(table: &Table<'_>) -> Option<When> {
    let count = |key, least: u64| match table.get(key) {
        Some(value) => value.integer(least..=u64::from(u32::MAX)).map(Some),
        None => Some(None),
    };
    let (after, times) = (count("after", 0), count("times", 1));
    let moment = |key| match table.get(key) {
        Some(value) => value.integer(0..=LAST_MS).map(|ms| Some(ms * NS_PER_MS)),
        None => Some(None),
    };
    let (from, until) = (moment("from-ms"), moment("until-ms"));
    let seed = table.get("seed");
    let probability = table.get("probability");
    if let (Some(seed), None) = (&seed, &probability) {
        seed.refuse("needs `probability`, which is missing", None);
    }
    let seed = seed.map_or(Some(0), |value| value.integer(0..=u64::from(u32::MAX)));
    let probability = probability.map(|value| value.number(0.0..=1.0, "(1 is always)"));
    let (from_ns, until_ns) = (from?.unwrap_or(0), until?.unwrap_or(u64::MAX));
    if until_ns <= from_ns
        && let Some(value) = table.get("until-ms")
    {
        value.refuse("must be greater than `from-ms`", None);
        return None;
    }
    let chance = match probability {
        None => None,
        Some(probability) => Some(Chance { millionths: millionths(probability?), seed: seed? }),
    };
    Some(When { after: after?.unwrap_or(0), times: times?, from_ns, until_ns, chance })
}

/// Returns a probability in millionths, to the nearest.
fn millionths(probability: f64) -> u32 {
    // No conversion without `as` goes from a float to an integer; this finds the number by halving.
    let (mut low, mut high) = (0_u32, 1_000_000_u32);
    while low < high {
        let middle = low.midpoint(high + 1);
        if (f64::from(middle) - 0.5) <= probability * MILLION {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::millionths;

    #[test]
    fn a_probability_is_counted_to_the_nearest_millionth() {
        for (probability, expected) in
            [(0.0, 0), (1.0, 1_000_000), (0.25, 250_000), (0.000_001, 1), (0.000_000_4, 0), (0.333_333_4, 333_333)]
        {
            assert_eq!(millionths(probability), expected, "{probability}");
        }
    }
}
