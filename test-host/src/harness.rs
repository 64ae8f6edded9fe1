//! Runs a component in this process and keeps everything it says and does: for tests.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use crate::board::{Board, BoardError};
use crate::engine::EngineOptions;
use crate::imports::LinkError;
use crate::output::Capture;
use crate::policy::Policy;
use crate::program::{LoadError, Program};
use crate::run::{self, Exit, RunOptions};
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
    let (text, vcd) = (Buffer::default(), Buffer::default());
    let (text_trace, vcd_trace) = (Trace::new(TextFormat::new(text.clone())), Trace::new(VcdFormat::new(vcd.clone())));
    board.sim().trace_to(Box::new(text_trace.clone()));
    board.sim().trace_to(Box::new(vcd_trace.clone()));
    let capture = Arc::new(Mutex::new(Capture::default()));
    let ended = run::run(program, &mut board, policy, options, capture.clone())?;
    board.sim().end_trace();
    // Writing to memory does not fail.
    let _ = text_trace.finish(ended.at_ns).and_then(|()| vcd_trace.finish(ended.at_ns));
    let said = std::mem::take(&mut *capture.lock().unwrap_or_else(PoisonError::into_inner));
    let trace = String::from_utf8_lossy(&text.take()).into_owned();
    Ok(Outcome { exit: ended.exit, at_ns: ended.at_ns, said, trace, vcd: vcd.take(), board })
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
