//! Ctrl-C: the guest is stopped, and what it leaves behind is written.

use std::io;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use wasm_embedded_host::{Interrupt, Reason};

/// What a shell adds to the number of a signal that ended a program.
const SIGNALLED: i32 = 128;

/// What listens to signals.
pub(super) struct Signals {
    interrupt: Interrupt,
    /// Whether there is something to be left in a safe state.
    guarded: Arc<AtomicBool>,
}

impl Signals {
    /// Begins to listen. Until [`Signals::stop`] is called, the first signal ends this program at once, and after it the second
    /// one: for the moment in which something other than the guest cannot be stopped.
    pub(super) fn listen() -> io::Result<Signals> {
        let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])?;
        let heard = Signals { interrupt: Interrupt::default(), guarded: Arc::default() };
        let (interrupt, guarded) = (heard.interrupt.clone(), heard.guarded.clone());
        thread::spawn(move || {
            // The interrupt does not say it: a guest whose time is over requests it too.
            let mut is_second = false;
            for signal in &mut signals {
                if !guarded.load(SeqCst) || is_second {
                    process::exit(SIGNALLED + signal);
                }
                is_second = true;
                interrupt.request(Reason::Killed);
            }
        });
        Ok(heard)
    }

    /// Returns what the first signal from now on requests.
    pub(super) fn stop(&self) -> Interrupt {
        self.guarded.store(true, SeqCst);
        self.interrupt.clone()
    }
}
