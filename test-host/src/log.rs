//! The guest's log, on its way to whoever listens: filtered by level.

use std::sync::{Arc, Mutex, PoisonError};

use wasm_embedded_host::log::{Level, Log};
use wasm_embedded_host::{Interrupt, Rate, Reason, Refusal};

use crate::clock::Clock;
use crate::output::{Said, Shared};
use crate::policy::LogLevel;

/// How many faults of the hardware are told in a second.
const FAULTS_PER_S: u32 = 1000;

/// What tells the listener about a guest.
#[derive(Clone, Debug)]
pub(crate) struct Teller {
    listener: Shared,
    clock: Clock,
    max_level: Option<Level>,
    interrupt: Interrupt,
    /// Of what comes from the hardware; the host bounds what comes from the guest.
    rate: Arc<Mutex<Rate>>,
}

/// What hears a guest's log and its refusals.
#[derive(Debug)]
pub(crate) struct GuestLog(pub(crate) Teller);

impl Teller {
    pub(crate) fn new(listener: &Shared, clock: &Clock, max_level: Option<Level>, interrupt: &Interrupt) -> Teller {
        let (listener, clock, interrupt) = (listener.clone(), clock.clone(), interrupt.clone());
        let rate = Arc::new(Mutex::new(Rate::new(FAULTS_PER_S)));
        Teller { listener, clock, max_level, interrupt, rate }
    }

    /// Tells what the hardware could not do.
    #[cfg(target_os = "linux")]
    pub(crate) fn fault(&self, level: Level, message: &str) {
        if self.max_level < Some(level) {
            return;
        }
        let now_ns = self.clock.now_ns();
        let admitted = self.rate.lock().unwrap_or_else(PoisonError::into_inner).admit(now_ns);
        let Some(dropped) = admitted else { return };
        if dropped > 0 {
            self.say(Said::Dropped(dropped));
        }
        self.say(Said::Fault { level, message });
    }

    /// Tells what the host did to the guest.
    pub(crate) fn note(&self, level: Level, message: &str) {
        if self.max_level >= Some(level) {
            self.say(Said::Refused(message));
        }
    }

    fn say(&self, said: Said<'_>) {
        if self.listener.hear(self.clock.now_ns(), said).is_err() {
            self.interrupt.request(Reason::Killed);
        }
    }
}

impl Log for GuestLog {
    fn max_level(&self) -> Option<Level> {
        self.0.max_level
    }

    fn log(&mut self, level: Level, target: &str, message: &str) {
        self.0.say(Said::Log { level, target, message });
    }

    fn panicked(&mut self, message: &str) {
        self.0.say(Said::Panic(message));
    }

    fn print(&mut self, text: &str) {
        self.0.say(Said::Stdout(text.as_bytes()));
    }

    fn refused(&mut self, refusal: &Refusal<'_>) {
        self.0.note(Level::Warn, &refusal.to_string());
    }

    fn now_ns(&self) -> Option<u64> {
        Some(self.0.clock.now_ns())
    }

    fn dropped(&mut self, messages: u64) {
        self.0.say(Said::Dropped(messages));
    }
}

/// Returns the level of the host's log for one of the policy's.
pub(crate) fn level(level: LogLevel) -> Option<Level> {
    match level {
        LogLevel::Off => None,
        LogLevel::Error => Some(Level::Error),
        LogLevel::Warn => Some(Level::Warn),
        LogLevel::Info => Some(Level::Info),
        LogLevel::Debug => Some(Level::Debug),
        LogLevel::Trace => Some(Level::Trace),
    }
}
