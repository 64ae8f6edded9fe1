//! The controls and readouts of the parts, by their names.

use wasm_embedded_policy::suggest;
use wasm_embedded_sim::PartId;
use wasm_embedded_sim::model::{Course, Model, Value, ValueKind};

use crate::board::{Board, Placed};

/// Why a control cannot be set, or a value not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// No part has this name.
    #[error("no part has the name `{part}`: {advice}")]
    Part {
        /// The name.
        part: String,
        /// The nearest name, and the names that there are.
        advice: String,
    },
    /// The part has no such control, or no such readout.
    #[error("the part `{part}` has no {what} `{key}`: {advice}")]
    Key {
        /// The part.
        part: String,
        /// `control` or `readout`.
        what: &'static str,
        /// The key.
        key: String,
        /// The nearest key, and the keys that there are.
        advice: String,
    },
    /// The control cannot take the value.
    #[error("`{control}` of the part `{part}` {problem}")]
    Value {
        /// The part.
        part: String,
        /// The control.
        control: String,
        /// What is wrong with the value.
        problem: String,
    },
}

impl Board {
    /// Sets a control of a part from now on, which ends the course that it follows. No time passes. For another time, see
    /// [`StimulusContext::set`](wasm_embedded_sim::StimulusContext) with [`Board::sim`] and [`Board::part`].
    ///
    /// # Errors
    ///
    /// There is no such part or control, or the value is of another kind or past the control's range.
    pub fn set(&self, part: &str, control: &str, value: impl Into<Value>) -> Result<(), ControlError> {
        let (placed, kind) = self.control(part, control)?;
        let value = value.into();
        kind.check(&value).map_err(|problem| refused(part, control, problem))?;
        self.sim.set(placed, control, value).map_err(|error| refused(part, control, error.to_string()))
    }

    /// Has a control of a part follow a course over virtual time from now on.
    ///
    /// # Errors
    ///
    /// There is no such part or control, the control is not a number, or the course begins past its range.
    pub fn follow(&self, part: &str, control: &str, course: Course) -> Result<(), ControlError> {
        let (placed, kind) = self.control(part, control)?;
        let first = Value::Number(course.at(self.sim.now_ns()));
        kind.check(&first).map_err(|problem| refused(part, control, problem))?;
        self.sim.follow(placed, control, course).map_err(|error| refused(part, control, error.to_string()))
    }

    /// Returns the value of a readout of a part now, or of one of its controls.
    ///
    /// # Errors
    ///
    /// There is no such part or readout.
    pub fn read(&self, part: &str, readout: &str) -> Result<Value, ControlError> {
        let placed = self.named(part)?;
        self.sim.read(placed.id, readout).ok_or_else(|| {
            let keys = placed.model.readouts.iter().map(|known| known.key).chain(controls(placed.model));
            unknown(part, "readout", readout, &keys.collect::<Vec<_>>())
        })
    }

    fn control(&self, part: &str, key: &str) -> Result<(PartId, ValueKind), ControlError> {
        let placed = self.named(part)?;
        let control = placed.model.control(key);
        let control =
            control.ok_or_else(|| unknown(part, "control", key, &controls(placed.model).collect::<Vec<_>>()))?;
        Ok((placed.id, control.kind))
    }

    fn named(&self, part: &str) -> Result<&Placed, ControlError> {
        self.placed(part).ok_or_else(|| {
            let names: Vec<&str> = self.parts.iter().map(|part| part.name.as_str()).collect();
            ControlError::Part { part: part.to_owned(), advice: suggest::advice(part, "parts", &names) }
        })
    }
}

fn controls(model: &'static Model) -> impl Iterator<Item = &'static str> {
    model.controls.iter().map(|control| control.key)
}

fn unknown(part: &str, what: &'static str, key: &str, keys: &[&str]) -> ControlError {
    let advice = suggest::advice(key, if what == "control" { "controls" } else { "readouts" }, keys);
    ControlError::Key { part: part.to_owned(), what, key: key.to_owned(), advice }
}

fn refused(part: &str, control: &str, problem: String) -> ControlError {
    ControlError::Value { part: part.to_owned(), control: control.to_owned(), problem }
}
