//! GPIO lines, through `/dev/gpiochipN` (version 2 of the interface, Linux 5.10).
//!
//! Levels are electrical: high is the higher voltage, and nothing here inverts.
//! An output gets its first level in the request itself, without a moment at another one.
//!
//! A line is driven only while its request lives. Dropping a [`Line`] releases it; what a released line does then is its driver's
//! choice. The Raspberry Pi's own kernels leave it driven, mainline ones make it an input unless the
//! driver's parameter `persist_gpio_outputs` says otherwise: what must stay at its level needs a resistor besides.

mod chip;
mod error;
mod line;
#[cfg(test)]
mod tests;
mod traits;
mod waits;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use embedded_hal::digital::PinState;

pub(super) use chip::describe_chip;
pub use chip::{ChipChoice, ChipInfo, LineChoice, LineInfo};
pub use error::Error;
pub use line::Line;
use waits::Waits;
pub use watch::{KEPT_EDGES, KeptEdge};

use super::SLICE;
use super::advice::Subsystem;
use super::completion::Completion;
use super::device_error::{Severity, Source};
use super::kernel::{ENOTSUPP, Errno, Kernel, LineFile, is_gone, uninterrupted};
use super::open::{OpenError, OpenReason};
use super::plugged::Unplugged;
use super::sysfs::Tree;

/// How a line is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Read.
    #[default]
    Input,
    /// Driven to both levels.
    Output,
    /// Driven low or released, and read.
    OpenDrain,
}

/// The resistor at a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bias {
    /// None.
    Disabled,
    /// To the supply.
    PullUp,
    /// To ground.
    PullDown,
}

/// What is waited for at a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The line is at a level, or comes to it.
    Level(PinState),
    /// The line changes to a level.
    Edge(PinState),
    /// The line changes.
    AnyEdge,
}

/// Which line, and how it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineSettings {
    /// Which line.
    pub line: LineChoice,
    /// How it is used.
    pub direction: Direction,
    /// The electrical level of an output from the first moment; high is released for an open-drain line.
    pub initial: PinState,
    /// The resistor; none leaves it as it is. A chip that has no resistors ignores it.
    pub bias: Option<Bias>,
    /// How long an input must be stable before a change counts, as for a button.
    pub debounce: Option<Duration>,
    /// Whether edges of an input are to be waited for.
    pub edges: bool,
}

impl LineSettings {
    /// Returns settings for an input without edges, whose resistor stays as it is.
    #[must_use]
    pub fn new(line: LineChoice) -> LineSettings {
        LineSettings {
            line,
            direction: Direction::Input,
            initial: PinState::Low,
            bias: None,
            debounce: None,
            edges: false,
        }
    }
}

/// A request for a line, as the kernel gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineRequest {
    /// The offset on the chip.
    pub offset: u32,
    /// The name that the kernel shows as the holder.
    pub consumer: String,
    /// How the line is used.
    pub direction: Direction,
    /// The first level of an output.
    pub initial: PinState,
    /// The resistor; none leaves it as it is.
    pub bias: Option<Bias>,
    /// How long an input must be stable.
    pub debounce: Option<Duration>,
    /// Whether edges are to be reported.
    pub edges: bool,
}

/// A change of a line's level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Whether the line went high.
    pub rising: bool,
    /// When, on the monotonic clock.
    pub at: Duration,
    /// The number of the edge on this line, from 1. A gap means edges that came too fast for the kernel's queue.
    pub number: u32,
}

/// A requested line, as long as its chip is there.
#[derive(Debug)]
struct OpenLine {
    file: Box<dyn LineFile>,
    kernel: Arc<dyn Kernel>,
    source: Source,
    direction: Direction,
    /// Those who wait for the line without blocking, from the first one on.
    waits: Option<Waits>,
    /// Whether the chip is gone.
    gone: bool,
}

impl Unplugged for OpenLine {
    fn is_gone(&self) -> bool {
        self.gone || self.waits.as_ref().is_some_and(Waits::is_over)
    }
}

impl OpenLine {
    /// Finds a line and requests it.
    fn open(
        kernel: Arc<dyn Kernel>,
        tree: &Tree,
        mut source: Source,
        consumer: &str,
        settings: &LineSettings,
    ) -> Result<OpenLine, OpenError> {
        let found = chip::find(&*kernel, tree, &settings.line)?;
        source.device = format!("{} line {}", found.chip.display(), found.offset);
        let request = LineRequest {
            offset: found.offset,
            consumer: consumer.to_owned(),
            direction: settings.direction,
            initial: settings.initial,
            bias: settings.bias,
            debounce: settings.debounce,
            edges: settings.edges,
        };
        let failed = |errno| {
            let device = chip::describe(&settings.line);
            match errno {
                Errno::BUSY => {
                    let holder = found.info.holder.as_deref().filter(|holder| !holder.is_empty());
                    let holder = format!("`{}`", holder.unwrap_or("the kernel"));
                    let advice = "stop what uses the line, or disable it in the device tree".to_owned();
                    OpenError { device, reason: OpenReason::Busy { holder }, errno: Some(errno), advice: Some(advice) }
                }
                Errno::INVAL | Errno::NXIO | Errno::OPNOTSUPP | ENOTSUPP => {
                    OpenError::unsupported(&device, needs(settings), Some(errno))
                }
                _ => OpenError::of_file(Subsystem::Gpio, tree, &found.chip, errno),
            }
        };
        let file = uninterrupted(|| kernel.request_line(&found.chip, &request)).map_err(failed)?;
        Ok(OpenLine { file, kernel, source, direction: settings.direction, waits: None, gone: false })
    }

    fn wait_for_edge(
        &mut self,
        until: Option<Duration>,
        interrupted: &dyn Fn() -> bool,
    ) -> Result<Option<Edge>, Error> {
        while !interrupted() {
            let left = until.map_or(SLICE, |until| until.saturating_sub(self.kernel.now()).min(SLICE));
            match self.file.wait(left) {
                Ok(None) if left.is_zero() => return Ok(None),
                Ok(None) | Err(Errno::INTR) => {}
                Ok(edge) => return Ok(edge),
                Err(errno) => return Err(self.failed("waiting for an edge", errno)),
            }
        }
        Ok(None)
    }

    /// Returns those who wait for the line, whose edges are heard from now on.
    fn waits(&mut self) -> Result<&Waits, Error> {
        // The kernel reports edges of inputs only, and an open-drain line is an output to it.
        if self.direction != Direction::Input {
            return Err(Error::Unsupported);
        }
        let waits = match self.waits.take() {
            Some(waits) => waits,
            None => {
                let file = &mut self.file;
                let file = uninterrupted(|| file.report_edges())
                    .map_err(|errno| self.failed("requesting its edges", errno))?;
                Waits::start(file, self.source.clone())
            }
        };
        Ok(self.waits.insert(waits))
    }

    /// Returns what an error means, and tells the log.
    fn failed(&mut self, doing: &str, errno: Errno) -> Error {
        self.gone = is_gone(errno);
        let (error, meaning) = match errno {
            Errno::BUSY => (Error::Busy, "the line is in use"),
            Errno::PERM | Errno::INVAL | Errno::OPNOTSUPP | ENOTSUPP => {
                (Error::Unsupported, "the line does not support this")
            }
            _ if self.gone => (Error::Other, "the chip is gone; the next call looks for it"),
            _ => (Error::Other, "the chip's driver failed"),
        };
        let level = if self.gone { Severity::Error } else { Severity::Warn };
        self.source.failed(level, errno, format_args!("{doing}"), format_args!("{meaning}"));
        error
    }
}

impl OpenLine {
    fn set(&mut self, level: PinState) -> Result<(), Error> {
        let (file, high) = (&mut self.file, level == PinState::High);
        let doing = if high { "driving it high" } else { "driving it low" };
        uninterrupted(|| file.set(high)).map_err(|errno| self.failed(doing, errno))
    }

    fn level(&mut self) -> Result<PinState, Error> {
        let file = &mut self.file;
        let high = uninterrupted(|| file.get()).map_err(|errno| self.failed("reading it", errno))?;
        Ok(if high { PinState::High } else { PinState::Low })
    }

    fn start_wait(&mut self, condition: Condition) -> Completion<Result<(), Error>> {
        let kernel = self.kernel.clone();
        let answer = match self.waits() {
            Ok(waits) => waits.add(condition, || kernel.now()),
            Err(error) => return Completion::Ready(Err(error)),
        };
        // After the wait was added: a level that comes in between is an edge then.
        let level = if matches!(condition, Condition::Level(_)) { self.level() } else { Ok(PinState::Low) };
        waits::progress(level, condition, answer)
    }

    fn watch(&mut self) -> Result<(), Error> {
        let kernel = self.kernel.clone();
        self.waits()?.watch(|| kernel.now());
        Ok(())
    }

    fn is_watched(&self) -> bool {
        self.waits.as_ref().is_some_and(Waits::is_watched)
    }

    fn take_edge(&self) -> Option<KeptEdge> {
        self.waits.as_ref().and_then(Waits::take_edge)
    }

    fn start_edge_wait(&mut self) -> Completion<Result<(), Error>> {
        match self.waits() {
            Ok(waits) => waits.add_edge_wait(),
            Err(error) => Completion::Ready(Err(error)),
        }
    }
}

/// Finds a line: the device file of its chip, and the offset there.
pub(super) fn locate(kernel: &dyn Kernel, tree: &Tree, choice: &LineChoice) -> Result<(PathBuf, u32), OpenError> {
    chip::find(kernel, tree, choice).map(|found| (found.chip, found.offset))
}

/// Returns what a line must be able to do, for an error.
fn needs(settings: &LineSettings) -> String {
    let direction = match settings.direction {
        Direction::Input => "input",
        Direction::Output => "output",
        Direction::OpenDrain => "open drain",
    };
    let extras = [
        (settings.bias.is_some(), "a bias"),
        (settings.debounce.is_some(), "debouncing"),
        (settings.edges, "edge detection"),
    ];
    let extras = extras.into_iter().filter_map(|(wanted, name)| wanted.then_some(name));
    std::iter::once(direction).chain(extras).collect::<Vec<_>>().join(" with ")
}
