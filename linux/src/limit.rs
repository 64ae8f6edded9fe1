//! A limit for tests that would wait for ever if what they try were broken.

use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Far more than such a test takes on a busy machine.
pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// Runs a test, and fails after a minute.
pub(crate) fn within_a_minute<R: Send + 'static>(test: impl FnOnce() -> R + Send + 'static) -> R {
    let (ended, ends) = channel::<()>();
    let test = thread::spawn(move || {
        // Dropped when it ends, and when it panics.
        let _ended = ended;
        test()
    });
    if let Err(RecvTimeoutError::Timeout) = ends.recv_timeout(MINUTE) {
        panic!("the test still waits after {MINUTE:?}");
    }
    test.join().unwrap_or_else(|panic| resume_unwind(panic))
}
