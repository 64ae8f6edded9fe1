//! What a device has begun for a guest that does not wait for it alone.

use alloc::boxed::Box;
use core::fmt;
use core::pin::Pin;

/// How far a device has come with what it was asked for.
///
/// A future that is dropped gives its place in the device's queue up: what has not begun on the wires never does, and what has
/// begun runs to its end.
pub enum Progress<T> {
    /// It is done.
    Done(T),
    /// It will be.
    Pending(Pin<Box<dyn Future<Output = T> + Send>>),
}

impl<T> Progress<T> {
    /// Returns the progress that a future makes.
    pub fn pending(future: impl Future<Output = T> + Send + 'static) -> Progress<T> {
        Progress::Pending(Box::pin(future))
    }

    /// Waits for the end.
    pub async fn end(self) -> T {
        match self {
            Progress::Done(result) => result,
            Progress::Pending(future) => future.await,
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Progress<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Progress::Done(result) => f.debug_tuple("Done").field(result).finish(),
            Progress::Pending(_) => f.write_str("Pending"),
        }
    }
}
