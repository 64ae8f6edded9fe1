//! What a device has begun for somebody who does not wait for it alone.

use crate::bus_worker::Answer;

/// How far a device has come with what it was asked for.
///
/// A future that is dropped gives its place up: what has not begun on the wires never does, and what has begun runs to its end.
#[derive(Debug)]
#[must_use = "nobody hears of the end of what is dropped"]
pub enum Completion<T> {
    /// It is done.
    Ready(T),
    /// It will be.
    Pending(Answer<T>),
}

impl<T> Completion<T> {
    /// Waits for the end.
    pub async fn end(self) -> T {
        match self {
            Completion::Ready(result) => result,
            Completion::Pending(answer) => answer.await,
        }
    }
}
