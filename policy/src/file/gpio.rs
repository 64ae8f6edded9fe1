//! `[gpio]`: pins, one line a label.

use std::path::PathBuf;
use std::time::Duration;

use wasm_embedded_sim::model::ValueKind;

use super::backend::{Backend, SIM, nothing_behind, read_path, read_pin, read_sim};
use super::reader::{Table, Value};
use super::schema::{Form, Key};
use crate::duration;
use crate::model::{Bias, Label, Pin, PinDirection, PinLevel};

/// The longest name of a line or chip, in bytes. `GPIO_MAX_NAME_SIZE` of `linux/gpio.h`, which counts a NUL.
const LONGEST_KERNEL_NAME: usize = 31;

/// The longest debouncing: more than any contact bounces, and little enough to be noticed.
const LONGEST_DEBOUNCE: Duration = Duration::from_secs(1);

/// What stands behind the label of a pin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PinBackend {
    /// A net of the simulated board, by name.
    Sim(String),
    /// A pin by number, on the controller that `chip` names, or on the machine's main one.
    Pin {
        /// The controller.
        chip: Option<Chip>,
        /// The number.
        pin: u32,
    },
    /// A line by the name that the machine gives it, such as `GPIO17`.
    Line(String),
}

/// A GPIO controller of Linux.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Chip {
    /// The one with this device file: `/dev/gpiochip0`. The number may be another one after the next start.
    Path(PathBuf),
    /// The one that its driver calls so, such as `pinctrl-bcm2835`, or that the kernel calls so, such as `gpiochip0`.
    Label(String),
}

impl Backend for PinBackend {
    fn sim(&self) -> Option<&str> {
        match self {
            PinBackend::Sim(net) => Some(net),
            PinBackend::Pin { .. } | PinBackend::Line(_) => None,
        }
    }

    fn key(&self) -> &'static str {
        match self {
            PinBackend::Sim(_) => "sim",
            PinBackend::Pin { .. } => "pin",
            PinBackend::Line(_) => "line",
        }
    }

    fn is_of_chip(&self) -> bool {
        false
    }
}

/// A label for a pin.
pub type PinLabel = Label<Pin, PinBackend>;

const LEVELS: [(&str, PinLevel); 2] = [("low", PinLevel::Low), ("high", PinLevel::High)];

/// The keys of `[gpio]`.
pub(crate) const KEYS: [Key; 10] = [
    SIM,
    Key::new("pin", Form::Pin, "the number of the pin"),
    Key::new("chip", Form::Kind(ValueKind::Text), "the controller of Linux that `pin` is of: its file, or its name"),
    Key::new("line", Form::Kind(ValueKind::Text), "the name that the machine gives the line, such as GPIO17"),
    Key::choice("direction", &["output", "input", "open-drain"], "how the pin is used"),
    Key::choice("initial", &["low", "high"], "the level before the guest starts"),
    Key::choice("on-exit", &["low", "high"], "the level when the guest has ended in any way"),
    Key::switch("active-low", "true if high is the lower voltage for the guest"),
    Key::choice("bias", &["none", "pull-up", "pull-down"], "the resistor at the pin"),
    Key::new("debounce", Form::Duration, "how long an input must be stable before a change counts, such as \"5ms\""),
];

impl PinLabel {
    pub(crate) fn read(label: &str, table: Table<'_>) -> Option<PinLabel> {
        let backend = read_backend(label, &table);
        let (initial, on_exit) = (table.get("initial"), table.get("on-exit"));
        let direction = table.get("direction").map(|value| {
            value.choice(&[
                ("output", PinDirection::Output),
                ("input", PinDirection::Input),
                ("open-drain", PinDirection::OpenDrain),
            ])
        });
        // Without a word about it, a pin that has a level to be driven to is an output, and any other one an input: the
        // direction that can do no harm.
        let default = if initial.is_some() || on_exit.is_some() { PinDirection::Output } else { PinDirection::Input };
        let direction = direction.unwrap_or(Some(default));
        if direction == Some(PinDirection::Input) {
            for value in initial.iter().chain(&on_exit) {
                value.refuse("is for pins that the guest drives; this pin is an input", None);
            }
        }
        let released = direction == Some(PinDirection::OpenDrain);
        let initial = initial.map(|value| value.choice(&LEVELS));
        let initial = initial.unwrap_or(Some(if released { PinLevel::High } else { PinLevel::Low }));
        let on_exit = on_exit.map(|value| value.choice(&LEVELS));
        let active_low = table.get("active-low").map_or(Some(false), |value| value.boolean());
        let bias = table.get("bias").map(|value| {
            value.choice(&[("none", Bias::None), ("pull-up", Bias::PullUp), ("pull-down", Bias::PullDown)])
        });
        let debounce = table.get("debounce");
        if let Some(value) = debounce.iter().find(|_| direction.is_some_and(|is| is != PinDirection::Input)) {
            value.refuse("is for inputs; set `direction = \"input\"` or remove it", None);
        }
        let debounce = debounce.map(|value| read_debounce(&value));
        let span = table.span.clone();
        table.finish();
        let settings = Pin {
            direction: direction?,
            initial: initial?,
            on_exit: on_exit.flatten(),
            active_low: active_low?,
            bias: bias.flatten(),
            debounce: debounce.flatten(),
        };
        Some(Label { label: label.to_owned(), backend: backend?, settings, span })
    }
}

fn read_backend(label: &str, table: &Table<'_>) -> Option<PinBackend> {
    let reason = "a label has one pin: simulated, or of this machine";
    table.exclude("sim", "pin", reason);
    table.exclude("sim", "line", reason);
    table.exclude("pin", "line", reason);
    let chip = table.get("chip");
    let (sim, pin, line) = (table.get("sim"), table.get("pin"), table.get("line"));
    if let (Some(chip), None) = (&chip, &pin) {
        chip.refuse("needs `pin`, which is missing", None);
    }
    if let Some(value) = sim {
        return Some(PinBackend::Sim(read_sim(&value, label)?));
    }
    if let Some(value) = pin {
        let pin = read_pin(&value)?;
        let chip = match chip {
            None => None,
            Some(value) => Some(read_chip(&value)?),
        };
        return Some(PinBackend::Pin { chip, pin });
    }
    if let Some(value) = line {
        return Some(PinBackend::Line(read_kernel_name(&value)?));
    }
    nothing_behind(table, "`sim = true` for a simulated pin, or `pin` or `line`");
    None
}

/// Reads a device file or a label.
fn read_chip(value: &Value<'_>) -> Option<Chip> {
    match value.as_text() {
        Some(text) if text.starts_with('/') => read_path(value).map(Chip::Path),
        _ => read_kernel_name(value).map(Chip::Label),
    }
}

/// Reads the name that the kernel has for a line or chip, which may hold spaces and brackets: `P8_03 [mmc]`.
fn read_kernel_name(value: &Value<'_>) -> Option<String> {
    let name = value.text()?;
    let problem = match name {
        "" => "it is empty".to_owned(),
        _ if name.len() > LONGEST_KERNEL_NAME => {
            format!("the kernel's names have at most {LONGEST_KERNEL_NAME} bytes")
        }
        _ if name.chars().any(char::is_control) => "it contains a control character".to_owned(),
        _ => return Some(name.to_owned()),
    };
    value.refuse(&format!("must be a name, not \"{}\": {problem}", name.escape_debug()), None);
    None
}

fn read_debounce(value: &Value<'_>) -> Option<Duration> {
    let text = value.text()?;
    match duration::parse(text) {
        Ok(period) if period <= LONGEST_DEBOUNCE => return Some(period),
        Ok(_) => value.refuse(&format!("must be at most {LONGEST_DEBOUNCE:?}, not {text}"), None),
        Err(problem) => value.refuse(&format!("is \"{}\": {problem}", text.escape_debug()), None),
    }
    None
}
