//! What the page asks for: one message of JSON each. Everything is checked before the board hears of it.

use serde_json::{Map, Value as Json};
use wasm_embedded_policy::{MAX_POLICY_BYTES, suggest};

use crate::describe::Known;
use crate::hub::Order;
use crate::pace::{FASTEST, SLOWEST};
use crate::value::{MAX_TEXT_BYTES, from_json};

/// The longest message, in bytes: a policy as JSON, in which a character may take six.
pub(crate) const MAX_MESSAGE_BYTES: usize = 6 * MAX_POLICY_BYTES + 1024;

/// What the page asks for.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    /// Something on the board.
    Order(Order),
    Pause,
    Go,
    Step,
    /// Seconds of virtual time for one of the machine's; none for as fast as it goes.
    Speed(Option<f64>),
    /// Another run, with this policy.
    Restart(String),
}

/// What a message may ask for.
const COMMANDS: [&str; 8] = ["set", "fault", "type", "pause", "go", "step", "speed", "restart"];

/// Reads a message, and returns its number too, by which the page knows the answer.
///
/// # Errors
///
/// Says what is wrong with the message.
pub(crate) fn read(text: &str, known: &Known) -> (Option<u64>, Result<Command, String>) {
    let message = match serde_json::from_str(text) {
        Ok(Json::Object(message)) => message,
        Ok(_) => return (None, Err("a message is an object of JSON: {\"do\": \"pause\"}".to_owned())),
        Err(error) => return (None, Err(format!("the message is not JSON: {error}"))),
    };
    (message.get("id").and_then(Json::as_u64), command(&Message(&message), known))
}

fn command(message: &Message<'_>, known: &Known) -> Result<Command, String> {
    match message.text("do")? {
        "pause" => Ok(Command::Pause),
        "go" => Ok(Command::Go),
        "step" => Ok(Command::Step),
        "speed" => speed(message).map(Command::Speed),
        "set" => set(message, known).map(Command::Order),
        "fault" => fault(message, known).map(Command::Order),
        "type" => typed(message, known).map(Command::Order),
        "restart" => {
            let policy = message.text("policy")?;
            if policy.len() > MAX_POLICY_BYTES {
                return Err(format!("a policy has at most {MAX_POLICY_BYTES} bytes, not {}", policy.len()));
            }
            Ok(Command::Restart(policy.to_owned()))
        }
        other => Err(format!(
            "the page cannot ask for `{}`: {}",
            short(other),
            suggest::advice(other, "commands", &COMMANDS)
        )),
    }
}

fn speed(message: &Message<'_>) -> Result<Option<f64>, String> {
    let wrong = || format!("`speed` must be a number from {SLOWEST} to {FASTEST}, or null for as fast as it goes");
    match message.0.get("speed") {
        Some(Json::Null) => Ok(None),
        Some(Json::Number(number)) => {
            number.as_f64().filter(|speed| (SLOWEST..=FASTEST).contains(speed)).map(Some).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

fn set(message: &Message<'_>, known: &Known) -> Result<Order, String> {
    let (name, key) = (message.text("part")?, message.text("control")?);
    let part = known.parts.iter().find(|part| part.name == name).ok_or_else(|| {
        let names: Vec<&str> = known.parts.iter().map(|part| part.name.as_str()).collect();
        format!("no part has the name `{}`: {}", short(name), suggest::advice(name, "parts", &names))
    })?;
    let control = part.model.control(key).ok_or_else(|| {
        let keys: Vec<&str> = part.model.controls.iter().map(|control| control.key).collect();
        format!("the part `{name}` has no control `{}`: {}", short(key), suggest::advice(key, "controls", &keys))
    })?;
    let value = message.0.get("value").ok_or("`value` is missing")?;
    let value = from_json(&control.kind, value).map_err(|problem| format!("`{key}` of the part `{name}` {problem}"))?;
    Ok(Order::Set { part: part.id, control: control.key, value })
}

fn fault(message: &Message<'_>, known: &Known) -> Result<Order, String> {
    let number = message.0.get("fault").and_then(Json::as_u64).and_then(|number| usize::try_from(number).ok());
    let number = number.ok_or("`fault` must be the number of a fault")?;
    if number >= known.faults.len() {
        return Err(format!("no fault has the number {number}: the board has {}", known.faults.len()));
    }
    let on = message.0.get("on").and_then(Json::as_bool).ok_or("`on` must be true or false")?;
    Ok(Order::Fault { number, on })
}

fn typed(message: &Message<'_>, known: &Known) -> Result<Order, String> {
    let (label, text) = (message.text("port")?, message.text("text")?);
    let port = known.ports.iter().position(|port| port.label == label).ok_or_else(|| {
        let labels: Vec<&str> = known.ports.iter().map(|port| port.label.as_str()).collect();
        format!("no serial port has the label `{}`: {}", short(label), suggest::advice(label, "serial ports", &labels))
    })?;
    if text.len() > MAX_TEXT_BYTES {
        return Err(format!("a line has at most {MAX_TEXT_BYTES} bytes, not {}", text.len()));
    }
    Ok(Order::Type { port, bytes: text.as_bytes().to_vec() })
}

/// The fields of a message.
struct Message<'m>(&'m Map<String, Json>);

impl Message<'_> {
    fn text(&self, key: &str) -> Result<&str, String> {
        match self.0.get(key) {
            Some(Json::String(text)) => Ok(text),
            Some(_) => Err(format!("`{key}` must be a text")),
            None => Err(format!("`{key}` is missing")),
        }
    }
}

/// Returns as much of a name from outside as an error can hold.
fn short(name: &str) -> String {
    name.chars().take(60).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use wasm_embedded_board::Board;
    use wasm_embedded_policy::Policy;

    use super::*;
    use crate::describe::describe;

    const POLICY: &str = r#"
        [i2c.sensor]
        sim = "board"
        allow = [0x48]
        [uart.SERIAL]
        sim = true
        [gpio]
        BUTTON = { sim = true, direction = "input", bias = "pull-up" }
        [[part]]
        model = "lm75"
        name = "cellar"
        i2c = "board"
        [[part]]
        model = "button"
        net = "BUTTON"
    "#;

    fn known() -> Known {
        let policy = Policy::parse("board.toml", POLICY).expect("a valid policy");
        describe(&Board::new(&policy).expect("a board"), &policy).known
    }

    #[test]
    fn every_malformed_message_gets_an_error_that_says_what_is_wrong() {
        let known = known();
        let long = "x".repeat(MAX_TEXT_BYTES + 1);
        let policy = "#".repeat(MAX_POLICY_BYTES + 1);
        let cases = [
            ("", "not JSON"),
            ("\u{0}", "not JSON"),
            ("{\"do\":\"pause\"", "not JSON"),
            (&"[".repeat(100_000), "not JSON"),
            ("[]", "an object of JSON"),
            ("null", "an object of JSON"),
            ("{}", "`do` is missing"),
            (r#"{"do":1}"#, "`do` must be a text"),
            (r#"{"do":"puase"}"#, "`pause`"),
            (r#"{"do":"speed"}"#, "from 0.001 to 1000"),
            (r#"{"do":"speed","speed":0}"#, "from 0.001 to 1000"),
            (r#"{"do":"speed","speed":-1}"#, "from 0.001 to 1000"),
            (r#"{"do":"speed","speed":1e308}"#, "from 0.001 to 1000"),
            (r#"{"do":"set"}"#, "`part` is missing"),
            (r#"{"do":"set","part":"celar","control":"temperature","value":1}"#, "`cellar`"),
            (r#"{"do":"set","part":"cellar","control":"temprature","value":1}"#, "`temperature`"),
            (r#"{"do":"set","part":"cellar","control":"temperature"}"#, "`value` is missing"),
            (r#"{"do":"set","part":"cellar","control":"temperature","value":"hot"}"#, "must be a number"),
            (
                r#"{"do":"set","part":"cellar","control":"temperature","value":1e300}"#,
                "`temperature` of the part `cellar`",
            ),
            (r#"{"do":"set","part":"cellar","control":"temperature","value":{}}"#, "must be a number"),
            (r#"{"do":"set","part":"button","control":"press","value":1}"#, "must be true or false"),
            (r#"{"do":"fault","fault":-1,"on":true}"#, "the number of a fault"),
            (r#"{"do":"fault","fault":18446744073709551615,"on":true}"#, "no fault has the number"),
            (r#"{"do":"fault","fault":0}"#, "`on` must be true or false"),
            (r#"{"do":"type","port":"SERAIL","text":"x"}"#, "`SERIAL`"),
            (r#"{"do":"type","port":"SERIAL"}"#, "`text` is missing"),
            (&format!(r#"{{"do":"type","port":"SERIAL","text":"{long}"}}"#), "at most 4096 bytes"),
            (&format!(r#"{{"do":"restart","policy":"{policy}"}}"#), "at most 1048576 bytes"),
            (r#"{"do":"restart","policy":7}"#, "`policy` must be a text"),
        ];
        for (message, problem) in cases {
            let start: String = message.chars().take(80).collect();
            let error = read(message, &known).1.expect_err(&start);
            assert!(error.contains(problem), "{start}: {error}");
            assert!(error.len() < 600, "{start}: {} bytes of error", error.len());
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic() {
        let known = known();
        let whole = r#"{"id":7,"do":"set","part":"cellar","control":"temperature","value":-12.5}"#;
        for end in 0..whole.len() {
            assert!(read(&whole[..end], &known).1.is_err());
            for other in ["\"", "{", "}", "9", "\\", "\u{fffd}", "null"] {
                let changed = format!("{}{other}{}", &whole[..end], &whole[end + 1..]);
                let _ = read(&changed, &known);
            }
        }
        let (id, command) = read(whole, &known);
        assert_eq!(id, Some(7));
        assert!(matches!(command, Ok(Command::Order(Order::Set { control: "temperature", .. }))), "{command:?}");
    }
}
