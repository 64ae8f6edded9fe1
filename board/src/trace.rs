//! Writes what happens on the simulated wires: as a VCD for waveform viewers, as text, and in a compact form that becomes either later.

mod beside;
mod file;
mod recorder;
mod text;
mod vcd;

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wasm_embedded_sim::{Event, Run, Topology, TraceSink};

pub use self::beside::Beside;
pub use self::file::{CompactFile, TraceFile, TraceFileError};
pub use self::recorder::{Recorder, Recording, TakeBlocks};
pub use self::text::TextFormat;
pub use self::vcd::VcdFormat;

/// How events are written.
pub trait Format: Send {
    /// Writes one event.
    ///
    /// # Errors
    ///
    /// Returns what the writer returns.
    fn event(&mut self, event: &Event, topology: &Topology) -> io::Result<()>;

    /// Writes a run of bytes: the same as its events.
    ///
    /// # Errors
    ///
    /// Returns what the writer returns.
    fn run(&mut self, run: &Run<'_>, topology: &Topology) -> io::Result<()> {
        run.events().try_for_each(|event| self.event(&event, topology))
    }

    /// Takes the names of what is on the board.
    fn topology(&mut self, topology: &Topology);

    /// Writes what is left, up to the end of the run.
    ///
    /// # Errors
    ///
    /// Returns what the writer returns.
    fn finish(&mut self, end_ns: u64) -> io::Result<()>;
}

/// A trace that is being written. Clones share it: one is the board's sink, with the other it is finished.
#[derive(Debug)]
pub struct Trace<F>(Arc<Mutex<Writing<F>>>);

struct Writing<F> {
    format: F,
    /// The first failure; nothing is written after it.
    failure: Option<io::Error>,
    tell: Tell,
}

/// Hears of the first failure, and when it was in nanoseconds of virtual time.
type Tell = Box<dyn FnMut(u64, &io::Error) + Send>;

impl<F: Format> Trace<F> {
    /// Creates a trace.
    pub fn new(format: F) -> Trace<F> {
        Trace::telling(format, |_, _| ())
    }

    /// Creates a trace that tells when it cannot be written any more: at which virtual time, and why. It is told while the board is
    /// held, which it must not use.
    pub fn telling(format: F, tell: impl FnMut(u64, &io::Error) + Send + 'static) -> Trace<F> {
        Trace(Arc::new(Mutex::new(Writing { format, failure: None, tell: Box::new(tell) })))
    }

    /// Writes what is left.
    ///
    /// # Errors
    ///
    /// Returns the first failure since the trace was created.
    pub fn finish(&self, end_ns: u64) -> io::Result<()> {
        let mut writing = self.lock();
        match writing.failure.take() {
            Some(failure) => Err(failure),
            None => writing.format.finish(end_ns),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Writing<F>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F> Writing<F> {
    fn note(&mut self, at_ns: u64, write: impl FnOnce(&mut F) -> io::Result<()>) {
        if self.failure.is_none()
            && let Err(error) = write(&mut self.format)
        {
            (self.tell)(at_ns, &error);
            self.failure = Some(error);
        }
    }
}

impl<F: fmt::Debug> fmt::Debug for Writing<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writing").field("format", &self.format).field("failure", &self.failure).finish_non_exhaustive()
    }
}

impl<F> Clone for Trace<F> {
    fn clone(&self) -> Trace<F> {
        Trace(self.0.clone())
    }
}

impl<F: Format> TraceSink for Trace<F> {
    fn topology(&mut self, topology: &Topology) {
        self.lock().format.topology(topology);
    }

    fn event(&mut self, event: &Event, topology: &Topology) {
        self.lock().note(event.at_ns, |format| format.event(event, topology));
    }

    fn takes_runs(&self) -> bool {
        true
    }

    fn run(&mut self, run: &Run<'_>, topology: &Topology) {
        self.lock().note(run.at_ns, |format| format.run(run, topology));
    }
}

/// A writer that refuses to write more than so many bytes: what a guest that never ends may fill of a disk.
#[derive(Debug)]
pub struct Capped<W> {
    out: W,
    bytes: u64,
    left: u64,
}

impl<W: Write> Capped<W> {
    /// Creates the bound over a writer.
    pub fn new(out: W, bytes: u64) -> Capped<W> {
        Capped { out, bytes, left: bytes }
    }
}

impl<W: Write> Write for Capped<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if length > self.left {
            let message = format!("it is past {} bytes: `trace-bytes` in [limits] would raise the limit", self.bytes);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        let written = self.out.write(bytes)?;
        self.left -= u64::try_from(written).unwrap_or(length).min(self.left);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
