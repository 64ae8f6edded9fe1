//! Plays one scenario with its guest.

use std::io;
use std::sync::{Arc, Mutex};

use wasm_embedded_host::{Interrupt, Reason};
use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::output::{Listener, Said};
use wasm_embedded_runtime::program::Program;
use wasm_embedded_runtime::run::{self, Exit, RunOptions};
use wasm_embedded_scenario::condition::Stream;
use wasm_embedded_scenario::{Ending, Play, Report, Scenario};

/// Hears the guest for the scenario.
struct Hearer<K> {
    play: Play,
    /// Takes all that was said, too.
    keep: K,
}

/// What is said, as a scenario takes it: the stream, and the bytes.
pub(super) type Kept<'s> = (u64, Stream, &'s [u8]);

impl<K: FnMut(Kept<'_>) + Send> Hearer<K> {
    fn tell(&mut self, at_ns: u64, stream: Stream, bytes: &[u8]) {
        (self.keep)((at_ns, stream, bytes));
        self.play.hear(stream, bytes);
    }

    fn line(&mut self, at_ns: u64, stream: Stream, text: &str) {
        self.tell(at_ns, stream, format!("{text}\n").as_bytes());
    }
}

impl<K: FnMut(Kept<'_>) + Send> Listener for Hearer<K> {
    fn hear(&mut self, at_ns: u64, said: Said<'_>) -> io::Result<()> {
        match said {
            Said::Stdout(bytes) => self.tell(at_ns, Stream::Output, bytes),
            Said::Stderr(bytes) => self.tell(at_ns, Stream::Errors, bytes),
            Said::Log { message, .. } => self.line(at_ns, Stream::Log, message),
            Said::Panic(message) => self.line(at_ns, Stream::Errors, message),
            Said::Refused(message) | Said::Fault { message, .. } => self.line(at_ns, Stream::Log, message),
            _ => {}
        }
        Ok(())
    }
}

/// Plays a scenario, up to a virtual time at least if one is given. `prepare` sees the board before, and `keep` takes what the guest says.
pub(super) fn play(
    scenario: &Scenario,
    program: &Program,
    until_ns: Option<u64>,
    prepare: impl FnOnce(&Board),
    keep: impl FnMut(Kept<'_>) + Send + 'static,
) -> Result<(Report, Board), String> {
    let policy = &scenario.policy;
    let mut board = Board::new(policy).map_err(|error| chain(&error))?;
    prepare(&board);
    let stop = Interrupt::default();
    let stopper = stop.clone();
    let play = Play::begin(scenario, board.simulated(), until_ns, Arc::new(move || stopper.request(Reason::Killed)));
    let mut args = vec!["guest".to_owned()];
    args.extend(scenario.args.iter().cloned());
    let options = RunOptions { args, seed: scenario.seed, stop: Some(stop), ..RunOptions::default() };
    let listener = Arc::new(Mutex::new(Hearer { play: play.clone(), keep }));
    let ended = run::run(program, &mut board, policy, &options, listener).map_err(|error| chain(&error))?;
    play.ended(match &ended.exit {
        Exit::Status(status) => Ending::Status(*status),
        Exit::Trap(trap) => Ending::Trap(trap.reason.clone()),
        Exit::Limit { breach, .. } => Ending::Limit(breach.to_string()),
        other => Ending::Other(other.to_string()),
    });
    play.go_on();
    let mut report = play.report();
    // One that was stopped had more to say to its scripts.
    if let (true, Exit::Status(_)) = (report.is_passed(), &ended.exit)
        && let Some(mismatch) = board.mismatches().into_iter().find(|mismatch| !mismatch.lenient)
    {
        report = report.failed(format!("{}: {}", mismatch.part, mismatch.message));
    }
    board.sim().end_trace();
    Ok((report, board))
}

/// Returns an error with its causes.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
