//! What a scenario says.

use std::path::PathBuf;

use wasm_embedded_policy::{Fault, Policy};
use wasm_embedded_sim::model::Input;

use crate::condition::Condition;

/// A scenario that has been checked as a whole.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Scenario {
    /// The file that it is from.
    pub name: String,
    /// What it shows, in a few words.
    pub title: Option<String>,
    /// The component that it runs, if it names one.
    pub component: Option<PathBuf>,
    /// The arguments of the guest.
    pub args: Vec<String>,
    /// Where the guest's random numbers come from.
    pub seed: u64,
    /// The board.
    pub policy: Policy,
    /// The steps, at least one.
    pub steps: Vec<Step>,
}

impl Scenario {
    /// Makes one that has only a board.
    pub(crate) fn without_steps(policy: Policy) -> Scenario {
        let (name, title, component) = ("the steps".to_owned(), None, None);
        Scenario { name, title, component, args: Vec::new(), seed: 0, policy, steps: Vec::new() }
    }
}

/// A step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its line in the file, from 1.
    pub line: usize,
    /// When it begins.
    pub start: Start,
    /// What it does, in words.
    pub text: String,
    /// What it does.
    pub action: Action,
}

/// When a step begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Start {
    /// When the step before has ended.
    Next,
    /// So many nanoseconds after that.
    After(u64),
    /// At a virtual time in nanoseconds.
    At(u64),
}

/// What a step does.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Action {
    /// Sets controls of parts: their names, the controls, and what they are set to or follow.
    Set(Vec<(String, String, Input)>),
    /// Presses a button.
    Press(Press),
    /// Takes a part off its wires.
    Unplug(String),
    /// Puts it back, as new.
    Plug(String),
    /// Arms a fault, under a name if a later step ends it.
    Fault(Box<Fault>, Option<String>),
    /// Ends the fault of this name.
    Mend(String),
    /// Lets so many nanoseconds pass.
    Wait(u64),
    /// Looks at what happens.
    Look(Box<Look>),
}

/// A button is pressed, once or several times.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Press {
    /// The part.
    pub part: String,
    /// How long each press is, in nanoseconds.
    pub for_ns: u64,
    /// How many presses there are.
    pub times: u64,
    /// The time from one press to the next, in nanoseconds.
    pub every_ns: u64,
}

/// What is looked at, and for how long.
#[derive(Clone, Debug)]
pub struct Look {
    /// What happens or does not.
    pub condition: Condition,
    /// What that means.
    pub mode: Mode,
    /// For how long, in nanoseconds of virtual time: 0 looks at this moment.
    pub within_ns: u64,
}

/// What a condition means for the scenario.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// It must become true in time.
    Expect,
    /// It must not become true.
    Never,
    /// It must stay true.
    Always,
}
