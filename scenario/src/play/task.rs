//! The parts of steps.

use wasm_embedded_board::Board;
use wasm_embedded_sim::fault::{PartFault, When};

use super::act::Act;
use super::watch::Target;
use crate::scenario::{Action, Mode, Scenario, Start, Step};

/// A part of a step.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) step: usize,
    pub(super) start: Start,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Act(Act),
    /// Ends the fault of this name, or says that there is none.
    Mend(String),
    Wait(u64),
    Look(Target, Mode, u64),
    /// What the board lacks, which a scenario that was checked never has.
    Broken(String),
}

/// Returns the parts of a step.
pub(super) fn tasks(number: usize, step: &Step, scenario: &Scenario, board: &Board) -> Vec<Task> {
    let lacks = |what: &str| What::Broken(format!("the board lacks {what}: it is of another policy"));
    let part_fault = |part: &str| board.part_fault(&scenario.policy, part, PartFault::Unplugged);
    let all = match &step.action {
        Action::Set(controls) => {
            let known =
                controls.iter().map(|(part, control, input)| Some((board.part(part)?, control.clone(), input.clone())));
            vec![known.collect::<Option<_>>().map_or_else(|| lacks("a part"), |all| What::Act(Act::Set(all)))]
        }
        Action::Press(press) => {
            let mut all = Vec::new();
            for time in 0..press.times {
                let act = |is_pressed| {
                    Act::press(board, &press.part, is_pressed).map_or_else(|| lacks(&press.part), What::Act)
                };
                if time > 0 {
                    all.push(What::Wait(press.every_ns.saturating_sub(press.for_ns)));
                }
                all.extend([act(true), What::Wait(press.for_ns), act(false)]);
            }
            all
        }
        Action::Unplug(part) => match part_fault(part) {
            Some(fault) => vec![What::Act(Act::Fault(fault, When::always(), Some(unplugged(part))))],
            None => vec![lacks(part)],
        },
        Action::Plug(part) => vec![What::Mend(unplugged(part))],
        Action::Fault(fault, name) => match board.fault(&scenario.policy, fault) {
            Some(armed) => vec![What::Act(Act::Fault(armed, fault.when, name.clone()))],
            None => vec![lacks("the place of the fault")],
        },
        Action::Mend(name) => vec![What::Mend(name.clone())],
        Action::Wait(ns) => vec![What::Wait(*ns)],
        Action::Look(look) => match Target::of(&look.condition, board) {
            Some(target) => vec![What::Look(target, look.mode, look.within_ns)],
            None => vec![lacks("what the step looks at")],
        },
    };
    let starts = std::iter::once(step.start).chain(std::iter::repeat(Start::Next));
    all.into_iter().zip(starts).map(|(what, start)| Task { step: number, start, what }).collect()
}

/// Returns the name under which a part is off the board. No scenario can give a fault a name with a slash.
fn unplugged(part: &str) -> String {
    format!("unplugged/{part}")
}
