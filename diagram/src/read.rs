//! Reads a diagram.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use wasm_embedded_policy::read::{Context, Finding, Findings};
use wasm_embedded_policy::{MAX_POLICY_BYTES, Policy, PolicyError, Span, escape};

use crate::drawing::{self, Drawing, Part};
use crate::kinds::{self, Kind};
use crate::mcu::{self, Mcu, McuPin};
use crate::nets::{MONITOR, Nets};
use crate::place::Bench;

/// The most parts that are read: more than fit on a desk.
pub const MAX_PARTS: usize = 1_000;

/// The most wires that are read.
pub const MAX_CONNECTIONS: usize = 10_000;

/// What messages call the file.
const KIND: &str = "the diagram";

/// A diagram that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drawn {
    /// The policy: its labels, and the parts behind them.
    pub policy: String,
    /// What was left out, in the order of the file.
    pub notes: Vec<Note>,
}

/// Something of a diagram that was left out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// The line of the file, from 1.
    pub line: usize,
    /// What was left out, and why.
    pub text: String,
}

/// Reads a diagram file.
///
/// # Errors
///
/// The file cannot be read, or is refused as [`read`] says.
pub fn load(path: &Path) -> Result<Drawn, PolicyError> {
    let name = path.display().to_string();
    let unreadable = |source| PolicyError::Unreadable { kind: KIND, path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_POLICY_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes)).map_err(unreadable)?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => read(&name, text),
        // Where it was cut, a letter may have lost its end.
        Err(_) if bytes.len() > MAX_POLICY_BYTES => Err(too_long(&name)),
        Err(error) => {
            let offset = error.valid_up_to();
            let line = bytes.get(..offset).map_or(0, |before| before.iter().filter(|byte| **byte == b'\n').count()) + 1;
            Err(PolicyError::NotText { kind: KIND, name, line, offset })
        }
    }
}

fn too_long(name: &str) -> PolicyError {
    PolicyError::TooLong { kind: KIND, name: name.to_owned(), limit: MAX_POLICY_BYTES }
}

/// Reads the text of a diagram; messages call it `name`. The policy that comes back is one that [`Policy::parse`] takes.
///
/// # Errors
///
/// The text is longer than [`MAX_POLICY_BYTES`], is not JSON, draws no microcontroller or what cannot be, such as a wire to a part that is
/// not there, a supply that is wired to another one, or a temperature that a part does not have.
pub fn read(name: &str, text: &str) -> Result<Drawn, PolicyError> {
    if text.len() > MAX_POLICY_BYTES {
        return Err(too_long(name));
    }
    let findings = Findings::new(Context::default());
    let drawing = drawing::read(text, &findings);
    let drawn = if findings.is_empty() { draw(name, text, &drawing, &findings) } else { None };
    drawn.filter(|_| findings.is_empty()).ok_or_else(|| findings.into_error(KIND, name, text))
}

/// The microcontroller of a drawing, and another one.
fn boards(drawing: &Drawing) -> (Option<(&Part, &'static Mcu)>, Option<&Part>) {
    let mut boards = drawing.parts.iter().filter_map(|part| Some((part, mcu::find(&part.kind)?)));
    (boards.next(), boards.next().map(|(part, _)| part))
}

fn draw(name: &str, text: &str, drawing: &Drawing, findings: &Findings) -> Option<Drawn> {
    let (board, second) = boards(drawing);
    let Some((mcu_part, mcu)) = board else {
        let finding =
            Finding::new("the diagram has no microcontroller that we know", 0..text.len().min(1), "in this diagram");
        findings.add(finding.help("draw one, such as `wokwi-pi-pico` or `wokwi-arduino-uno`"));
        return None;
    };
    if let Some(part) = second {
        let finding = Finding::new("a diagram has one microcontroller", part.span.clone(), "a second one");
        findings.add(finding.and(mcu_part.span.clone(), "the first one").help("draw a diagram for each"));
        return None;
    }
    let labels = labels(mcu_part, mcu, findings);
    let nets = Nets::new(drawing, (mcu_part, mcu), &labels, findings);
    if !findings.is_empty() {
        return None;
    }
    let mut bench = Bench::new(drawing, nets, mcu);
    for part in drawing.parts.iter().filter(|part| part.id != mcu_part.id) {
        match kinds::find(part) {
            Kind::Rail(_) | Kind::Resistor | Kind::Breadboard | Kind::Drawn => {}
            kind @ (Kind::Placed(_) | Kind::Chip(_)) => bench.place(part, kind),
            Kind::Special(name, _) => special(&mut bench, part, name),
            Kind::Unknown => {
                let near = kinds::nearest(&part.kind);
                let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                bench.leave(part, &format!("there is no model of a `{}`{near}", part.kind));
            }
        }
    }
    monitor(&mut bench);
    for part in bench.draft.prune(&bench.nets) {
        bench.notes.push((part.span, format!("`{}` is left out: nothing is at the other end of its wires", part.name)));
    }
    bench.notes.sort_by_key(|(span, _)| span.start);
    let notes: Vec<Note> =
        bench.notes.iter().map(|(span, note)| Note { line: line(text, span), text: escape::line(note) }).collect();
    let mut head = vec![format!("Made from the diagram {}.", escape::line(name))];
    head.extend(notes.iter().map(|note| format!("Line {}: {}", note.line, note.text)));
    let written = bench.draft.write(&bench.nets, (mcu.adc_bits, mcu.millivolts), &head);
    check(&written, findings);
    Some(Drawn { policy: written.text, notes })
}

fn special(bench: &mut Bench<'_>, part: &Part, name: &'static str) {
    match name {
        "wokwi-pushbutton" | "wokwi-pushbutton-6mm" => bench.button(part),
        "wokwi-slide-switch" => bench.slide(part),
        "wokwi-potentiometer" | "wokwi-slide-potentiometer" => bench.knob(part),
        "wokwi-analog-joystick" => bench.joystick(part),
        "wokwi-led" | "wokwi-rgb-led" | "wokwi-led-bar-graph" | "wokwi-7segment" => bench.lights(part, name),
        _ => bench.strip(part),
    }
}

/// Gives the guest the serial port that Wokwi's monitor is wired to.
fn monitor(bench: &mut Bench<'_>) {
    let lines = ["TX", "RX"].into_iter().filter_map(|pin| bench.nets.net(MONITOR, pin));
    if lines.into_iter().any(|net| !bench.nets.labels(net).is_empty()) {
        bench.draft.uart.push(("uart0".to_owned(), 0..0));
    }
}

/// Reads the names that the attribute `labels` of a microcontroller gives to its pins: `LED=GP25 BUTTON=GP14`.
fn labels(part: &Part, mcu: &'static Mcu, findings: &Findings) -> Vec<(String, String)> {
    let Some(attr) = part.attr("labels") else { return Vec::new() };
    let words = attr.value.split([' ', ',']).filter(|word| !word.is_empty());
    let pairs = words.filter_map(|word| {
        let pair = word.split_once('=').and_then(|(label, pin)| match mcu.pin(pin)? {
            McuPin::Signal(name) => Some((name, label.to_owned())),
            McuPin::Ground | McuPin::Power(_) | McuPin::Other => None,
        });
        if pair.is_none() {
            let message = format!("`labels` has `{}`, which does not name a pin", escape::line(word));
            findings
                .add(Finding::new(message, attr.span.clone(), "here").help(format!("write LED=PIN; {}", mcu.pins())));
        }
        pair
    });
    pairs.collect()
}

/// Has the policy's reader look at what was made. What it refuses stands in the diagram on the line that the policy's line comes from.
fn check(written: &crate::draft::Text, findings: &Findings) {
    let problems = match Policy::parse("the diagram's policy", &written.text) {
        Ok(_) => return,
        Err(PolicyError::Invalid { problems, .. }) => problems,
        Err(error) => return findings.add(Finding::new(error.to_string(), 0..0, "this diagram")),
    };
    for problem in problems {
        let finding = Finding::new(problem.to_string(), written.span(problem.line()), "from here");
        findings.add(match problem.advice() {
            Some(advice) => finding.help(advice),
            None => finding,
        });
    }
}

/// Returns the line of a place, from 1.
fn line(text: &str, span: &Span) -> usize {
    text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1
}
