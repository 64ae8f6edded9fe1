//! What a host implements to be examined.

use crate::case::Case;
use crate::event::Event;

/// A host under examination.
pub trait Host {
    /// Returns what the host is called in reports.
    fn name(&self) -> &str;

    /// Returns whether the host runs asynchronous guests.
    fn is_asynchronous(&self) -> bool {
        false
    }

    /// Runs the case's [`guest`](Case::guest) with the case's script as its arguments, on a fresh [`bench`](crate::bench) under the case's
    /// conditions, and returns what it printed and what was on the wires.
    ///
    /// # Errors
    ///
    /// The host cannot do this, or could not.
    fn run(&mut self, case: &Case) -> Result<Ran, Unable>;

    /// Returns why a rule does not apply to this host, where that is known without running anything.
    fn exception(&self, _rule: &str) -> Option<&str> {
        None
    }

    /// Checks what no guest and no wire can show of a rule on this host, after its cases.
    ///
    /// # Errors
    ///
    /// The rule is broken, and how.
    fn evidence(&mut self, _rule: &str) -> Result<(), String> {
        Ok(())
    }
}

/// What came of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// What the guest printed.
    pub output: String,
    /// What was on the wires, in the order of its beginnings. Pins from the moment they are driven.
    pub events: Vec<Event>,
    /// How the guest ended.
    pub ending: Ending,
}

/// How a guest ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// It returned.
    #[default]
    Returned,
    /// It trapped.
    Trapped {
        /// Why.
        reason: String,
    },
    /// It was stopped, as the case's conditions ask for.
    Stopped {
        /// How long after it was to stop, in nanoseconds of its time.
        late_ns: u64,
    },
}

/// Why there is no run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unable {
    /// The host cannot do what the case asks for: the rule does not apply. Why.
    Missing(String),
    /// The host should be able to, and failed. How.
    Failed(String),
}

impl Ran {
    /// Returns the guest's answers, one for each command.
    pub fn answers(&self) -> impl Iterator<Item = &str> {
        self.output.lines()
    }
}
