//! The controls of parts: set by hand, or by courses over time.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;

use crate::board_state::BoardState;
use crate::model::{Course, Input, Value};
use crate::part::{Part, PartId};
use crate::picture::Frame;
use crate::queue::Task;
use crate::sim::Sim;
use crate::stimulus::StimulusContext;

/// A part has no control of this name, or the control cannot take such a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ControlError(String);

impl fmt::Display for ControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the part has no control `{}` that takes such a value", self.0)
    }
}

impl Error for ControlError {}

/// A control that goes over time.
pub(crate) struct Followed {
    part: PartId,
    control: String,
    /// None once somebody has set the control by hand.
    course: Option<Course>,
    /// When it is to be set again; timers for other times are of courses before this one.
    due_ns: u64,
}

impl Sim {
    /// Sets a control of a part from now on, and ends the course that it follows. No time passes. A number past the control's range
    /// is held within it.
    ///
    /// ```
    /// use wasm_embedded_sim::Sim;
    /// use wasm_embedded_sim::parts::Sht4x;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sim = Sim::new();
    /// let sensor = sim.add_i2c(sim.i2c_bus("board", 400_000), Sht4x::new(0x44)?);
    /// sim.set(sensor, "temperature", 31.5)?;
    /// // And at another time:
    /// sim.schedule(1_000_000_000, move |stage| drop(stage.set(sensor, "temperature", 40.0)));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The part has no such control, or the control cannot take such a value.
    pub fn set(&self, part: PartId, control: &str, value: impl Into<Value>) -> Result<(), ControlError> {
        let mut board_state = self.lock();
        board_state.stop_course(part, control);
        board_state.set_control(part, control, &value.into())?;
        board_state.listen_to_peers();
        board_state.settle();
        Ok(())
    }

    /// Has a control of a part follow a course from now on.
    ///
    /// # Errors
    /// The part has no such control, or the control is no number.
    pub fn follow(&self, part: PartId, control: &str, course: Course) -> Result<(), ControlError> {
        let mut board_state = self.lock();
        let value = Value::Number(course.at(board_state.circuit.now_ns));
        board_state.set_control(part, control, &value)?;
        board_state.follow(part, control, course);
        board_state.settle();
        Ok(())
    }

    /// Returns the value of a readout or control of a part now, if it has one of this name. No time passes.
    #[must_use]
    pub fn read(&self, part: PartId, readout: &str) -> Option<Value> {
        self.lock().with(part.0, |part, board| part.readout(readout, board.now_ns())).flatten()
    }

    /// Returns what a part shows now, if it shows anything. No time passes.
    #[must_use]
    pub fn picture(&self, part: PartId) -> Option<Frame> {
        self.lock().with(part.0, |part, board| part.picture(board.now_ns())).flatten()
    }

    /// Returns what went otherwise than a part expects, for people, with what it still expects.
    #[must_use]
    pub fn complaints(&self, part: PartId) -> Vec<String> {
        self.lock().parts.get(part.0).map(|part| part.complaints()).unwrap_or_default()
    }
}

impl dyn StimulusContext + '_ {
    /// Sets a control of a part from now on; see [`Sim::set`].
    ///
    /// # Errors
    /// The part has no such control, or the control cannot take such a value.
    pub fn set(&mut self, part: PartId, control: &str, value: impl Into<Value>) -> Result<(), ControlError> {
        self.set_value(part, control, &value.into())
    }

    /// Returns the value of a readout or control of a part now, if it has one of this name.
    pub fn read(&mut self, part: PartId, readout: &str) -> Option<Value> {
        let mut value = None;
        self.visit(part, &mut |part, board| value = part.readout(readout, board.now_ns()));
        value
    }

    /// Returns what a part shows now, if it shows anything.
    pub fn picture(&mut self, part: PartId) -> Option<Frame> {
        let mut picture = None;
        self.visit(part, &mut |part, board| picture = part.picture(board.now_ns()));
        picture
    }
}

impl BoardState {
    /// Puts a part on the board with its controls as they are at the start.
    pub(crate) fn add_with(
        &mut self,
        part: Box<dyn Part>,
        controls: &[(String, Input)],
    ) -> Result<PartId, ControlError> {
        let id = PartId(self.parts.len());
        self.parts.push(part);
        for (control, input) in controls {
            let number;
            let value = match input {
                Input::Value { value } => value,
                Input::Course { course } => {
                    number = Value::Number(course.at(self.circuit.now_ns));
                    &number
                }
            };
            self.set_control(id, control, value)?;
        }
        self.with(id.0, |part, board| part.power_on(board));
        for (control, input) in controls {
            if let Input::Course { course } = input {
                self.follow(id, control, course.clone());
            }
        }
        self.settle();
        Ok(id)
    }

    pub(crate) fn set_control(&mut self, id: PartId, control: &str, value: &Value) -> Result<(), ControlError> {
        let taken = self.with(id.0, |part, board| part.set_control(control, value, board));
        if taken == Some(true) { Ok(()) } else { Err(ControlError(control.into())) }
    }

    pub(crate) fn follow(&mut self, part: PartId, control: &str, course: Course) {
        self.stop_course(part, control);
        let known = self.courses.iter().position(|other| other.part == part && other.control == control);
        let index = known.unwrap_or(self.courses.len());
        let followed = Followed { part, control: control.into(), course: Some(course), due_ns: 0 };
        match self.courses.get_mut(index) {
            Some(place) => *place = followed,
            None => self.courses.push(followed),
        }
        self.plan_course(index);
    }

    pub(crate) fn stop_course(&mut self, part: PartId, control: &str) {
        let mut courses = self.courses.iter_mut();
        if let Some(followed) = courses.find(|other| other.part == part && other.control == control) {
            followed.course = None;
        }
    }

    fn plan_course(&mut self, index: usize) {
        let Some(followed) = self.courses.get_mut(index) else { return };
        if let Some(at_ns) = followed.course.as_ref().and_then(|course| course.next_ns(self.circuit.now_ns)) {
            followed.due_ns = at_ns;
            self.circuit.push(at_ns, Task::Course(index));
        }
    }

    /// Sets the control of a course, if its time has come.
    pub(crate) fn course_due(&mut self, index: usize) {
        let Some(followed) = self.courses.get(index).filter(|followed| followed.due_ns == self.circuit.now_ns) else {
            return;
        };
        let Some(course) = &followed.course else { return };
        let (part, control, value) = (followed.part, followed.control.clone(), course.at(self.circuit.now_ns));
        // It took its first value, and so takes this one.
        let _ = self.set_control(part, &control, &Value::Number(value));
        self.plan_course(index);
    }
}
