//! `[gpio]`: pins, one line a label.

use std::path::PathBuf;
use std::time::Duration;

use super::backend::{nothing_behind, read_path, read_pin, read_sim};
use super::problem::Span;
use super::reader::{Table, Value};
use crate::duration;

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

/// How a pin is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PinDirection {
    /// Driven to both levels.
    Output,
    /// Read.
    Input,
    /// Driven low or released, and read.
    OpenDrain,
}

/// The resistor at a pin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bias {
    /// None: one that the machine has set is switched off.
    None,
    /// To the supply.
    PullUp,
    /// To ground.
    PullDown,
}

/// A level as the guest sees it: with `active-low`, high is the lower voltage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PinLevel {
    /// Inactive.
    Low,
    /// Active; of an open-drain pin, released.
    High,
}

/// A label for a pin.
#[derive(Clone, Debug)]
pub struct PinLabel {
    /// What the guest opens.
    pub label: String,
    /// What stands behind it.
    pub backend: PinBackend,
    /// How it is used.
    pub direction: PinDirection,
    /// The level before the guest starts. Low by default; released by default if the pin is open-drain.
    pub initial: PinLevel,
    /// The level when the guest has ended in any way; without one the pin stays as the guest left it.
    pub on_exit: Option<PinLevel>,
    /// Whether the guest's levels are inverted.
    pub active_low: bool,
    /// The resistor at the pin. None leaves the machine's as it is; a simulated pin has none then.
    pub bias: Option<Bias>,
    /// How long the level of an input must be stable before a change counts.
    pub debounce: Option<Duration>,
    pub(crate) span: Span,
}

const LEVELS: [(&str, PinLevel); 2] = [("low", PinLevel::Low), ("high", PinLevel::High)];

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
        Some(PinLabel {
            label: label.to_owned(),
            backend: backend?,
            direction: direction?,
            initial: initial?,
            on_exit: on_exit.flatten(),
            active_low: active_low?,
            bias: bias.flatten(),
            debounce: debounce.flatten(),
            span,
        })
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
