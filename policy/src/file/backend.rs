//! What stands behind a label: a bus or net of the simulated board, or hardware.

use std::path::PathBuf;

use toml::Spanned;

use super::part::NetName;
use super::problem::Finding;
use super::reader::{Table, Value};
use super::schema::{Form, Key};

/// The greatest number of a pin or line.
pub(crate) const LAST_PIN: u32 = 1023;

/// The keys that say what stands behind a label.
pub(crate) const SIM: Key = Key::new("sim", Form::Sim, "true for a simulated one, or the name on the board");
pub(crate) const PATH: Key = Key::new("path", Form::Path, "the file that Linux has for it, or a name of it that stays");
pub(crate) const BLOCK: Key = Key::new("block", Form::Block, "the controller of a microcontroller");

/// The controller of a microcontroller, by name or number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Block {
    /// What the policy calls it: `0`, `SPI0`.
    pub name: String,
    /// The pins it is brought out on, by the policy's key: `sck`, 18.
    pub pins: Vec<(&'static str, u32)>,
}

/// What stands behind a label of any kind.
pub trait Backend {
    /// Returns the name of the simulated bus, port or net, if it is simulated.
    fn sim(&self) -> Option<&str>;

    /// Returns the key of the policy that names it.
    fn key(&self) -> &'static str;

    /// Returns whether only a microcontroller has such a thing.
    fn is_of_chip(&self) -> bool;
}

/// What stands behind the label of a bus.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum BusBackend {
    /// A bus of the simulated board, by name.
    Sim(String),
    /// A character device of Linux.
    Linux(PathBuf),
    /// A controller of a microcontroller.
    Block(Block),
}

impl Backend for BusBackend {
    fn sim(&self) -> Option<&str> {
        match self {
            BusBackend::Sim(name) => Some(name),
            BusBackend::Linux(_) | BusBackend::Block(_) => None,
        }
    }

    fn key(&self) -> &'static str {
        match self {
            BusBackend::Sim(_) => "sim",
            BusBackend::Linux(_) => "path",
            BusBackend::Block(_) => "block",
        }
    }

    fn is_of_chip(&self) -> bool {
        matches!(self, BusBackend::Block(_))
    }
}

impl BusBackend {
    /// Reads `sim`, `path` or `block`, of which there must be exactly one. `required` and `optional` are the keys of the pins
    /// that go with `block`.
    pub(crate) fn read(
        table: &Table<'_>,
        default_bus: &str,
        required: &[&'static str],
        optional: &[&'static str],
    ) -> Option<BusBackend> {
        let reason = "a label has one bus: simulated, or of this machine";
        table.exclude("sim", "path", reason);
        table.exclude("sim", "block", reason);
        table.exclude("path", "block", reason);
        let (sim, path, block) = (table.get("sim"), table.get("path"), table.get("block"));
        if block.is_none() {
            for key in required.iter().chain(optional) {
                if let Some(value) = table.get(key) {
                    value.refuse("needs `block`, which is missing", None);
                }
            }
        }
        if let Some(value) = sim {
            return Some(BusBackend::Sim(read_sim(&value, default_bus)?));
        }
        if let Some(value) = path {
            return Some(BusBackend::Linux(read_path(&value)?));
        }
        if let Some(value) = block {
            return Some(BusBackend::Block(read_block(table, &value, required, optional)?));
        }
        nothing_behind(table, "`sim = true` for a simulated bus, or `path = \"/dev/...\"`");
        None
    }
}

/// Reports a label that nothing stands behind.
pub(crate) fn nothing_behind(table: &Table<'_>, help: &str) {
    let message = format!("{} does not say which hardware the label means", table.name);
    let finding = Finding::new(message, table.span.clone(), "this label");
    table.findings.add(finding.help(format!("add {help}")));
}

/// Reads the value of `sim`: `true`, or a name.
pub(crate) fn read_sim(value: &Value<'_>, default: &str) -> Option<String> {
    match (value.as_bool(), value.as_text()) {
        (Some(true), _) => Some(default.to_owned()),
        (Some(false), _) => {
            value
                .refuse("must be true or a name", Some("remove the key from a label that is not simulated".to_owned()));
            None
        }
        (None, Some(_)) => read_name(value),
        (None, None) => {
            value.refuse("must be true, or the name of a bus or net on the simulated board", None);
            None
        }
    }
}

/// Reads a name that ends up in traces and file names: a label, a bus, a net, a part.
pub(crate) fn read_name(value: &Value<'_>) -> Option<String> {
    let name = value.text()?;
    if let Some(problem) = name_problem(name) {
        value.refuse(&format!("must be a name, not \"{}\": {problem}", name.escape_debug()), None);
        return None;
    }
    Some(name.to_owned())
}

/// Reads the name of a net.
pub(crate) fn read_net(value: &Value<'_>) -> Option<NetName> {
    Some(Spanned::new(value.span.clone(), read_name(value)?))
}

/// The longest name of a label, bus, net or part.
pub(crate) const LONGEST_NAME: usize = 64;

/// Returns what is wrong with a name, if anything.
pub(crate) fn name_problem(name: &str) -> Option<String> {
    let stray = name.chars().find(|char| !(char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.')));
    match stray {
        _ if name.is_empty() => Some("it is empty".to_owned()),
        _ if name.len() > LONGEST_NAME => Some(format!("it is longer than {LONGEST_NAME} characters")),
        Some(char) => Some(format!("it contains {char:?}; use letters, digits, `-`, `_` and `.`")),
        None => None,
    }
}

/// How the files begin whose numbers change: such a name without its folder is a slip.
const FILES: [&str; 6] = ["i2c-", "spidev", "gpiochip", "pwmchip", "iio:device", "tty"];

/// Reads the path of a device, or a name of it, in which no `/` is.
pub(crate) fn read_path(value: &Value<'_>) -> Option<PathBuf> {
    let text = value.text()?;
    let is_file = FILES.iter().any(|file| text.starts_with(file));
    let is_name = !is_file && !text.contains('/') && !text.trim().is_empty() && !text.contains(char::is_control);
    if !text.starts_with('/') && !is_name {
        value.refuse("must be an absolute path, such as \"/dev/i2c-1\", or a name that `list` shows", None);
        return None;
    }
    Some(PathBuf::from(text))
}

pub(crate) fn read_pin(value: &Value<'_>) -> Option<u32> {
    value.integer(0..=LAST_PIN)
}

fn read_block(
    table: &Table<'_>,
    value: &Value<'_>,
    required: &[&'static str],
    optional: &[&'static str],
) -> Option<Block> {
    let name = match value.is_integer() {
        true => value.integer(0..=255_u8)?.to_string(),
        false => read_name(value)?,
    };
    let required = required.iter().map(|key| (*key, table.require(key, "the number of its pin")));
    let optional = optional.iter().filter_map(|key| Some((*key, Some(table.get(key)?))));
    let pins = required.chain(optional).map(|(key, pin)| Some((key, read_pin(&pin?)?)));
    let pins: Vec<Option<(&'static str, u32)>> = pins.collect();
    Some(Block { name, pins: pins.into_iter().collect::<Option<_>>()? })
}
