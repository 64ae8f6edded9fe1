//! The expectation files of the 0.4 family: a policy with what a module may open, and its calls as a recording, in one strict order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use toml::{Table, Value};

/// What an expectation file comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expectations {
    /// A policy in TOML: the labels that the file's `init` calls open, simulated.
    pub policy: String,
    /// The calls on these labels with their answers, as `wasm-embedded-rt run --record` writes them, all at time 0.
    pub recording: String,
}

/// The first line of a recording: docs/record.md.
const HEADER: &str = "# wasm-embedded-rt recording 1";

/// Why an expectation file cannot be converted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExpectError {
    /// It is no TOML, or has no list `ops`.
    #[error("an expectation file is TOML with `ops = [{{ kind = \"i2c_init\", ... }}, ...]`: {0}")]
    File(String),
    /// One of the expected calls cannot be converted.
    #[error("call {number} of `ops`, {kind}: {problem}")]
    Call {
        /// Its place in the list, from 1.
        number: usize,
        /// Its kind, as the file has it.
        kind: String,
        /// What is wrong.
        problem: String,
    },
}

/// What stands behind a handle.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// A bus or a port by its label, which holds all arguments of its `init`: [`Labels::Arguments`](crate::Labels).
    I2c(String),
    Spi(String),
    Uart(String),
    Pin {
        port: i64,
        pin: i64,
        output: bool,
    },
}

/// What was collected: labels, and calls in the order of the file.
#[derive(Debug, Default)]
struct Board {
    open: BTreeMap<i64, Place>,
    /// The addresses on each bus, and whether they have ten bits.
    i2c: BTreeMap<String, BTreeSet<(u16, bool)>>,
    spi: BTreeSet<String>,
    uart: BTreeSet<String>,
    /// Whether a pin is an output.
    pins: BTreeMap<(i64, i64), bool>,
    /// The level that an output has after the calls so far.
    levels: BTreeMap<(i64, i64), bool>,
    calls: Vec<String>,
}

/// Returns what an expectation file comes to: the labels, and the calls that must take place, all of them and in this order whatever label
/// they are on.
///
/// The labels are those of a module that was adapted with [`Labels::Arguments`](crate::Labels), and so no `init` succeeds whose arguments
/// the file does not have. Handles are not compared. Calls of no bytes on a serial port never reach it, and are left out.
///
/// # Errors
///
/// [`ExpectError`] names the call that cannot be converted.
pub fn expectations(text: &str) -> Result<Expectations, ExpectError> {
    let table: Table = text.parse().map_err(|error: toml::de::Error| ExpectError::File(error.message().into()))?;
    let Some(Value::Array(calls)) = table.get("ops") else {
        return Err(ExpectError::File("`ops` is missing".into()));
    };
    let mut board = Board::default();
    for (number, call) in (1..).zip(calls) {
        let call = call.as_table().ok_or_else(|| ExpectError::File(format!("call {number} is not a table")))?;
        let kind = call.get("kind").and_then(Value::as_str).unwrap_or_default();
        board.call(kind, call).map_err(|problem| ExpectError::Call { number, kind: kind.into(), problem })?;
    }
    Ok(Expectations { policy: board.policy(), recording: board.recording() })
}

impl Board {
    fn call(&mut self, kind: &str, call: &Table) -> Result<(), String> {
        let Some((module, name)) = kind.split_once('_') else { return Err("`kind` is missing or unknown".into()) };
        match (module, name) {
            ("i2c" | "spi" | "uart" | "gpio", "init") => return self.init(module, call),
            ("i2c" | "spi" | "uart" | "gpio", "deinit") => {
                self.handle(call)?;
                self.open.remove(&number(call, "handle")?);
                return Ok(());
            }
            _ => {}
        }
        match (self.handle(call)?, name) {
            (Place::I2c(label), "write" | "read" | "write_read") if module == "i2c" => self.i2c(label, name, call),
            (Place::Spi(label), "write" | "read" | "transfer" | "transfer_inplace") if module == "spi" => {
                let asked = match name {
                    "write" => part("write", &bytes(call, "data_out")?),
                    "read" => format!("read {}", bytes(call, "data_in")?.len()),
                    _ => format!("transfer {} for {}", hex(&bytes(call, "data_out")?), bytes(call, "data_in")?.len()),
                };
                let answer = if name == "write" { Vec::new() } else { bytes(call, "data_in")? };
                self.expect(label, &asked, &hex(&answer));
                Ok(())
            }
            (Place::Uart(label), "write" | "read") if module == "uart" => {
                let data = bytes(call, if name == "write" { "data_out" } else { "data_in" })?;
                match (data.is_empty(), name) {
                    (true, _) => {}
                    (false, "write") => self.expect(label, &part("write", &data), &data.len().to_string()),
                    (false, _) => self.expect(label, &format!("read {}", data.len()), &hex(&data)),
                }
                Ok(())
            }
            (Place::Pin { port, pin, output: true }, "set") if module == "gpio" => {
                let level = level(call)?;
                self.levels.insert((port, pin), level);
                self.expect(format!("gpio{port}-{pin}"), &format!("set {}", named(level)), "ok");
                Ok(())
            }
            // The adapter knows what was set, and asks nobody.
            (Place::Pin { port, pin, output: true }, "get") if module == "gpio" => {
                let set = self.levels.get(&(port, pin)).copied().unwrap_or(false);
                if level(call)? == set {
                    Ok(())
                } else {
                    Err(format!("the output is {} after the calls so far", named(set)))
                }
            }
            (Place::Pin { port, pin, output: false }, "get") if module == "gpio" => {
                self.expect(format!("gpio{port}-{pin}"), "get", named(level(call)?));
                Ok(())
            }
            _ => Err("the device behind the handle has no such call".into()),
        }
    }

    fn i2c(&mut self, label: String, name: &str, call: &Table) -> Result<(), String> {
        let address = u16::try_from(number(call, "addr")?).ok().filter(|address| *address < 0x400);
        let address = address.ok_or("an address is from 0 to 0x3ff")?;
        let ten_bit = address > 0x7f;
        self.i2c.entry(label.clone()).or_default().insert((address, ten_bit));
        let mut asked = Vec::new();
        let mut answer = Vec::new();
        if name != "read" {
            asked.push(part("write", &bytes(call, "data_out")?));
        }
        if name != "write" {
            answer = bytes(call, "data_in")?;
            asked.push(format!("read {}", answer.len()));
        }
        let address = if ten_bit { format!("{address:#05x} (10-bit)") } else { format!("{address:#04x}") };
        self.expect(label, &format!("{address} {}", asked.join(", ")), &hex(&answer));
        Ok(())
    }

    fn expect(&mut self, label: String, asked: &str, answer: &str) {
        let space = if answer.is_empty() { "" } else { " " };
        self.calls.push(format!("0.000000000 {label} {asked} ->{space}{answer}"));
    }

    fn init(&mut self, module: &str, call: &Table) -> Result<(), String> {
        let place = match module {
            "i2c" => Place::I2c(label(call, module, &["baud", "sda", "scl"])?),
            "spi" => Place::Spi(label(call, module, &["baud", "mosi", "miso", "sck", "cs"])?),
            "uart" => Place::Uart(label(call, module, &["baud", "tx", "rx"])?),
            _ => {
                let port = number(call, "port")?;
                let output = call.get("output").and_then(Value::as_bool).ok_or("`output` must be true or false")?;
                Place::Pin { port, pin: number(call, "pin")?, output }
            }
        };
        let handle = number(call, "res")?;
        if handle < 0 {
            // It should fail: no label is granted, unless another call opens it.
            return Ok(());
        }
        match place.clone() {
            Place::I2c(label) => _ = self.i2c.entry(label).or_default(),
            Place::Spi(label) => _ = self.spi.insert(label),
            Place::Uart(label) => _ = self.uart.insert(label),
            Place::Pin { port, pin, output } => {
                if self.pins.insert((port, pin), output).is_some_and(|other| other != output) {
                    return Err("the pin is opened in the other direction elsewhere: a label has one".into());
                }
            }
        }
        match self.open.insert(handle, place.clone()) {
            Some(other) if other != place => Err(format!("handle {handle} is open for something else")),
            _ => Ok(()),
        }
    }

    fn handle(&self, call: &Table) -> Result<Place, String> {
        let handle = number(call, "handle")?;
        self.open.get(&handle).cloned().ok_or_else(|| format!("handle {handle} is not open: no `init` returned it"))
    }

    fn policy(&self) -> String {
        let mut text = String::from("# Made of an expectation file.\n");
        for (label, addresses) in &self.i2c {
            let allow = addresses.iter().map(|(address, ten_bit)| match ten_bit {
                true => format!("{{ address = {address:#05x}, ten-bit = true }}"),
                false => format!("{address:#04x}"),
            });
            let _ = write!(text, "\n[i2c.{label}]\nsim = true\nallow = [{}]\n", allow.collect::<Vec<_>>().join(", "));
        }
        for label in &self.spi {
            let _ = write!(text, "\n[spi.{label}]\nsim = true\n");
        }
        for label in &self.uart {
            let _ = write!(text, "\n[uart.{label}]\nsim = true\n");
        }
        if !self.pins.is_empty() {
            text += "\n[gpio]\n";
        }
        for ((port, pin), output) in &self.pins {
            let direction = if *output { "\"output\", initial = \"low\"" } else { "\"input\"" };
            let _ = writeln!(text, "gpio{port}-{pin} = {{ sim = true, direction = {direction} }}");
        }
        text
    }

    fn recording(&self) -> String {
        self.calls.iter().fold(format!("{HEADER}\n"), |text, call| text + call + "\n")
    }
}

/// Returns what is asked for with bytes.
fn part(word: &str, bytes: &[u8]) -> String {
    if bytes.is_empty() { word.into() } else { format!("{word} {}", hex(bytes)) }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

fn named(level: bool) -> &'static str {
    if level { "high" } else { "low" }
}

/// Returns the label of a bus or port: its number and each other argument of `init`, as the adapter writes them.
fn label(call: &Table, module: &str, arguments: &[&str]) -> Result<String, String> {
    let mut label = format!("{module}{}", argument(call, "port")?);
    for key in arguments {
        let _ = write!(label, "-{}", argument(call, key)?);
    }
    Ok(label)
}

/// Returns an argument of `init` as the guest passes it: in 32 bits, a pin of -1 as the largest number.
fn argument(call: &Table, key: &str) -> Result<u32, String> {
    let number = number(call, key)?;
    let whole = u32::try_from(number).or_else(|_| i32::try_from(number).map(i32::cast_unsigned));
    whole.map_err(|_| format!("`{key}` must be a number of 32 bits"))
}

fn number(call: &Table, key: &str) -> Result<i64, String> {
    call.get(key).and_then(Value::as_integer).ok_or_else(|| format!("`{key}` must be a number"))
}

fn bytes(call: &Table, key: &str) -> Result<Vec<u8>, String> {
    let wrong = || format!("`{key}` must be a list of bytes");
    let list = call.get(key).and_then(Value::as_array).ok_or_else(wrong)?;
    let byte = |value: &Value| value.as_integer().and_then(|byte| u8::try_from(byte).ok());
    list.iter().map(byte).collect::<Option<_>>().ok_or_else(wrong)
}

/// Returns a level: a truth value, a number, or its name.
fn level(call: &Table) -> Result<bool, String> {
    match call.get("state") {
        Some(Value::Boolean(state)) => Ok(*state),
        Some(Value::Integer(0)) => Ok(false),
        Some(Value::Integer(1)) => Ok(true),
        Some(Value::String(name)) if name.eq_ignore_ascii_case("low") => Ok(false),
        Some(Value::String(name)) if name.eq_ignore_ascii_case("high") => Ok(true),
        _ => Err("`state` must be true, false, 0, 1, \"low\" or \"high\"".into()),
    }
}
