//! GPIO lines, through `/dev/gpiochipN` (version 2 of the interface, Linux 5.10).
//!
//! Levels here are electrical: that a pin is active low is the host's affair, which inverts once, so the kernel never hears of it.
//! An output gets its first level in the request itself, without a moment at another one.
//!
//! A line is driven only while its request lives. The host drives its outputs to their levels on exit
//! ([`HalCtx::make_safe`](wasm_embedded_host::HalCtx::make_safe)) before it drops them, which releases them; what a released line
//! does then is its driver's choice. The Raspberry Pi's own kernels leave it driven, mainline ones make it an input unless the
//! driver's parameter `persist_gpio_outputs` says otherwise: what must stay at its level needs a resistor besides.

mod chip;
#[cfg(test)]
mod tests;
mod waits;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use wasm_embedded_host::digital::{Condition, Error, Input, Io, Level, Output};
use wasm_embedded_host::{Interrupt, Progress, log};

pub(super) use chip::describe_chip;
pub use chip::{ChipChoice, ChipInfo, LineChoice, LineInfo};
use waits::Waits;

use super::SLICE;
use super::fault::Source;
use super::fix::Subsystem;
use super::i2c::{ENOTSUPP, is_gone};
use super::kernel::{Errno, Kernel, LineFile, uninterrupted};
use super::open::{OpenError, OpenReason};
use super::tree::Tree;

/// What the kernel shows as the holder of our lines.
const CONSUMER: &str = "wasm-embedded-rt";

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

/// Which line, and how it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineSettings {
    /// Which line.
    pub line: LineChoice,
    /// How it is used.
    pub direction: Direction,
    /// The electrical level of an output from the first moment; high is released for an open-drain line.
    pub initial: Level,
    /// The resistor; none leaves it as it is. A chip that has no resistors ignores it.
    pub bias: Option<Bias>,
    /// How long an input must be stable before a change counts, as for a button.
    pub debounce: Option<Duration>,
    /// Whether edges of an input are to be waited for.
    pub edges: bool,
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
    pub initial: Level,
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

/// A requested line.
#[derive(Debug)]
pub struct Line {
    file: Box<dyn LineFile>,
    kernel: Arc<dyn Kernel>,
    source: Source,
    direction: Direction,
    /// Those who wait for the line beside other things, from the first one on.
    waits: Option<Waits>,
    /// Whether the chip is gone for good.
    gone: bool,
}

impl Line {
    /// Finds a line and requests it.
    pub(super) fn open(
        kernel: Arc<dyn Kernel>,
        tree: &Tree,
        mut source: Source,
        settings: &LineSettings,
    ) -> Result<Line, OpenError> {
        let found = chip::find(&*kernel, tree, &settings.line)?;
        source.device = format!("{} line {}", found.chip.display(), found.offset);
        let request = LineRequest {
            offset: found.offset,
            consumer: CONSUMER.to_owned(),
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
                    let holder = format!("`{}`", holder.unwrap_or("something in the kernel"));
                    let advice = "end what uses it, or disable it in the device tree".to_owned();
                    OpenError { device, reason: OpenReason::Busy { holder }, errno: Some(errno), advice: Some(advice) }
                }
                Errno::INVAL | Errno::NXIO | Errno::OPNOTSUPP | ENOTSUPP => {
                    OpenError::unsupported(&device, needs(settings), Some(errno))
                }
                _ => OpenError::of_file(Subsystem::Gpio, tree, &found.chip, errno),
            }
        };
        let file = uninterrupted(|| kernel.request_line(&found.chip, &request)).map_err(failed)?;
        Ok(Line { file, kernel, source, direction: settings.direction, waits: None, gone: false })
    }

    /// Waits for an edge, until a time of the monotonic clock if one is given, or until the interrupt is requested.
    ///
    /// # Errors
    ///
    /// Fails as the hardware does.
    pub fn wait_for_edge(&mut self, until: Option<Duration>, interrupt: &Interrupt) -> Result<Option<Edge>, Error> {
        self.alive()?;
        while interrupt.requested().is_none() {
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

    /// Returns the time of the clock that edges are told in.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.kernel.now()
    }

    /// Returns those who wait for the line, whose edges are heard from now on.
    fn waits(&mut self) -> Result<&Waits, Error> {
        self.alive()?;
        // The kernel reports edges of inputs only, and an open-drain line is an output to it.
        if self.direction != Direction::Input {
            return Err(Error::Unsupported);
        }
        let waits = match self.waits.take() {
            Some(waits) => waits,
            None => {
                let file = &mut self.file;
                let file = uninterrupted(|| file.report_edges())
                    .map_err(|errno| self.failed("asking for its edges", errno))?;
                Waits::start(file, self.source.clone())
            }
        };
        Ok(self.waits.insert(waits))
    }

    fn alive(&self) -> Result<(), Error> {
        if self.gone { Err(Error::Other) } else { Ok(()) }
    }

    /// Returns what an error means, and tells the log.
    fn failed(&mut self, doing: &str, errno: Errno) -> Error {
        self.gone = is_gone(errno);
        let (error, meaning) = match errno {
            Errno::BUSY => (Error::Busy, "something else has the line"),
            Errno::PERM | Errno::INVAL | Errno::OPNOTSUPP | ENOTSUPP => (Error::Unsupported, "the line cannot do this"),
            _ if self.gone => (Error::Other, "the chip is gone; it is not tried again"),
            _ => (Error::Other, "the chip's driver failed"),
        };
        let level = if self.gone { log::Level::Error } else { log::Level::Warn };
        self.source.failed(level, errno, format_args!("{doing}"), format_args!("{meaning}"));
        error
    }
}

impl Output for Line {
    fn set(&mut self, level: Level) -> Result<(), Error> {
        self.alive()?;
        let (file, high) = (&mut self.file, level == Level::High);
        let doing = if high { "driving it high" } else { "driving it low" };
        uninterrupted(|| file.set(high)).map_err(|errno| self.failed(doing, errno))
    }
}

impl Input for Line {
    fn level(&mut self) -> Result<Level, Error> {
        self.alive()?;
        let file = &mut self.file;
        let high = uninterrupted(|| file.get()).map_err(|errno| self.failed("reading it", errno))?;
        Ok(if high { Level::High } else { Level::Low })
    }

    fn start_wait(&mut self, condition: Condition) -> Progress<Result<(), Error>> {
        let kernel = self.kernel.clone();
        let answer = match self.waits() {
            Ok(waits) => waits.add(condition, || kernel.now()),
            Err(error) => return Progress::Done(Err(error)),
        };
        // After the wait was added: a level that comes in between is an edge then.
        let level = if matches!(condition, Condition::Level(_)) { self.level() } else { Ok(Level::Low) };
        waits::progress(level, condition, answer)
    }
}

impl Io for Line {}

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
