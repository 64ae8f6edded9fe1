//! What stands in the file: parts with their attributes, and the connections between their pins.

use jsonc_parser::ast::{Array, Object, Value};
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use wasm_embedded_policy::Span;
use wasm_embedded_policy::read::{Finding, Findings};

use crate::read::{MAX_CONNECTIONS, MAX_PARTS};

/// An attribute of a part. The editor writes each as a text.
#[derive(Clone, Debug)]
pub(crate) struct Attr {
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) span: Span,
}

/// A part as it is drawn.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) attrs: Vec<Attr>,
    /// Where its type stands.
    pub(crate) span: Span,
}

impl Part {
    pub(crate) fn attr(&self, key: &str) -> Option<&Attr> {
        self.attrs.iter().find(|attr| attr.key == key)
    }

    /// Returns the attribute, or what it is if nobody says.
    pub(crate) fn text<'p>(&'p self, key: &str, preset: &'p str) -> &'p str {
        self.attr(key).map_or(preset, |attr| attr.value.as_str())
    }
}

/// One end of a wire.
#[derive(Clone, Debug)]
pub(crate) struct End {
    pub(crate) part: String,
    pub(crate) pin: String,
}

/// A wire.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) from: End,
    pub(crate) to: End,
    pub(crate) span: Span,
}

/// What a file draws.
#[derive(Clone, Debug, Default)]
pub(crate) struct Drawing {
    pub(crate) parts: Vec<Part>,
    pub(crate) connections: Vec<Connection>,
}

/// JSON with comments and trailing commas, as the editor takes it.
fn options() -> ParseOptions {
    ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

fn span(value: &Value<'_>) -> Span {
    let range = value.range();
    range.start..range.end
}

/// Reads the file, and notes what is wrong with it.
pub(crate) fn read(text: &str, findings: &Findings) -> Drawing {
    let mut drawing = Drawing::default();
    let parsed = match parse_to_ast(text, &CollectOptions::default(), &options()) {
        Ok(parsed) => parsed.value,
        Err(error) => {
            let range = error.range();
            let end = range.end.min(text.len());
            findings.add(Finding::new(format!("invalid JSON: {}", error.kind()), range.start.min(end)..end, "here"));
            return drawing;
        }
    };
    let Some(Value::Object(root)) = parsed else {
        findings.add(Finding::new("a diagram is a JSON object", 0..0, "here").help(SHAPE));
        return drawing;
    };
    if let Some(version) = root.get("version")
        && !matches!(&version.value, Value::NumberLit(number) if number.value == "1")
    {
        let finding = Finding::new("the version of a diagram is 1", span(&version.value), "another version");
        findings.add(finding.help("save it with Wokwi's editor, which writes version 1"));
    }
    for (place, value) in list(&root, "parts", MAX_PARTS, findings).enumerate() {
        let Value::Object(object) = value else {
            findings.add(Finding::new(format!("parts[{place}] must be an object"), span(value), "here").help(SHAPE));
            continue;
        };
        if let Some(part) = read_part(object, span(value), findings) {
            drawing.parts.push(part);
        }
    }
    for (place, value) in list(&root, "connections", MAX_CONNECTIONS, findings).enumerate() {
        let ends = value.as_array().and_then(read_connection);
        match ends {
            Some((from, to)) => drawing.connections.push(Connection { from, to, span: span(value) }),
            None => {
                let message = format!("connections[{place}] must join two pins");
                let finding = Finding::new(message, span(value), "here");
                findings.add(finding.help("write [\"led1:A\", \"pico:GP15\", \"green\", []]"));
            }
        }
    }
    check_ids(&drawing.parts, findings);
    drawing
}

const SHAPE: &str =
    "a diagram has \"parts\": [{ \"type\": \"wokwi-led\", \"id\": \"led1\", \"attrs\": {} }] and \"connections\"";

/// Returns the items of a list. One that is missing has none.
fn list<'a, 't>(
    root: &'a Object<'t>,
    key: &str,
    most: usize,
    findings: &Findings,
) -> impl Iterator<Item = &'a Value<'t>> {
    let array: Option<&Array<'t>> = match root.get(key).map(|property| &property.value) {
        Some(Value::Array(array)) if array.elements.len() <= most => Some(array),
        Some(value @ Value::Array(array)) => {
            let message = format!("`{key}` has {} items, and at most {most} are read", array.elements.len());
            let start = span(value).start;
            findings.add(Finding::new(message, start..start + 1, "here"));
            None
        }
        Some(value) => {
            findings.add(Finding::new(format!("`{key}` must be a list"), span(value), "here").help(SHAPE));
            None
        }
        None => {
            let range = root.range();
            findings.add(
                Finding::new(format!("the diagram has no `{key}`"), range.start..range.start + 1, "in this object")
                    .help(SHAPE),
            );
            None
        }
    };
    array.map(|array| array.elements.iter()).into_iter().flatten()
}

fn read_part(object: &Object<'_>, span_of_all: Span, findings: &Findings) -> Option<Part> {
    let text = |key: &str| match object.get_string(key) {
        Some(text) if !text.value.is_empty() => {
            Some((text.value.clone().into_owned(), text.range.start..text.range.end))
        }
        _ => {
            let finding = Finding::new(format!("a part must have a text `{key}`"), span_of_all.clone(), "this part");
            findings.add(finding.help(SHAPE));
            None
        }
    };
    let (kind, id) = (text("type"), text("id"));
    let ((kind, span), (id, _)) = (kind?, id?);
    let mut attrs = Vec::new();
    match object.get("attrs").map(|property| &property.value) {
        None | Some(Value::NullKeyword(_)) => {}
        Some(Value::Object(table)) => {
            for property in &table.properties {
                let value = match &property.value {
                    Value::StringLit(text) => text.value.clone().into_owned(),
                    Value::NumberLit(number) => number.value.to_owned(),
                    Value::BooleanLit(on) => on.value.to_string(),
                    // What only the editor understands.
                    Value::Object(_) | Value::Array(_) | Value::NullKeyword(_) => continue,
                };
                let range = property.range();
                attrs.push(Attr { key: property.name.as_str().to_owned(), value, span: range.start..range.end });
            }
        }
        Some(value) => {
            findings.add(Finding::new(format!("`attrs` of `{id}` must be an object"), self::span(value), "here"));
        }
    }
    Some(Part { id, kind, attrs, span })
}

fn read_connection(array: &Array<'_>) -> Option<(End, End)> {
    let end = |place: usize| {
        let text = array.elements.get(place)?.as_string_lit()?;
        let (part, pin) = text.value.split_once(':')?;
        (!part.is_empty() && !pin.is_empty()).then(|| End { part: part.to_owned(), pin: pin.to_owned() })
    };
    Some((end(0)?, end(1)?))
}

fn check_ids(parts: &[Part], findings: &Findings) {
    let mut seen = std::collections::BTreeMap::new();
    for part in parts {
        if let Some(other) = seen.insert(part.id.as_str(), &part.span) {
            let finding = Finding::new(format!("two parts have the id `{}`", part.id), part.span.clone(), "the second");
            findings.add(finding.and(other.clone(), "the first").help("give one of them another id"));
        }
    }
}
