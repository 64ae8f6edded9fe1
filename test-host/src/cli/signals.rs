//! Ctrl-C: the guest is stopped, and what it leaves behind is written.

use std::io;
use std::process;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use wasm_embedded_host::{Interrupt, Reason};

/// What a shell adds to the number of a signal that ended a program.
const SIGNALLED: i32 = 128;

/// Begins to listen, and returns what the first signal requests. The second one ends this program at once, for a guest that
/// cannot be stopped: one that computes without a call.
pub(super) fn listen() -> io::Result<Interrupt> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    let interrupt = Interrupt::default();
    let requested = interrupt.clone();
    thread::spawn(move || {
        for signal in &mut signals {
            if requested.requested().is_some() {
                process::exit(SIGNALLED + signal);
            }
            requested.request(Reason::Killed);
        }
    });
    Ok(interrupt)
}
