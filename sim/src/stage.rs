//! What a stimulus can do to the board.

use core::any::Any;

use crate::controls::ControlError;
use crate::model::Value;
use crate::net::{Drive, Level, Net};
use crate::part::{Board, Part, PartId};
use crate::queue::Action;

/// The board as a stimulus sees it, given to the actions of [`Sim::schedule`](crate::Sim::schedule).
pub trait Stage {
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
}

impl dyn Stage + '_ {
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
