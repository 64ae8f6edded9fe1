//! A limit for tests: if time on a board never got to where it is to go, they would run for ever.

use std::sync::Once;
use std::time::Duration;
use std::{process, thread};

/// Far more than all tests of a file take on a busy machine.
const MINUTE: Duration = Duration::from_secs(60);

/// Has this process fail a minute after the first call of this function.
pub(crate) fn end_within_a_minute() {
    static BEGIN: Once = Once::new();
    BEGIN.call_once(|| {
        thread::spawn(|| {
            thread::sleep(MINUTE);
            eprintln!("the tests still run after {MINUTE:?}: time on a board does not pass, or a task is never woken");
            process::exit(101);
        });
    });
}
