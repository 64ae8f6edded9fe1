//! Boards for tests of native drivers, with the steps of scenarios.

use std::fmt;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use wasm_embedded_board::trace::{Trace, VcdFormat};
use wasm_embedded_board::{Board, LabelError, OpenError};
use wasm_embedded_policy::Policy;

use crate::error::ScenarioError;
use crate::play::Play;
use crate::read;
use crate::report::Report;
use crate::scenario::Scenario;

/// A board with a driver under test on it, and what is expected of it.
///
/// ```
/// use embedded_hal::digital::OutputPin;
/// use wasm_embedded_scenario::Bench;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut bench = Bench::from_toml(r#"
///     [gpio]
///     LED = { sim = true, direction = "output" }
/// "#)?;
/// let mut led = bench.board.output("LED")?;
/// led.set_high()?;
/// bench.steps(r#"
///     [[step]]
///     expect = { label = "LED", level = "high" }
/// "#)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Bench {
    /// The board.
    pub board: Board,
    policy: Policy,
    play: Play,
}

/// What a test of a native driver fails with. As `Debug`, which a failing test shows, it is the same text.
#[non_exhaustive]
pub enum BenchError {
    /// There is no board for the policy.
    Board(OpenError),
    /// A label cannot be opened.
    Label(LabelError),
    /// The steps are refused.
    Steps(ScenarioError),
    /// A step failed.
    Failed(Box<Report>),
}

impl Bench {
    /// Builds the board of a policy that is in memory.
    ///
    /// # Errors
    ///
    /// The policy is refused, or has labels for hardware.
    pub fn from_toml(text: &str) -> Result<Bench, BenchError> {
        Bench::of(Policy::parse("the board", text).map_err(OpenError::from)?)
    }

    /// Builds the board of a policy file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, the policy is refused, or it has labels for hardware.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Bench, BenchError> {
        Bench::of(Policy::load(path.as_ref()).map_err(OpenError::from)?)
    }

    fn of(policy: Policy) -> Result<Bench, BenchError> {
        if policy.has_hardware() {
            return Err(OpenError::Hardware.into());
        }
        let board = Board::new(&policy).map_err(OpenError::from)?;
        let play = Play::begin(&Scenario::without_steps(policy.clone()), &board, None, Arc::new(|| ()));
        Ok(Bench { board, policy, play })
    }

    /// Does the steps of a text, `[[step]]` tables as a scenario has them, and lets virtual time pass until the last is done.
    /// Steps of one bench go on where those before have ended.
    ///
    /// # Errors
    ///
    /// The text is refused, or a step fails: the error shows what was seen, and the last transactions.
    pub fn steps(&mut self, text: &str) -> Result<(), BenchError> {
        self.begin(text)?;
        self.finish()
    }

    /// Begins the steps of a text, for a driver that is called while they go on: they do as it lets time pass.
    ///
    /// # Errors
    ///
    /// The text is refused.
    pub fn begin(&mut self, text: &str) -> Result<(), BenchError> {
        let steps = read::steps("the steps", text, &self.policy)?;
        self.play.then(&Scenario { steps, ..Scenario::without_steps(self.policy.clone()) }, &self.board);
        Ok(())
    }

    /// Lets virtual time pass until the steps that were begun are done.
    ///
    /// # Errors
    ///
    /// A step failed.
    pub fn finish(&mut self) -> Result<(), BenchError> {
        self.play.go_on();
        let report = self.play.report();
        if report.is_passed() { Ok(()) } else { Err(BenchError::Failed(Box::new(report))) }
    }

    /// Writes what happens on the wires from now on to a VCD, for waveform viewers. What is left is written by
    /// [`Trace::finish`](wasm_embedded_board::trace::Trace::finish).
    ///
    /// # Errors
    ///
    /// The file cannot be created.
    pub fn trace(&self, path: impl AsRef<Path>) -> std::io::Result<Trace<VcdFormat<BufWriter<File>>>> {
        let trace = Trace::new(VcdFormat::new(BufWriter::new(File::create(path)?)));
        self.board.sim().trace_to(Box::new(trace.clone()));
        Ok(trace)
    }
}

impl From<OpenError> for BenchError {
    fn from(error: OpenError) -> BenchError {
        BenchError::Board(error)
    }
}

impl From<LabelError> for BenchError {
    fn from(error: LabelError) -> BenchError {
        BenchError::Label(error)
    }
}

impl From<ScenarioError> for BenchError {
    fn from(error: ScenarioError) -> BenchError {
        BenchError::Steps(error)
    }
}

impl fmt::Display for BenchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BenchError::Board(error) => error.fmt(f),
            BenchError::Label(error) => error.fmt(f),
            BenchError::Steps(error) => {
                error.fmt(f)?;
                if let ScenarioError::Invalid { problems, .. } = error {
                    for problem in problems {
                        write!(f, "\n  line {}: {problem}", problem.line())?;
                        if let Some(advice) = problem.advice() {
                            write!(f, " ({advice})")?;
                        }
                    }
                }
                Ok(())
            }
            BenchError::Failed(report) => {
                write!(f, "{}\n{}", report.message().unwrap_or_default(), report.details())
            }
        }
    }
}

impl fmt::Debug for BenchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for BenchError {}
