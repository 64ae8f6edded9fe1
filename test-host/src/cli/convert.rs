//! `convert`: a recording as a board of scripted parts, or as a scenario; a drawn board as a policy.

mod analogue;
mod spi;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::failure::Failure;
use super::{input, json, status};
use wasm_embedded_runtime::record::{Call, Recording};

/// Turns a recording of `run --record` into a board of scripted parts, or into a scenario; a board drawn for Wokwi into a policy
#[derive(Args)]
#[command(after_help = NOTES)]
pub(super) struct Opts {
    /// The recording; or a board that was drawn for Wokwi, if the name ends in `.json`
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// What it becomes [default: scenario for a recording, policy for a diagram]
    #[arg(long, value_name = "WHAT")]
    to: Option<What>,
}

const NOTES: &str = "\
`--to parts` writes a policy whose labels are those of the recording: scripted parts answer on I2C, SPI and serial ports as they did, \
buttons press inputs when they were high, and analogue inputs have the voltages that were read. `--to scenario` writes a scenario with \
that policy, which expects each transaction and each level of an output in twice the time that it took, and half a second. On SPI \
without a select line no part can answer, so only what was written is expected there: `run --replay` has the rest.

A diagram becomes the policy that `--policy diagram.json` stands for. What it has and the simulation lacks is told with its line, and stands \
in the first lines of the policy.

Examples:
  wasm-embedded-rt run app.wasm --policy pi.toml --record app.txt --timeout 10s
  wasm-embedded-rt convert app.txt > app.toml
  wasm-embedded-rt test app.toml --component app.wasm
  wasm-embedded-rt convert diagram.json > board.toml

Exit status:
    0  success
   64  the command line is wrong
  119  the output cannot be written
  120  the recording or the diagram cannot be read";

/// What a recording becomes.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// A policy with scripted parts
    Parts,
    /// A scenario with that policy
    Scenario,
    /// The policy of a diagram
    Policy,
}

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let is_diagram = input::is_diagram(&opts.file);
    let to = opts.to.unwrap_or(if is_diagram { What::Policy } else { What::Scenario });
    if is_diagram != (to == What::Policy) {
        let message = "`--to policy` is for a diagram (`.json`), `--to parts` and `--to scenario` are for a recording";
        return Err(Failure::new(status::USAGE, message));
    }
    if is_diagram {
        let text = input::drawn(&opts.file)?.policy;
        json::answer("convert", json!({ "to": "policy", "text": text }), &text)?;
        return Ok(0);
    }
    let recording = load(&opts.file)?;
    let mut text = String::new();
    let prefix = if to == What::Scenario { "policy." } else { "" };
    if to == What::Scenario {
        text += &format!("title = \"as recorded in {}\"\n\n", opts.file.display());
    }
    parts(&recording, prefix, &mut text);
    if to == What::Scenario {
        steps(&recording, &mut text);
    }
    let to = if to == What::Scenario { "scenario" } else { "parts" };
    json::answer("convert", json!({ "to": to, "text": text }), &text)?;
    Ok(0)
}

/// Reads a recording.
pub(super) fn load(path: &std::path::Path) -> Result<Recording, Failure> {
    let named = |failure: Failure| failure.context(format!("cannot use the recording {}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| named(Failure::new(status::POLICY, error)))?;
    Recording::parse(&text).map_err(|error| named(Failure::new(status::POLICY, error)))
}

/// A call by what it is on.
enum CallKind<'c> {
    /// An address of an I2C bus, and the parts of the transaction.
    I2c(&'c str, &'c str),
    /// A transaction on SPI.
    Spi,
    /// A reading of an analogue input, or its bits.
    Analogue,
    Output(&'c str),
    Input,
    Duty,
    Sent(&'c str),
    Received,
    Other,
}

/// What a label is, where a call alone does not tell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Site {
    /// SPI, with a select line or without.
    Spi {
        selected: bool,
    },
    Analogue,
    Other,
}

/// Finds out what the labels are. Serial ports and SPI have calls of the same names.
fn sites(recording: &Recording) -> BTreeMap<&str, Site> {
    let mut calls: BTreeMap<&str, Vec<&Call>> = BTreeMap::new();
    recording.0.iter().for_each(|call| calls.entry(call.label.as_str()).or_default().push(call));
    calls.into_iter().map(|(label, calls)| (label, site(&calls))).collect()
}

fn site(calls: &[&Call]) -> Site {
    let has = |is: &dyn Fn(&str, &str) -> bool| {
        calls.iter().any(|call| is(&call.call, call.answer.as_deref().unwrap_or_default()))
    };
    if has(&|call, _| ["bits", "raw", "microvolts"].contains(&call)) {
        return Site::Analogue;
    }
    let is_serial = has(&|call, answer| {
        let (word, data) = call.split_once(' ').unwrap_or((call, ""));
        match word {
            "read-ready" | "write-ready" | "wait" => true,
            "flush" => answer != "ok" && !answer.is_empty(),
            // The answer to a write on SPI has no bytes.
            "write" => answer == NOTHING || answer.parse::<usize>().is_ok() && !data.contains(','),
            "read" => data.parse().is_ok_and(|count: usize| count > answer.split_whitespace().count()),
            _ => false,
        }
    });
    // A port that is only read, and always answered in full, is read byte by byte.
    let exchanges = ["write", "read", "transfer", "exchange", "delay"];
    let is_spi = has(&|call, _| {
        exchanges.contains(&call.split(' ').next().unwrap_or_default()) && !["read 0", "read 1"].contains(&call)
    });
    if is_serial || !is_spi {
        return Site::Other;
    }
    Site::Spi { selected: !has(&|call, _| call == "flush") }
}

/// The answer of a serial port that did nothing in its time.
const NOTHING: &str = "nothing yet";

fn kind<'c>(call: &'c Call, site: Option<&Site>) -> CallKind<'c> {
    match site {
        Some(Site::Spi { .. }) => return CallKind::Spi,
        Some(Site::Analogue) => return CallKind::Analogue,
        Some(Site::Other) | None => {}
    }
    let text = call.call.as_str();
    match text.split_once(' ') {
        Some((address, parts)) if address.starts_with("0x") => CallKind::I2c(address, parts),
        Some(("set", level)) => CallKind::Output(level),
        Some(("duty", _)) => CallKind::Duty,
        // On a serial port the answer to a write is a number, and to a read of nothing a word.
        Some(("write", bytes))
            if call.answer.as_ref().is_ok_and(|answer| answer.parse::<usize>().is_ok() && !bytes.contains(',')) =>
        {
            CallKind::Sent(bytes)
        }
        Some(("read", count)) if count.parse::<usize>().is_ok() => CallKind::Received,
        Some(("wait", _)) => CallKind::Other,
        None if text == "get" => CallKind::Input,
        _ => CallKind::Other,
    }
}

/// Writes a list of bytes.
fn list(hex: &str) -> String {
    let bytes: Vec<String> = hex.split_whitespace().map(|byte| format!("0x{byte}")).collect();
    format!("[{}]", bytes.join(", "))
}

/// Returns what an I2C transaction writes, and what it read, each part by itself.
fn i2c_parts(parts: &str, answer: &str) -> Vec<(bool, String)> {
    let mut read = answer.split_whitespace();
    let all = parts.split(", ").filter_map(|part| {
        let (word, data) = part.split_once(' ').unwrap_or((part, ""));
        match word {
            "write" => Some((true, data.to_owned())),
            "read" => {
                let count = data.parse().unwrap_or(0);
                Some((false, read.by_ref().take(count).collect::<Vec<_>>().join(" ")))
            }
            _ => None,
        }
    });
    all.collect()
}

fn parts(recording: &Recording, prefix: &str, text: &mut String) {
    let sites = sites(recording);
    let (mut exchanges, mut readings) = (BTreeMap::<&str, Vec<&Call>>::new(), BTreeMap::<&str, Vec<&Call>>::new());
    let mut buses: BTreeMap<&str, BTreeMap<&str, Vec<&Call>>> = BTreeMap::new();
    let mut ports: BTreeMap<&str, Vec<&Call>> = BTreeMap::new();
    let (mut outputs, mut inputs) = (BTreeMap::new(), BTreeMap::<&str, Vec<&Call>>::new());
    let (mut duties, mut left_out) = (BTreeSet::new(), BTreeSet::new());
    for call in &recording.0 {
        let label = call.label.as_str();
        match kind(call, sites.get(label)) {
            CallKind::I2c(address, _) => buses.entry(label).or_default().entry(address).or_default().push(call),
            CallKind::Output(level) => _ = outputs.insert(label, level),
            CallKind::Input => inputs.entry(label).or_default().push(call),
            CallKind::Duty => _ = duties.insert(label),
            CallKind::Sent(_) | CallKind::Received => ports.entry(label).or_default().push(call),
            CallKind::Spi => exchanges.entry(label).or_default().push(call),
            CallKind::Analogue => readings.entry(label).or_default().push(call),
            CallKind::Other => _ = left_out.insert(label),
        }
    }
    // Writing to a string cannot fail, here and below.
    for label in left_out
        .iter()
        .filter(|label| !duties.contains(*label) && !inputs.contains_key(*label) && !ports.contains_key(*label))
    {
        let _ = writeln!(text, "# `{label}` is left out: `run --replay` has it.");
    }
    for (label, addresses) in &buses {
        let allow: Vec<&str> = addresses.keys().copied().collect();
        let _ = writeln!(text, "[{prefix}i2c.{label}]\nsim = \"{label}\"\nallow = [{}]\n", allow.join(", "));
    }
    for label in exchanges.keys() {
        let is_selected = sites.get(label) == Some(&Site::Spi { selected: true });
        let select = if is_selected { "" } else { "select = \"none\"\n" };
        let _ = writeln!(text, "[{prefix}spi.{label}]\nsim = true\n{select}");
    }
    let voltages: Vec<String> =
        readings.iter().map(|(label, calls)| analogue::input(label, calls, prefix, text)).collect();
    for label in ports.keys() {
        let _ = writeln!(text, "[{prefix}uart.{label}]\nsim = true\n");
    }
    for label in &duties {
        let _ = writeln!(text, "[{prefix}pwm.{label}]\nsim = true\n");
    }
    if !outputs.is_empty() || !inputs.is_empty() {
        let _ = writeln!(text, "[{prefix}gpio]");
        for (label, last) in &outputs {
            // The last call is that of `on-exit`, or the level that the guest left.
            let _ = writeln!(text, "{label} = {{ sim = true, direction = \"output\", on-exit = \"{last}\" }}");
        }
        for label in inputs.keys().filter(|label| !outputs.contains_key(*label)) {
            let _ = writeln!(text, "{label} = {{ sim = true, direction = \"input\", bias = \"pull-down\" }}");
        }
        text.push('\n');
    }
    for (label, addresses) in &buses {
        for (address, calls) in addresses {
            i2c_script(label, address, calls, prefix, text);
        }
    }
    for (label, calls) in &exchanges {
        if sites.get(label) == Some(&Site::Spi { selected: true }) {
            spi::script(label, calls, prefix, text);
        } else {
            let _ = writeln!(text, "# What `{label}` reads is left out: `run --replay` has it.\n");
        }
    }
    voltages.iter().for_each(|voltage| *text += voltage);
    for (label, calls) in &ports {
        uart_script(label, calls, prefix, text);
    }
    for (label, calls) in inputs.iter().filter(|(label, _)| !outputs.contains_key(*label)) {
        button(label, calls, prefix, text);
    }
}

fn i2c_script(label: &str, address: &str, calls: &[&Call], prefix: &str, text: &mut String) {
    let mut steps = Vec::new();
    for call in calls {
        let CallKind::I2c(_, parts) = kind(call, None) else { continue };
        match &call.answer {
            Ok(answer) => steps.extend(i2c_parts(parts, answer).into_iter().map(|(writes, data)| {
                let word = if writes { "write" } else { "read" };
                format!("    {{ {word} = {} }},\n", list(&data))
            })),
            Err(_) => steps.push("    { nack = true },\n".to_owned()),
        }
    }
    let _ = writeln!(
        text,
        "[[{prefix}part]]\nmodel = \"scripted\"\nname = \"{label}-{address}\"\ni2c = \"{label}\"\naddress = {address}\nlenient = true\n\
         steps = [\n{}]\n",
        steps.concat()
    );
}

fn uart_script(label: &str, calls: &[&Call], prefix: &str, text: &mut String) {
    let (mut steps, mut sent): (Vec<String>, String) = (Vec::new(), String::new());
    let mut at_ns = 0;
    for call in calls {
        match (kind(call, None), &call.answer) {
            (CallKind::Sent(bytes), Ok(count)) => {
                let count = count.parse().unwrap_or(0);
                let taken: Vec<&str> = bytes.split_whitespace().take(count).collect();
                sent = format!("{sent} {}", taken.join(" "));
                at_ns = call.at_ns;
            }
            (CallKind::Received, Ok(bytes))
                if bytes.split_whitespace().all(|byte| u8::from_str_radix(byte, 16).is_ok()) && !bytes.is_empty() =>
            {
                let after_ms = call.at_ns.saturating_sub(at_ns) / 1_000_000;
                let expect = if sent.is_empty() { String::new() } else { format!("expect = {}, ", list(&sent)) };
                steps.push(format!("    {{ {expect}after-ms = {after_ms}, send = {} }},\n", list(bytes)));
                (sent, at_ns) = (String::new(), call.at_ns);
            }
            _ => {}
        }
    }
    if !sent.is_empty() {
        steps.push(format!("    {{ expect = {} }},\n", list(&sent)));
    }
    let _ = writeln!(
        text,
        "[[{prefix}part]]\nmodel = \"scripted\"\nname = \"{label}-peer\"\nuart = \"{label}\"\nlenient = true\nsteps = [\n{}]\n",
        steps.concat()
    );
}

/// Writes a button that presses an input to high when it was.
fn button(label: &str, calls: &[&Call], prefix: &str, text: &mut String) {
    let (mut presses, mut since) = (Vec::new(), None);
    for call in calls {
        let is_high = call.answer.as_deref() == Ok("high");
        let at_ms = call.at_ns / 1_000_000;
        match (is_high, since) {
            (true, None) => since = Some(at_ms),
            (false, Some(from)) => {
                presses.push(format!("{{ at-ms = {from}, for-ms = {} }}", (at_ms - from).max(1)));
                since = None;
            }
            _ => {}
        }
    }
    presses.extend(since.map(|from| format!("{{ at-ms = {from}, for-ms = 86_400_000 }}")));
    let _ = writeln!(
        text,
        "[[{prefix}part]]\nmodel = \"button\"\nname = \"{label}-button\"\nnet = \"{label}\"\npressed = \"high\"\npresses = [{}]\n",
        presses.join(", ")
    );
}

fn steps(recording: &Recording, text: &mut String) {
    let (mut before_ns, mut levels) = (0, BTreeMap::<&str, &str>::new());
    let sites = sites(recording);
    for call in &recording.0 {
        let label = &call.label;
        let site = sites.get(label.as_str());
        let look = match (kind(call, site), &call.answer) {
            (CallKind::Spi, _) => match spi::look(label, call, site == Some(&Site::Spi { selected: true })) {
                Some(look) => look,
                None => continue,
            },
            (CallKind::I2c(address, parts), Ok(answer)) => {
                let parts = i2c_parts(parts, answer);
                let of = |writes: bool| {
                    let data = parts.iter().filter(|(is_write, _)| *is_write == writes);
                    data.map(|(_, data)| data.as_str()).collect::<Vec<_>>().join(" ")
                };
                format!(
                    "label = \"{label}\", address = {address}, write = {}, read = {}",
                    list(&of(true)),
                    list(&of(false))
                )
            }
            (CallKind::I2c(address, _), Err(_)) => {
                format!("label = \"{label}\", address = {address}, acknowledged = false")
            }
            (CallKind::Output(level), Ok(_)) if levels.insert(label, level) != Some(level) => {
                format!("label = \"{label}\", level = \"{level}\"")
            }
            _ => continue,
        };
        // Twice the time that it took, in whole milliseconds, and half a second.
        let within_ms = call.at_ns.saturating_sub(before_ns) / 500_000 + 500;
        let _ = writeln!(text, "[[step]]\nexpect = {{ {look} }}\nwithin = \"{within_ms}ms\"\n");
        before_ns = call.at_ns;
    }
}
