//! Something that happens once, and a task that waits for it.

use alloc::sync::Arc;
use core::task::{Poll, Waker};

use spin::Mutex;

/// One side gives a value, the other waits for it. Clones share it.
pub(crate) struct Signal<T>(Arc<Mutex<State<T>>>);

struct State<T> {
    value: Option<T>,
    waker: Option<Waker>,
}

impl<T> Signal<T> {
    pub(crate) fn new() -> Signal<T> {
        Signal(Arc::new(Mutex::new(State { value: None, waker: None })))
    }

    /// Gives the value, and wakes who waits for it.
    pub(crate) fn give(&self, value: T) {
        let mut state = self.0.lock();
        state.value = Some(value);
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Has nobody woken any more: whoever waited is gone.
    pub(crate) fn forget(&self) {
        let waker = self.0.lock().waker.take();
        drop(waker);
    }

    /// Takes the value if it is there.
    pub(crate) fn poll(&self, waker: &Waker) -> Poll<T> {
        let mut state = self.0.lock();
        match state.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                state.waker = Some(waker.clone());
                Poll::Pending
            }
        }
    }
}

impl<T> Clone for Signal<T> {
    fn clone(&self) -> Signal<T> {
        Signal(self.0.clone())
    }
}
