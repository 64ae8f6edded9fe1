//! A line whose chip may be unplugged.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use embedded_hal::digital::PinState;

use super::{Condition, Edge, Error, KeptEdge, LineSettings, OpenLine, chip};
use crate::completion::Completion;
use crate::device_error::Source;
use crate::kernel::Kernel;
use crate::open::OpenError;
use crate::plugged::Plugged;
use crate::sysfs::Tree;

/// A requested line. One whose chip is unplugged is found again by the first call after it is back, by its name or its chip's; an output
/// has the level then that it was last set to.
#[derive(Debug)]
pub struct Line {
    pub(super) line: Plugged<OpenLine>,
    kernel: Arc<dyn Kernel>,
    /// Whether the level that the line was last set to is high: what it is requested with.
    is_high: Arc<AtomicBool>,
    /// Whether somebody watches its edges.
    is_watched: bool,
}

impl Line {
    /// Finds a line and requests it.
    pub(crate) fn open(
        kernel: Arc<dyn Kernel>,
        tree: Tree,
        source: Source,
        consumer: String,
        settings: LineSettings,
    ) -> Result<Line, OpenError> {
        let source = Source { device: chip::describe(&settings.line), ..source };
        let is_high = Arc::new(AtomicBool::new(settings.initial == PinState::High));
        let (of_request, machine) = (is_high.clone(), kernel.clone());
        let open = move |source: &Source| {
            let initial = PinState::from(of_request.load(Relaxed));
            let settings = LineSettings { initial, ..settings.clone() };
            OpenLine::open(machine.clone(), &tree, source.clone(), &consumer, &settings)
        };
        Ok(Line { line: Plugged::open(source, open)?, kernel, is_high, is_watched: false })
    }

    /// Uses the line, unless it is gone.
    fn with<R>(&mut self, act: impl FnOnce(&mut OpenLine) -> Result<R, Error>) -> Result<R, Error> {
        self.line.with(act).unwrap_or(Err(Error::Other))
    }

    /// Returns the level that the line was last set to.
    pub(super) fn commanded(&self) -> PinState {
        PinState::from(self.is_high.load(Relaxed))
    }

    /// Waits for an edge, until a time of the monotonic clock if one is given, or until `interrupted` returns true, which is asked
    /// every 10 ms. The line must have been opened with [`LineSettings::edges`].
    ///
    /// # Errors
    ///
    /// Fails as the hardware does.
    pub fn wait_for_edge(
        &mut self,
        until: Option<Duration>,
        interrupted: &dyn Fn() -> bool,
    ) -> Result<Option<Edge>, Error> {
        self.with(|line| line.wait_for_edge(until, interrupted))
    }

    /// Returns the time of the clock that edges are told in.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.kernel.now()
    }

    /// Drives the line to a level; high releases an open-drain line.
    ///
    /// # Errors
    ///
    /// The line is an input, the chip's driver failed, or the chip is gone and has not come back.
    pub fn set(&mut self, level: PinState) -> Result<(), Error> {
        self.with(|line| line.set(level))?;
        self.is_high.store(level == PinState::High, Relaxed);
        Ok(())
    }

    /// Returns the level on the line.
    ///
    /// # Errors
    ///
    /// The chip's driver failed, or the chip is gone and has not come back.
    pub fn level(&mut self) -> Result<PinState, Error> {
        self.with(OpenLine::level)
    }

    /// Begins to wait, and returns at once. Edges count from this call on, even those that are gone when somebody looks. Only inputs
    /// report edges.
    pub fn start_wait(&mut self, condition: Condition) -> Completion<Result<(), Error>> {
        self.line.with(|line| line.start_wait(condition)).unwrap_or(Completion::Ready(Err(Error::Other)))
    }

    /// Begins to keep the line's edges, up to [`KEPT_EDGES`](super::KEPT_EDGES) of them, until [`Line::take_edge`] takes them. Those
    /// that were kept before are dropped. Only inputs report edges.
    ///
    /// # Errors
    ///
    /// The line is an output, the chip's driver failed, or the chip is gone and has not come back.
    pub fn watch(&mut self) -> Result<(), Error> {
        self.with(OpenLine::watch)?;
        self.is_watched = true;
        Ok(())
    }

    /// Takes the oldest edge since [`Line::watch`] that was not taken yet. Edges that came before the chip was gone are still there.
    ///
    /// # Errors
    ///
    /// There is none, and the chip is gone and has not come back.
    pub fn take_edge(&mut self) -> Result<Option<KeptEdge>, Error> {
        match self.line.now().and_then(OpenLine::take_edge) {
            Some(edge) => Ok(Some(edge)),
            None => self.with(|_| Ok(None)),
        }
    }

    /// Begins to wait until there is an edge to take, and returns at once. A line that nobody watches is [`Error::Unsupported`]; one
    /// whose chip is back is watched again.
    pub fn start_edge_wait(&mut self) -> Completion<Result<(), Error>> {
        let is_watched = self.is_watched;
        let begun = self.line.with(|line| {
            if is_watched
                && !line.is_watched()
                && let Err(error) = line.watch()
            {
                return Completion::Ready(Err(error));
            }
            line.start_edge_wait()
        });
        begun.unwrap_or(Completion::Ready(Err(Error::Other)))
    }
}
