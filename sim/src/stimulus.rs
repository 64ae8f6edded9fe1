//! What a stimulus can do to the board.

use core::any::Any;

use crate::controls::ControlError;
#[cfg(feature = "reactions")]
use crate::fault::{Fault, FaultId, When};
#[cfg(feature = "reactions")]
use crate::model::Course;
use crate::model::Value;
use crate::net::{Drive, Level, Net};
use crate::part::{Board, Part, PartId};
#[cfg(feature = "reactions")]
use crate::pwm::PwmSignal;
use crate::queue::Action;

/// The board as a stimulus sees it, given to the actions of [`Sim::schedule`](crate::Sim::schedule).
pub trait StimulusContext {
    /// Returns the virtual time in nanoseconds.
    fn now_ns(&self) -> u64;

    /// Returns the level that a net carries now.
    fn level(&self, net: Net) -> Level;

    /// Drives a net, or releases it. All stimuli together are one driver on each net; it stays until the next call.
    fn drive(&mut self, net: Net, drive: Drive);

    /// Runs `action` at `at_ns`, or one nanosecond from now if that is not in the future.
    fn schedule(&mut self, at_ns: u64, action: Action);

    /// Calls `visit` with a part, and returns whether there is one; see [`with_part`](#method.with_part).
    fn visit(&mut self, id: PartId, visit: &mut dyn FnMut(&mut dyn Part, &mut dyn Board)) -> bool;

    /// Sets a control of a part; see [`set`](#method.set).
    ///
    /// # Errors
    /// The part has no such control, or the control cannot take such a value.
    fn set_value(&mut self, id: PartId, control: &str, value: &Value) -> Result<(), ControlError>;

    /// Has a control of a part follow a course from now on; see [`Sim::follow`](crate::Sim::follow).
    ///
    /// # Errors
    /// The part has no such control, or the control is no number.
    #[cfg(feature = "reactions")]
    fn follow_course(&mut self, id: PartId, control: &str, course: Course) -> Result<(), ControlError>;

    /// Returns how a net is modulated, if it is.
    #[cfg(feature = "reactions")]
    fn pwm(&self, net: Net) -> Option<PwmSignal>;

    /// Arms a fault; see [`Sim::inject`](crate::Sim::inject).
    #[cfg(feature = "reactions")]
    fn inject(&mut self, fault: Fault, when: When) -> FaultId;

    /// Ends a fault; see [`Sim::withdraw`](crate::Sim::withdraw).
    #[cfg(feature = "reactions")]
    fn withdraw(&mut self, fault: FaultId);
}

impl dyn StimulusContext + '_ {
    /// Calls `f` with a part, and returns its answer; `None` when there is no part `id`, or it is not a `P`.
    pub fn with_part<P: Part, R>(&mut self, id: PartId, f: impl FnOnce(&mut P, &mut dyn Board) -> R) -> Option<R> {
        let mut f = Some(f);
        let mut answer = None;
        self.visit(id, &mut |part, board| {
            let part: &mut dyn Any = part;
            if let (Some(part), Some(f)) = (part.downcast_mut::<P>(), f.take()) {
                answer = Some(f(part, board));
            }
        });
        answer
    }
}
