//! The values of a part's controls, each held within its range.

use super::number::held;
use crate::model::{Control, Value, ValueKind};

/// The values of the controls of one part.
#[derive(Clone, Debug)]
pub(super) struct Dials<const N: usize> {
    controls: &'static [Control; N],
    values: [Value; N],
}

impl<const N: usize> Dials<N> {
    /// Makes the controls with what they are at the start.
    pub(super) fn new(controls: &'static [Control; N]) -> Dials<N> {
        let start = |control: Control| control.preset.value().unwrap_or(Value::Integer(0));
        Dials { controls, values: controls.map(start) }
    }

    /// Returns a number; 0 for what is none.
    pub(super) fn number(&self, index: usize) -> f64 {
        match self.values.get(index) {
            Some(Value::Number(number)) => *number,
            _ => 0.0,
        }
    }

    /// Returns whether a switch is on.
    pub(super) fn is_on(&self, index: usize) -> bool {
        matches!(self.values.get(index), Some(Value::Switch(true)))
    }

    /// Sets a control, a number held within its range, and returns whether there is one of this name that can take such a value.
    pub(super) fn set(&mut self, key: &str, value: &Value) -> bool {
        let named = self.controls.iter().zip(&mut self.values).find(|(control, _)| control.key == key);
        let Some((control, place)) = named else { return false };
        *place = match (control.kind, value) {
            (ValueKind::Number(range), Value::Number(number)) => Value::Number(held(*number, range.min..=range.max)),
            (ValueKind::Switch, Value::Switch(on)) => Value::Switch(*on),
            _ => return false,
        };
        true
    }

    /// Returns the value of the control of this name.
    pub(super) fn read(&self, key: &str) -> Option<Value> {
        let named = self.controls.iter().zip(&self.values).find(|(control, _)| control.key == key);
        named.map(|(_, value)| value.clone())
    }
}
