//! What a device has begun for a guest that does not wait for it alone.

use alloc::boxed::Box;
use core::fmt;
use core::pin::Pin;

/// What has become of something that a device was asked for.
///
/// A future that is dropped gives its place in the device's queue up: what has not begun on the wires never does, and what has
/// begun runs to its end.
pub enum Completion<T> {
    /// It is done: what came of it.
    Ready(T),
    /// It goes on; the future ends with what comes of it.
    Pending(Pin<Box<dyn Future<Output = T> + Send>>),
}

impl<T> Completion<T> {
    /// Returns what a future completes.
    pub fn pending(future: impl Future<Output = T> + Send + 'static) -> Completion<T> {
        Completion::Pending(Box::pin(future))
    }

    /// Waits for the end.
    pub async fn end(self) -> T {
        match self {
            Completion::Ready(result) => result,
            Completion::Pending(future) => future.await,
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Completion<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Completion::Ready(result) => f.debug_tuple("Ready").field(result).finish(),
            Completion::Pending(_) => f.write_str("Pending"),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::Completion;

    #[test]
    fn it_shows_what_came_of_it_or_that_it_goes_on() {
        assert_eq!(format!("{:?}", Completion::Ready(7)), "Ready(7)");
        assert_eq!(format!("{:?}", Completion::pending(async { 7 })), "Pending");
    }
}
