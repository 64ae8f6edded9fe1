//! `[gpio]`: pins, one line a label.

use std::path::PathBuf;

use super::backend::{nothing_behind, read_name, read_path, read_pin, read_sim};
use super::problem::Span;
use super::reader::Table;

/// What stands behind the label of a pin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PinBackend {
    /// A net of the simulated board, by name.
    Sim(String),
    /// A pin by number, on the controller that `chip` names, or on the machine's main one.
    Pin {
        /// The controller's device file.
        chip: Option<PathBuf>,
        /// The number.
        pin: u32,
    },
    /// A line by the name that the machine gives it, such as `GPIO17`.
    Line(String),
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
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Bias {
    /// None.
    #[default]
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
    /// The resistor at the pin.
    pub bias: Bias,
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
                value.refuse("is a level to drive, and the pin is an input", None);
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
        let span = table.span.clone();
        table.finish();
        Some(PinLabel {
            label: label.to_owned(),
            backend: backend?,
            direction: direction?,
            initial: initial?,
            on_exit: on_exit.flatten(),
            active_low: active_low?,
            bias: bias.flatten().unwrap_or_default(),
            span,
        })
    }
}

fn read_backend(label: &str, table: &Table<'_>) -> Option<PinBackend> {
    let reason = "a label stands for one pin: simulated, or of this machine";
    table.exclude("sim", "pin", reason);
    table.exclude("sim", "line", reason);
    table.exclude("pin", "line", reason);
    let chip = table.get("chip");
    let (sim, pin, line) = (table.get("sim"), table.get("pin"), table.get("line"));
    if let (Some(chip), None) = (&chip, &pin) {
        chip.refuse("belongs to a `pin`, which is not given", None);
    }
    if let Some(value) = sim {
        return Some(PinBackend::Sim(read_sim(&value, label)?));
    }
    if let Some(value) = pin {
        let pin = read_pin(&value)?;
        return Some(PinBackend::Pin { chip: chip.and_then(|value| read_path(&value)), pin });
    }
    if let Some(value) = line {
        return Some(PinBackend::Line(read_name(&value)?));
    }
    nothing_behind(table, "`sim = true` for a simulated pin, or `pin` or `line`");
    None
}
