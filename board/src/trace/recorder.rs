//! A trace whose events are kept compactly: what a board is slowed down by least.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wasm_embedded_sim::trace::compact::{Block, Writer};
use wasm_embedded_sim::{Event, Run, Topology, TraceSink};

/// Takes the blocks of a trace.
pub trait TakeBlocks: Send {
    /// Takes a block. After a failure no other follows.
    ///
    /// # Errors
    ///
    /// Returns what keeps it from being taken.
    fn block(&mut self, block: Block) -> io::Result<()>;

    /// Takes the time at which the run ended, in nanoseconds of virtual time. It is the last call.
    ///
    /// # Errors
    ///
    /// Returns what keeps the trace from being complete.
    fn finish(&mut self, end_ns: u64) -> io::Result<()>;
}

/// Hears of the first failure, and when it was in nanoseconds of virtual time.
type Tell = Box<dyn FnMut(u64, &io::Error) + Send>;

/// Takes the events of a board and hands them on in blocks. When the board drops it, which [`Sim::end_trace`] leads to, the last block is
/// handed on.
///
/// [`Sim::end_trace`]: wasm_embedded_sim::Sim::end_trace
pub struct Recorder {
    writer: Writer,
    recording: Recording,
    /// How much virtual time a block takes at most.
    block_ns: u64,
}

/// Where the blocks of a [`Recorder`] go. Clones share it.
#[derive(Clone)]
pub struct Recording(Arc<Mutex<Taking>>);

struct Taking {
    takes: Box<dyn TakeBlocks>,
    /// The first failure; nothing is taken after it.
    failure: Option<io::Error>,
    has_failed: bool,
    tell: Tell,
}

impl Recorder {
    /// Creates a recorder. It tells when a block cannot be taken, and why, while the board is held, which `tell` must not use.
    pub fn new(takes: impl TakeBlocks + 'static, tell: impl FnMut(u64, &io::Error) + Send + 'static) -> Recorder {
        Recorder::boxed(Box::new(takes), tell)
    }

    /// Creates a recorder as [`Recorder::new`] does.
    pub fn boxed(takes: Box<dyn TakeBlocks>, tell: impl FnMut(u64, &io::Error) + Send + 'static) -> Recorder {
        let taking = Taking { takes, failure: None, has_failed: false, tell: Box::new(tell) };
        Recorder { writer: Writer::new(), recording: Recording(Arc::new(Mutex::new(taking))), block_ns: u64::MAX }
    }

    /// Hands on each block after so many nanoseconds of virtual time at most, as soon as something happens: for those who read along.
    #[must_use]
    pub fn within(mut self, block_ns: u64) -> Recorder {
        self.block_ns = block_ns;
        self
    }

    /// Returns where the blocks go.
    #[must_use]
    pub fn recording(&self) -> Recording {
        self.recording.clone()
    }

    #[inline]
    fn hand_on(&mut self, at_ns: u64) {
        if self.writer.is_full() || at_ns.saturating_sub(self.writer.start_ns()) > self.block_ns {
            self.recording.take(self.writer.take());
        }
    }
}

impl TraceSink for Recorder {
    fn topology(&mut self, topology: &Topology) {
        self.recording.take(self.writer.topology(topology));
    }

    fn event(&mut self, event: &Event, _topology: &Topology) {
        self.writer.event(event);
        self.hand_on(event.at_ns);
    }

    fn takes_runs(&self) -> bool {
        true
    }

    fn run(&mut self, run: &Run<'_>, _topology: &Topology) {
        self.writer.run(run);
        self.hand_on(run.at_ns);
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.recording.take(self.writer.last());
    }
}

impl Recording {
    fn take(&self, block: Option<Block>) {
        let Some(block) = block else { return };
        let mut taking = self.lock();
        if taking.has_failed {
            return;
        }
        let last_ns = block.last_ns;
        if let Err(error) = taking.takes.block(block) {
            (taking.tell)(last_ns, &error);
            (taking.failure, taking.has_failed) = (Some(error), true);
        }
    }

    /// Ends the trace, after the board has dropped its [`Recorder`].
    ///
    /// # Errors
    ///
    /// Returns the first failure since the recorder was created.
    pub fn finish(&self, end_ns: u64) -> io::Result<()> {
        let mut taking = self.lock();
        match taking.failure.take() {
            Some(failure) => Err(failure),
            None if taking.has_failed => Ok(()),
            None => taking.takes.finish(end_ns),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Taking> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("writer", &self.writer).finish_non_exhaustive()
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").finish_non_exhaustive()
    }
}
