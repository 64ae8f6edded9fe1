//! Labels of one board that several guests may open, each through a context of its own.

use alloc::string::String;

/// What one guest holds of a board that it shares with others.
///
/// It is asked about the labels that one handle at a time may hold, which are all but those of I2C buses. The other guests have
/// devices under the same labels that stand for the same hardware.
pub trait Claims: Send {
    /// Takes a label for this guest.
    ///
    /// # Errors
    ///
    /// Another guest holds it: the one of this name.
    fn claim(&mut self, label: &str) -> Result<(), String>;

    /// Gives a label back. What it stands for stays as it is until another guest claims it or this one ends.
    fn release(&mut self, label: &str);

    /// Takes back, for a guest that has ended, a label that it was the last to hold. Returns whether it has it: the output is then
    /// driven to its level on exit, and nobody else may claim it before [`leave`](Claims::leave).
    fn reclaim(&mut self, label: &str) -> bool;

    /// Gives back all labels, for a guest that has ended.
    fn leave(&mut self);
}
