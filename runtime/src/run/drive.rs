//! Runs an asynchronous guest, and lets time pass whenever all its tasks wait.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{
    AtomicBool,
    Ordering::{Acquire, Release},
};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use wasm_embedded_host::{Interrupt, Interrupted};

use crate::clock::Clock;
use crate::turns::Turn;

/// The longest wait between two looks at the interrupt.
const SLICE: Duration = Duration::from_millis(10);

/// The trap of a guest that waits for what never comes.
#[derive(Debug, thiserror::Error)]
#[error("every task of the guest waits, and nothing is left to happen on the board")]
struct NothingLeft;

/// Wakes the thread that runs the guest.
struct Bell {
    rung: AtomicBool,
    thread: Thread,
    turn: Option<Turn>,
}

impl Wake for Bell {
    fn wake(self: Arc<Bell>) {
        self.rung.store(true, Release);
        if let Some(turn) = &self.turn {
            turn.wake();
        }
        self.thread.unpark();
    }
}

/// Runs a guest to its end: in virtual time from one event to the next, and else asleep until something rings.
pub(super) fn drive<T>(
    guest: impl Future<Output = wasmtime::Result<T>>,
    clock: &Clock,
    deadline_ns: u64,
    interrupt: &Interrupt,
) -> wasmtime::Result<T> {
    let mut guest = pin!(guest);
    let bell = Arc::new(Bell { rung: AtomicBool::new(true), thread: thread::current(), turn: clock.turn().cloned() });
    let waker = Waker::from(bell.clone());
    loop {
        if let Some(reason) = interrupt.requested() {
            return Err(Interrupted(reason).into());
        }
        if bell.rung.swap(false, Acquire) {
            if let Poll::Ready(result) = guest.as_mut().poll(&mut Context::from_waker(&waker)) {
                return result;
            }
        } else if !clock.pass(deadline_ns, SLICE) {
            return Err(NothingLeft.into());
        }
    }
}
