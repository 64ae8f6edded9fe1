//! The expectation files of the 0.4 family as policies: what a module may open, and scripted parts that expect its exchanges.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use toml::{Table, Value};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    I2c(i64),
    Spi(i64),
    Uart(i64),
    Pin { port: i64, pin: i64, output: bool },
}

/// What was collected: labels in the order of their kinds, and the exchanges of each part in the order of the file.
#[derive(Debug, Default)]
struct Board {
    open: BTreeMap<i64, Place>,
    i2c: BTreeMap<i64, BTreeMap<u8, Vec<String>>>,
    spi: BTreeMap<i64, Vec<String>>,
    uart: BTreeMap<i64, Vec<String>>,
    /// The level that an input has in all of its calls, if it has any.
    pins: BTreeMap<(i64, i64), (bool, Option<bool>)>,
}

/// Returns the policy for an expectation file: its labels, and scripted parts that expect the exchanges in the order of the file. A run
/// whose exchanges differ, or that leaves some out, ends with status 117.
///
/// Every part expects its own exchanges in their order; between two parts, any order is accepted. Arguments that a policy decides, such as
/// baud rates, are not compared, and neither are handles.
///
/// # Errors
///
/// [`ExpectError`] names the call that cannot be converted.
pub fn expectations(text: &str) -> Result<String, ExpectError> {
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
    Ok(board.policy())
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
            (Place::I2c(port), "write" | "read" | "write_read") if module == "i2c" => {
                let address = u8::try_from(number(call, "addr")?).ok().filter(|address| *address < 0x80);
                let address = address.ok_or("a scripted part has an address of seven bits")?;
                let steps = self.i2c.entry(port).or_default().entry(address).or_default();
                if name != "read" {
                    steps.push(format!("{{ write = {} }}", bytes(call, "data_out")?));
                }
                if name != "write" {
                    steps.push(format!("{{ read = {} }}", bytes(call, "data_in")?));
                }
            }
            (Place::Spi(port), "write" | "read" | "transfer" | "transfer_inplace") if module == "spi" => {
                let mosi = if name == "read" { "[]".into() } else { bytes(call, "data_out")? };
                let miso = if name == "write" { "[]".into() } else { bytes(call, "data_in")? };
                self.spi.entry(port).or_default().push(format!("{{ mosi = {mosi}, miso = {miso} }}"));
            }
            (Place::Uart(port), "write" | "read") if module == "uart" => {
                let (key, data) = if name == "write" { ("expect", "data_out") } else { ("send", "data_in") };
                self.uart.entry(port).or_default().push(format!("{{ {key} = {} }}", bytes(call, data)?));
            }
            (Place::Pin { output: true, .. }, "set") if module == "gpio" => {
                return Err("the level of an output is not compared: leave the call out, and look at the trace".into());
            }
            (Place::Pin { port, pin, output: false }, "get") if module == "gpio" => {
                let state = level(call)?;
                let known = &mut self.pins.entry((port, pin)).or_insert((false, None)).1;
                if known.is_some_and(|known| known != state) {
                    return Err("the input has another state than in an earlier call: one of them only".into());
                }
                *known = Some(state);
            }
            _ => return Err("the device behind the handle has no such call".into()),
        }
        Ok(())
    }

    fn init(&mut self, module: &str, call: &Table) -> Result<(), String> {
        let port = number(call, "port")?;
        let place = match module {
            "i2c" => Place::I2c(port),
            "spi" => Place::Spi(port),
            "uart" => Place::Uart(port),
            _ => {
                let output = call.get("output").and_then(Value::as_bool).ok_or("`output` must be true or false")?;
                Place::Pin { port, pin: number(call, "pin")?, output }
            }
        };
        let handle = number(call, "res")?;
        if handle < 0 {
            // It should fail: no label is granted, unless another call opens it.
            return Ok(());
        }
        match place {
            Place::I2c(port) => {
                self.i2c.entry(port).or_default();
            }
            Place::Spi(port) => {
                self.spi.entry(port).or_default();
            }
            Place::Uart(port) => {
                self.uart.entry(port).or_default();
            }
            Place::Pin { port, pin, output } => {
                if self.pins.insert((port, pin), (output, None)).is_some_and(|(other, _)| other != output) {
                    return Err("the pin is opened in the other direction elsewhere: a label has one".into());
                }
            }
        }
        match self.open.insert(handle, place) {
            Some(other) if other != place => Err(format!("handle {handle} is open for something else")),
            _ => Ok(()),
        }
    }

    fn handle(&self, call: &Table) -> Result<Place, String> {
        let handle = number(call, "handle")?;
        self.open.get(&handle).copied().ok_or_else(|| format!("handle {handle} is not open: no `init` returned it"))
    }

    fn policy(&self) -> String {
        let mut text =
            String::from("# Made of an expectation file: a run that differs from it ends with status 117.\n");
        for (port, parts) in &self.i2c {
            let allow: Vec<_> = parts.keys().map(|address| format!("{address:#04x}")).collect();
            let _ = write!(text, "\n[i2c.i2c{port}]\nsim = \"i2c{port}\"\nallow = [{}]\n", allow.join(", "));
            for (address, steps) in parts {
                let place = format!("i2c = \"i2c{port}\"\naddress = {address:#04x}");
                part(&mut text, &format!("i2c{port}-{address:#04x}"), &place, steps);
            }
        }
        for (port, steps) in &self.spi {
            let _ = write!(text, "\n[spi.spi{port}]\nsim = true\n");
            part(&mut text, &format!("spi{port}-device"), &format!("spi = \"spi{port}\""), steps);
        }
        for (port, steps) in &self.uart {
            let _ = write!(text, "\n[uart.uart{port}]\nsim = true\n");
            part(&mut text, &format!("uart{port}-peer"), &format!("uart = \"uart{port}\""), steps);
        }
        if !self.pins.is_empty() {
            text += "\n[gpio]\n";
        }
        for ((port, pin), (output, state)) in &self.pins {
            let _ = match (output, state) {
                (true, _) => {
                    writeln!(text, "gpio{port}-{pin} = {{ sim = true, direction = \"output\", initial = \"low\" }}")
                }
                (false, state) => {
                    let pull = if *state == Some(true) { "up" } else { "down" };
                    writeln!(text, "gpio{port}-{pin} = {{ sim = true, direction = \"input\", bias = \"pull-{pull}\" }}")
                }
            };
        }
        text
    }
}

/// Writes a scripted part. One that nothing is expected of is left out.
fn part(text: &mut String, name: &str, place: &str, steps: &[String]) {
    if !steps.is_empty() {
        let steps = steps.join(",\n    ");
        let _ =
            write!(text, "\n[[part]]\nmodel = \"scripted\"\nname = \"{name}\"\n{place}\nsteps = [\n    {steps},\n]\n");
    }
}

fn number(call: &Table, key: &str) -> Result<i64, String> {
    call.get(key).and_then(Value::as_integer).ok_or_else(|| format!("`{key}` must be a number"))
}

/// Returns a list of bytes as a policy has it.
fn bytes(call: &Table, key: &str) -> Result<String, String> {
    let wrong = || format!("`{key}` must be a list of bytes");
    let list = call.get(key).and_then(Value::as_array).ok_or_else(wrong)?;
    let byte = |value: &Value| value.as_integer().and_then(|byte| u8::try_from(byte).ok());
    let bytes: Option<Vec<_>> = list.iter().map(|value| Some(format!("{:#04x}", byte(value)?))).collect();
    Ok(format!("[{}]", bytes.ok_or_else(wrong)?.join(", ")))
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
