//! What a step does to the board.

use wasm_embedded_board::Board;
use wasm_embedded_sim::fault::{Fault, FaultId, When};
use wasm_embedded_sim::model::{Course, Input, Shape, Value};
use wasm_embedded_sim::{PartId, StimulusContext};

/// What a step does to the board.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// Sets controls, or has them follow courses.
    Set(Vec<(PartId, String, Input)>),
    /// Arms a fault, under a name if it is to end.
    Fault(Fault, When, Option<String>),
    /// Ends a fault.
    Withdraw(FaultId),
}

/// What came of it.
pub(super) enum Done {
    /// All of it was done.
    Well,
    /// A fault is armed, under its name.
    Armed(Option<String>, FaultId),
    /// Something could not be.
    Refused(String),
}

impl Act {
    pub(super) fn perform(self, stage: &mut dyn StimulusContext) -> Done {
        match self {
            Act::Set(controls) => {
                for (part, control, input) in controls {
                    let set = match input {
                        Input::Value { value } => stage.set_value(part, &control, &value),
                        Input::Course { course } => {
                            stage.follow_course(part, &control, from_now(course, stage.now_ns()))
                        }
                    };
                    if let Err(error) = set {
                        return Done::Refused(error.to_string());
                    }
                }
                Done::Well
            }
            Act::Fault(fault, when, name) => {
                let now_ns = stage.now_ns();
                let later = |ns: u64| ns.saturating_add(now_ns);
                let when = When { from_ns: later(when.from_ns), until_ns: later(when.until_ns), ..when };
                Done::Armed(name, stage.inject(fault, when))
            }
            Act::Withdraw(fault) => {
                stage.withdraw(fault);
                Done::Well
            }
        }
    }

    /// Returns a press, or the end of one.
    pub(super) fn press(board: &Board, part: &str, is_pressed: bool) -> Option<Act> {
        let input = Input::Value { value: Value::Switch(is_pressed) };
        Some(Act::Set(vec![(board.part(part)?, "press".to_owned(), input)]))
    }
}

/// Has the points of a course count from now. A sine and noise are functions of virtual time.
fn from_now(course: Course, now_ns: u64) -> Course {
    match course.shape {
        Shape::Points { points } => {
            let points = points.into_iter().map(|(at_ns, value)| (at_ns.saturating_add(now_ns), value)).collect();
            Course { shape: Shape::Points { points }, ..course }
        }
        _ => course,
    }
}
