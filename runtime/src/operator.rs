//! Using labels without a guest, as the commands `i2c`, `spi` and `gpio` do.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wasm_embedded_host::log::Level;
use wasm_embedded_host::{HalCtx, Interrupt};

use crate::board::Board;
use crate::clock::Clock;
use crate::log::{GuestLog, LogSink};
use crate::output::{Capture, Shared};
use crate::policy::Policy;

/// A board whose labels this program uses itself, with the grants and limits that a guest has.
#[derive(Debug)]
pub struct Operator {
    hal: HalCtx,
    clock: Clock,
    board: Board,
    said: Arc<Mutex<Capture>>,
}

impl Operator {
    /// Takes the board of a policy. The limits of `[limits]` on what is written are for guests: nothing is cut here.
    #[must_use]
    pub fn new(policy: &Policy, mut board: Board) -> Operator {
        let said = Arc::new(Mutex::new(Capture::default()));
        let interrupt = Interrupt::default();
        let clock = Clock::start(board.sim(), board.real_wait());
        let sink = LogSink::new(&Shared::new(said.clone(), u64::MAX), &clock, Some(Level::Warn), &interrupt);
        board.listen(&sink);
        let hal = board.hal().interrupt(interrupt).log(GuestLog::new(sink, policy)).build();
        board.send_init_clocks();
        Operator { hal, clock, board, said }
    }

    /// Returns the labels. [`HalCtx`] checks each use as it checks a guest's.
    pub fn hal(&mut self) -> &mut HalCtx {
        &mut self.hal
    }

    /// Returns the board.
    #[must_use]
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// Returns whether time is the machine's: with hardware it is.
    #[must_use]
    pub fn is_real(&self) -> bool {
        self.clock.is_real()
    }

    /// Returns the time since the start, in nanoseconds.
    #[must_use]
    pub fn now_ns(&self) -> u64 {
        self.clock.now_ns()
    }

    /// Waits until a time since the start, in nanoseconds, or until the interrupt is requested.
    pub fn wait_until(&self, at_ns: u64, interrupt: &Interrupt) {
        self.clock.wait_until(at_ns, interrupt);
    }

    /// Returns the errors that the hardware reported, and forgets them.
    #[must_use]
    pub fn take_faults(&self) -> Vec<String> {
        std::mem::take(&mut self.said().faults)
    }

    /// Returns why the last use was refused, and forgets it.
    #[must_use]
    pub fn take_refusal(&self) -> Option<String> {
        self.said().refusals.pop()
    }

    /// Drives the outputs to their levels on exit, lets go of the labels and ends the trace. Returns the board, and when that was,
    /// in nanoseconds since the start.
    #[must_use]
    pub fn finish(mut self) -> (Board, u64) {
        self.hal.make_safe();
        drop(self.hal);
        let at_ns = self.clock.now_ns();
        self.board.sim().end_trace();
        (self.board, at_ns)
    }

    fn said(&self) -> MutexGuard<'_, Capture> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
