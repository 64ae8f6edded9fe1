//! Runs a component in this process and keeps everything it says and does: for tests.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use crate::board::{Board, BoardError};
use crate::engine::EngineOptions;
use crate::imports::LinkError;
use crate::output::Capture;
use crate::policy::Policy;
use crate::program::{LoadError, Program};
use crate::run::{self, Ended, Exit, RunOptions, Together};
use crate::trace::{TextFormat, Trace, VcdFormat};
use crate::trust::Trust;

/// A run that ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// How the guest ended.
    pub exit: Exit,
    /// When, in nanoseconds of virtual time.
    pub at_ns: u64,
    /// What it said.
    pub said: Capture,
    /// What happened on the wires, one event a line.
    pub trace: String,
    /// The same as a VCD.
    pub vcd: Vec<u8>,
    /// The board as the guest left it.
    pub board: Board,
}

/// A run of several guests that ended. What is told for each of them has their order.
#[derive(Debug)]
#[non_exhaustive]
pub struct JointOutcome {
    /// How each guest ended, and when.
    pub ended: Vec<Ended>,
    /// The numbers of the guests, in the order in which they ended.
    pub order: Vec<usize>,
    /// What each said.
    pub said: Vec<Capture>,
    /// What happened on the wires, one event a line.
    pub trace: String,
    /// The same as a VCD.
    pub vcd: Vec<u8>,
    /// The board as the guests left it.
    pub board: Board,
}

/// Why a component was not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HarnessError {
    /// It is none.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// It cannot be linked.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// There is no board for the policy.
    #[error(transparent)]
    Board(#[from] BoardError),
}

/// Runs the component that `bytes` hold on the board of a policy, to its end.
///
/// # Errors
///
/// The component cannot be loaded or linked, or there is no board for the policy. A guest that fails is no error: see
/// [`Outcome::exit`].
pub fn run_component(bytes: &[u8], policy: &Policy, options: &RunOptions) -> Result<Outcome, HarnessError> {
    run_program(&Program::load(bytes, EngineOptions::of(policy), &Trust::default())?, policy, options, |_| ())
}

/// Runs a loaded program on the board of a policy, to its end. `prepare` sees the board before the guest starts, to work its
/// parts or to plan what happens to them.
///
/// # Errors
///
/// As of [`run_component`].
pub fn run_program(
    program: &Program,
    policy: &Policy,
    options: &RunOptions,
    prepare: impl FnOnce(&Board),
) -> Result<Outcome, HarnessError> {
    let board = Board::new(policy)?;
    prepare(&board);
    run_on(program, board, policy, options)
}

/// Runs a loaded program on a board, to its end. The policy is the one that the board was built from.
///
/// # Errors
///
/// The program cannot be linked.
pub fn run_on(
    program: &Program,
    mut board: Board,
    policy: &Policy,
    options: &RunOptions,
) -> Result<Outcome, HarnessError> {
    let traces = Traces::of(&board);
    let capture = Arc::new(Mutex::new(Capture::default()));
    let ended = run::run(program, &mut board, policy, options, capture.clone())?;
    let (trace, vcd) = traces.finish(&board, ended.at_ns);
    Ok(Outcome { exit: ended.exit, at_ns: ended.at_ns, said: take(&capture), trace, vcd, board })
}

/// Runs loaded programs under names at once on the board of a policy, until all have ended. The options are those of each.
///
/// # Errors
///
/// As of [`run_component`].
pub fn run_programs(
    guests: &[(&str, &Program)],
    policy: &Policy,
    options: &RunOptions,
    prepare: impl FnOnce(&Board),
) -> Result<JointOutcome, HarnessError> {
    let names: Vec<String> = guests.iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut board = Board::for_guests(policy, &names)?;
    let traces = Traces::of(&board);
    prepare(&board);
    let captures: Vec<_> = guests.iter().map(|_| Arc::new(Mutex::new(Capture::default()))).collect();
    let guests = guests.iter().zip(&captures).map(|((_, program), capture)| Together {
        program,
        options: options.clone(),
        listener: capture.clone(),
    });
    let guests: Vec<_> = guests.collect();
    let order = Mutex::new(Vec::new());
    let note = |number: usize, _: &Ended| order.lock().unwrap_or_else(PoisonError::into_inner).push(number);
    let ended = run::run_together(&guests, &mut board, policy, &note)?;
    let at_ns = ended.iter().map(|ended| ended.at_ns).max().unwrap_or_default();
    let (trace, vcd) = traces.finish(&board, at_ns);
    let order = order.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(JointOutcome { ended, order, said: captures.iter().map(take).collect(), trace, vcd, board })
}

/// What is kept of a run's wires.
struct Traces {
    text: (Buffer, Trace<TextFormat<Buffer>>),
    vcd: (Buffer, Trace<VcdFormat<Buffer>>),
}

impl Traces {
    fn of(board: &Board) -> Traces {
        let (text, vcd) = (Buffer::default(), Buffer::default());
        let text_trace = Trace::new(TextFormat::new(text.clone()));
        let vcd_trace = Trace::new(VcdFormat::new(vcd.clone()));
        board.sim().trace_to(Box::new(text_trace.clone()));
        board.sim().trace_to(Box::new(vcd_trace.clone()));
        Traces { text: (text, text_trace), vcd: (vcd, vcd_trace) }
    }

    fn finish(self, board: &Board, at_ns: u64) -> (String, Vec<u8>) {
        board.sim().end_trace();
        // Writing to memory does not fail.
        let _ = self.text.1.finish(at_ns).and_then(|()| self.vcd.1.finish(at_ns));
        (String::from_utf8_lossy(&self.text.0.take()).into_owned(), self.vcd.0.take())
    }
}

fn take(capture: &Arc<Mutex<Capture>>) -> Capture {
    std::mem::take(&mut *capture.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Memory that a trace writes to and the harness reads.
#[derive(Clone, Debug, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
