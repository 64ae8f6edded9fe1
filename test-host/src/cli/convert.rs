//! `convert`: a recording as a board of scripted parts, or as a scenario.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::failure::Failure;
use super::{print, status};
use wasm_embedded_runtime::record::{Call, Recording};

/// Turns a recording of `run --record` into a board of scripted parts, or into a scenario
#[derive(Args)]
#[command(after_help = NOTES)]
pub(super) struct Opts {
    /// The recording
    recording: PathBuf,

    /// What it becomes
    #[arg(long, value_name = "WHAT", default_value = "scenario")]
    to: What,
}

const NOTES: &str = "\
`--to parts` writes a policy whose labels are those of the recording: scripted parts answer on I2C and on serial ports as they did, \
and buttons press inputs when they were high. `--to scenario` writes a scenario with that policy, which expects each transaction, \
each byte and each level of an output in twice the time that it took, and half a second. Analogue inputs and SPI are left out, \
with a remark: `run --replay` has them.

Examples:
  wasm-embedded-rt run app.wasm --policy pi.toml --record app.txt --timeout 10s
  wasm-embedded-rt convert app.txt > app.toml
  wasm-embedded-rt test app.toml --component app.wasm

Exit status:
    0  success
   64  the command line is wrong
  119  the output cannot be written
  120  the recording cannot be read";

/// What a recording becomes.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// A policy with scripted parts
    Parts,
    /// A scenario with that policy
    Scenario,
}

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let recording = load(&opts.recording)?;
    let mut text = String::new();
    let prefix = if opts.to == What::Scenario { "policy." } else { "" };
    if opts.to == What::Scenario {
        text += &format!("title = \"as recorded in {}\"\n\n", opts.recording.display());
    }
    parts(&recording, prefix, &mut text);
    if opts.to == What::Scenario {
        steps(&recording, &mut text);
    }
    print(&text)?;
    Ok(0)
}

/// Reads a recording.
pub(super) fn load(path: &std::path::Path) -> Result<Recording, Failure> {
    let named = |failure: Failure| failure.context(format!("cannot use the recording {}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| named(Failure::new(status::POLICY, error)))?;
    Recording::parse(&text).map_err(|error| named(Failure::new(status::POLICY, error)))
}

/// A call by what it is on.
enum Kind<'c> {
    /// An address of an I2C bus, and the parts of the transaction.
    I2c(&'c str, &'c str),
    /// A transaction with an SPI device.
    Spi,
    Output(&'c str),
    Input,
    Duty,
    Sent(&'c str),
    Received,
    Other,
}

fn kind(call: &Call) -> Kind<'_> {
    let text = call.call.as_str();
    match text.split_once(' ') {
        Some((address, parts)) if address.starts_with("0x") => Kind::I2c(address, parts),
        Some(("set", level)) => Kind::Output(level),
        Some(("duty", _)) => Kind::Duty,
        Some(("transfer" | "exchange", _)) => Kind::Spi,
        // On a serial port the answer to a write is a number, and to a read of nothing a word.
        Some(("write", bytes))
            if call.answer.as_ref().is_ok_and(|answer| answer.parse::<usize>().is_ok() && !bytes.contains(',')) =>
        {
            Kind::Sent(bytes)
        }
        Some(("read", count)) if count.parse::<usize>().is_ok() => Kind::Received,
        Some(("wait", _)) => Kind::Other,
        None if text == "get" => Kind::Input,
        _ => Kind::Other,
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
    let mut buses: BTreeMap<&str, BTreeMap<&str, Vec<&Call>>> = BTreeMap::new();
    let mut ports: BTreeMap<&str, Vec<&Call>> = BTreeMap::new();
    let (mut outputs, mut inputs) = (BTreeMap::new(), BTreeMap::<&str, Vec<&Call>>::new());
    let (mut duties, mut left_out) = (BTreeSet::new(), BTreeSet::new());
    for call in &recording.0 {
        let label = call.label.as_str();
        match kind(call) {
            Kind::I2c(address, _) => buses.entry(label).or_default().entry(address).or_default().push(call),
            Kind::Output(level) => _ = outputs.insert(label, level),
            Kind::Input => inputs.entry(label).or_default().push(call),
            Kind::Duty => _ = duties.insert(label),
            Kind::Sent(_) | Kind::Received => ports.entry(label).or_default().push(call),
            Kind::Spi | Kind::Other => _ = left_out.insert(label),
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
        let Kind::I2c(_, parts) = kind(call) else { continue };
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
        match (kind(call), &call.answer) {
            (Kind::Sent(bytes), Ok(count)) => {
                let count = count.parse().unwrap_or(0);
                let taken: Vec<&str> = bytes.split_whitespace().take(count).collect();
                sent = format!("{sent} {}", taken.join(" "));
                at_ns = call.at_ns;
            }
            (Kind::Received, Ok(bytes))
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
    for call in &recording.0 {
        let label = &call.label;
        let look = match (kind(call), &call.answer) {
            (Kind::I2c(address, parts), Ok(answer)) => {
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
            (Kind::I2c(address, _), Err(_)) => {
                format!("label = \"{label}\", address = {address}, acknowledged = false")
            }
            (Kind::Output(level), Ok(_)) if levels.insert(label, level) != Some(level) => {
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
