//! Recordings: every call of a guest with its answer and time, kept in a text, and answered from it without the hardware.
//!
//! A line is a call: when it ended, in seconds; the label; what was asked for; and after the arrow what came back.
//!
//! ```text
//! 0.000351000 sensor 0x76 write d0, read 1 -> 60
//! 0.010352000 LED set high -> ok
//! 0.010512500 screen 0x3c write 00 ae -> error no-acknowledge-address
//! ```
//!
//! A call of an asynchronous guest has a `~` before its label: several may be on their way at once, so their order is not kept to.

mod bus;
mod peripheral;
mod pin;
mod replay;

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use wasm_embedded_host::Interrupt;
use wasm_embedded_sim::Sim;

pub use self::replay::{Call, Difference, Recording, RecordingError};

use self::replay::Replay;
use crate::policy::{BusBackend, ChannelBackend, PinBackend, Policy};

/// Returns a policy whose hardware is simulated, for a replay: its labels answer from the recording.
#[must_use]
pub fn without_hardware(policy: &Policy) -> Policy {
    let mut policy = policy.clone();
    let bus = |backend: &mut BusBackend, label: &str| {
        if !matches!(backend, BusBackend::Sim(_)) {
            *backend = BusBackend::Sim(format!("replay.{label}"));
        }
    };
    policy.i2c.iter_mut().for_each(|label| bus(&mut label.backend, &label.label));
    policy.spi.iter_mut().for_each(|label| bus(&mut label.backend, &label.label));
    policy.uart.iter_mut().for_each(|label| bus(&mut label.backend, &label.label));
    for label in &mut policy.pins {
        if !matches!(label.backend, PinBackend::Sim(_)) {
            label.backend = PinBackend::Sim(format!("replay.{}", label.label));
        }
    }
    let channel = |backend: &mut ChannelBackend, label: &str| {
        if backend.net().is_none() {
            *backend = ChannelBackend::Sim(format!("replay.{label}"));
        }
    };
    policy.pwm.iter_mut().for_each(|label| channel(&mut label.backend, &label.label));
    policy.adc.iter_mut().for_each(|label| channel(&mut label.backend, &label.label));
    policy
}

/// The first line of a recording.
pub const HEADER: &str = "# wasm-embedded-rt recording 1";

/// Where the calls of a board go, or where their answers come from. Clones share it.
#[derive(Clone)]
pub struct Tape(Arc<Mutex<TapeKind>>);

enum TapeKind {
    Record(Recorder),
    Replay(Replay),
}

struct Recorder {
    out: Box<dyn Write + Send>,
    /// When it began, if the time is the machine's.
    began: Option<Instant>,
    failure: Option<io::Error>,
}

/// What a call comes to: what came back, or the name of an error.
pub(crate) type Answer = Result<String, String>;

impl Tape {
    /// Makes a tape that keeps calls. `real` says whether the board's time is the machine's.
    ///
    /// # Errors
    ///
    /// The first line cannot be written.
    pub fn record(mut out: Box<dyn Write + Send>, real: bool) -> io::Result<Tape> {
        writeln!(out, "{HEADER}")?;
        let began = real.then(Instant::now);
        Ok(Tape::of(TapeKind::Record(Recorder { out, began, failure: None })))
    }

    /// Makes a tape that answers calls from a recording. `stop` is requested at the first difference.
    #[must_use]
    pub fn replay(recording: Recording, stop: Interrupt) -> Tape {
        Tape::of(TapeKind::Replay(Replay::new(recording, stop)))
    }

    fn of(kind: TapeKind) -> Tape {
        Tape(Arc::new(Mutex::new(kind)))
    }

    fn lock(&self) -> MutexGuard<'_, TapeKind> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what is left.
    ///
    /// # Errors
    ///
    /// Returns the first failure to write.
    pub fn finish(&self) -> io::Result<()> {
        match &mut *self.lock() {
            TapeKind::Record(recorder) => match recorder.failure.take() {
                Some(failure) => Err(failure),
                None => recorder.out.flush(),
            },
            TapeKind::Replay(_) => Ok(()),
        }
    }

    /// Returns how the guest differed from the recording first, if it did. With `is_over` it also differs if the recording goes on.
    #[must_use]
    pub fn difference(&self, is_over: bool) -> Option<Difference> {
        match &*self.lock() {
            TapeKind::Record(_) => None,
            TapeKind::Replay(replay) => replay.difference(is_over),
        }
    }
}

/// A label's end of a tape.
#[derive(Clone)]
pub(crate) struct Tap {
    tape: Tape,
    label: String,
    sim: Sim,
}

impl Tap {
    pub(crate) fn new(tape: &Tape, label: &str, sim: &Sim) -> Tap {
        Tap { tape: tape.clone(), label: label.to_owned(), sim: sim.clone() }
    }

    /// Makes a call with `act` and keeps it, or answers it from the recording.
    fn call(&self, call: &str, act: impl FnOnce() -> Answer) -> Answer {
        if let Some(answer) = self.recorded(call) {
            return answer;
        }
        let answer = act();
        self.keep("", call, &answer);
        answer
    }

    /// Returns the answer of the recording, if this is one that is replayed. Time passes up to that of the recorded call.
    fn recorded(&self, call: &str) -> Option<Answer> {
        let found = match &mut *self.tape.lock() {
            TapeKind::Record(_) => return None,
            TapeKind::Replay(replay) => replay.answer(&self.label, call, self.sim.now_ns()),
        };
        let (at_ns, answer) = match found {
            Some(found) => found,
            // The guest is about to be stopped.
            None => return Some(Err("other".to_owned())),
        };
        self.sim.advance_ns(at_ns.saturating_sub(self.sim.now_ns()));
        Some(answer)
    }

    /// Keeps a call.
    fn keep(&self, mark: &str, call: &str, answer: &Answer) {
        let TapeKind::Record(recorder) = &mut *self.tape.lock() else { return };
        let virtual_ns = self.sim.now_ns();
        let at_ns =
            recorder.began.map_or(virtual_ns, |began| u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX));
        let (seconds, rest) = (at_ns / 1_000_000_000, at_ns % 1_000_000_000);
        let written = match answer {
            Ok(answer) => writeln!(recorder.out, "{seconds}.{rest:09} {mark}{} {call} -> {answer}", self.label),
            Err(error) => writeln!(recorder.out, "{seconds}.{rest:09} {mark}{} {call} -> error {error}", self.label),
        };
        if let (Err(error), None) = (written, &recorder.failure) {
            recorder.failure = Some(error);
        }
    }
}

/// A device whose calls go over a tape.
pub(crate) struct Tapped<D> {
    device: D,
    tap: Tap,
}

impl<D> Tapped<D> {
    pub(crate) fn new(device: D, tap: Tap) -> Tapped<D> {
        Tapped { device, tap }
    }
}

/// Returns what a call without an answer comes to.
fn done<E: fmt::Debug>(result: Result<(), E>, name: impl FnOnce(&E) -> String) -> Answer {
    result.map(|()| "ok".to_owned()).map_err(|error| name(&error))
}

/// Returns bytes as hexadecimal numbers.
fn hex(bytes: &[u8]) -> String {
    let text: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    text.join(" ")
}

/// Returns the bytes that a text has.
fn bytes(text: &str) -> Option<Vec<u8>> {
    text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).ok()).collect()
}

impl fmt::Debug for Tape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tape").finish_non_exhaustive()
    }
}
