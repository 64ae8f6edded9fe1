//! `test GUEST.wasm`: the runner of cargo for a guest's own tests, with a fresh board for each.

mod libtest;

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Instant;

use clap::Parser;

use self::libtest::{Arguments, Outcome, Summary};
use crate::cli::failure::Failure;
use crate::cli::input::{ComponentArgs, PolicyArgs};
use crate::cli::{note, print, status};
use wasm_embedded_policy::{Policy, escape};
use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::engine::EngineOptions;
use wasm_embedded_runtime::output::{Capture, Console, Listener, outlet};
use wasm_embedded_runtime::program::Program;
use wasm_embedded_runtime::run::{self, Exit, RunOptions};

/// Runs the tests of a guest, each on a board of its own, as the runner of `cargo test` and `cargo nextest run`
#[derive(Parser)]
#[command(name = "wasm-embedded-rt test", after_help = NOTES)]
pub(in crate::cli) struct Opts {
    #[command(flatten)]
    policy: PolicyArgs,

    #[command(flatten)]
    component: ComponentArgs,

    /// Arguments of the test program: those of libtest, such as a filter, --list, --exact, --ignored and --nocapture
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

const NOTES: &str = "\
In .cargo/config.toml:
  [build]
  target = \"wasm32-wasip2\"
  [target.wasm32-wasip2]
  runner = [\"wasm-embedded-rt\", \"test\", \"--policy\", \"board.toml\"]

Exit status:
    0  all tests passed
  101  a test failed
  120  the policy is missing or refused
  121  the component is missing, or imports an interface this host lacks";

/// The status of a test program in which a test failed: `ERROR_EXIT_CODE` of Rust's library `test`.
const FAILED: u8 = 101;

/// Returns whether a call of the command is one of a guest's tests, and not one of scenarios.
pub(in crate::cli) fn is_called(args: &[std::ffi::OsString]) -> bool {
    let is_component = |arg: &std::ffi::OsString| {
        std::path::Path::new(arg).extension().is_some_and(|extension| extension == "wasm" || extension == "cwasm")
    };
    let mut pairs = args.windows(2);
    args.get(1).is_some_and(|command| command == "test")
        && pairs.any(|pair| matches!(pair, [before, arg] if before != "--component" && is_component(arg)))
}

/// What the tests run on.
struct Bench {
    program: Program,
    policy: Policy,
    name: String,
}

pub(in crate::cli) fn run(opts: &Opts) -> Result<u8, Failure> {
    let policy = opts.policy.require()?;
    let program = opts.component.load(EngineOptions { interruptible: true, ..EngineOptions::of(&policy) })?;
    program.check()?;
    let bench = Bench { program, policy, name: opts.component.component.display().to_string() };
    if !libtest::is_test_program(&opts.component.component) {
        let exit = bench.call(&opts.args, Arc::new(Mutex::new(Console::new())))?;
        return Ok(bench.status(&exit, status::TRAP));
    }
    let arguments = Arguments::new(&opts.args);
    // One call of the guest is enough for a list, and for a test that is named: so does nextest.
    if arguments.is_list() || arguments.is_one_test() {
        let exit = bench.call(&opts.args, Arc::new(Mutex::new(Console::new())))?;
        return Ok(bench.status(&exit, FAILED));
    }
    let all = bench.list(&arguments.for_list())?;
    let known = if arguments.chooses() { bench.list(&Arguments::new(&[]).for_list())?.len() } else { all.len() };
    let ignored = if arguments.runs_ignored() { Vec::new() } else { bench.list(&arguments.for_ignored())? };
    bench.run_all(&arguments, &all, &ignored, known.saturating_sub(all.len()))
}

impl Bench {
    /// Runs the guest once, on a fresh board.
    fn call(&self, args: &[String], listener: Arc<Mutex<dyn Listener>>) -> Result<Exit, Failure> {
        let mut board = Board::new(&self.policy)?;
        let args = std::iter::once(&self.name).chain(args).cloned().collect();
        let options = RunOptions { args, ..RunOptions::default() };
        Ok(run::run(&self.program, &mut board, &self.policy, &options, listener)?.exit)
    }

    /// Returns the status of a call, and says what ended the guest if it did not end by itself.
    fn status(&self, exit: &Exit, failed: u8) -> u8 {
        if let Exit::Status(status) = exit {
            return *status;
        }
        note(&format!("error: {}\n", escape::line(&exit.to_string())));
        exit.backtrace().iter().for_each(|line| note(&format!("{line}\n")));
        failed
    }

    /// Returns the names of the tests that the guest lists.
    fn list(&self, args: &[String]) -> Result<Vec<String>, Failure> {
        let capture = Arc::new(Mutex::new(Capture::default()));
        let exit = self.call(args, capture.clone())?;
        let said = capture.lock().unwrap_or_else(PoisonError::into_inner);
        if exit != Exit::Status(0) {
            let message = format!("{} does not list its tests: {exit}\n{}", self.name, said.stderr_text());
            return Err(Failure::new(status::COMPONENT, message));
        }
        Ok(said.stdout_text().lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
    }

    /// Runs the tests, several at once, and tells of them as libtest does.
    fn run_all(
        &self,
        arguments: &Arguments,
        all: &[String],
        ignored: &[String],
        filtered: usize,
    ) -> Result<u8, Failure> {
        let began = Instant::now();
        print(&libtest::begin(all.len()))?;
        let (next, (send, receive)) = (AtomicUsize::new(0), mpsc::channel());
        let mut summary = Summary::default();
        thread::scope(|scope| {
            for _ in 0..arguments.threads().min(all.len()) {
                let (next, send) = (&next, send.clone());
                scope.spawn(move || {
                    while let Some(name) = all.get(next.fetch_add(1, Relaxed)) {
                        let outcome = if ignored.contains(name) { Outcome::Ignored } else { self.one(arguments, name) };
                        if send.send((name, outcome)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(send);
            for (name, outcome) in receive {
                if arguments.shows_output() {
                    outlet::stdout().clone().write_all(outcome.output().as_bytes()).map_err(Failure::output)?;
                }
                print(&summary.add(name, outcome))?;
            }
            Ok::<_, Failure>(())
        })?;
        print(&summary.end(filtered, began.elapsed()))?;
        Ok(if summary.has_failed() { FAILED } else { 0 })
    }

    /// Runs one test on a board of its own.
    fn one(&self, arguments: &Arguments, name: &str) -> Outcome {
        let capture = Arc::new(Mutex::new(Capture::default()));
        let exit = match self.call(&arguments.for_one(name), capture.clone()) {
            Ok(exit) => exit,
            Err(failure) => return Outcome::Failed(format!("{}\n", failure.plain())),
        };
        let said = std::mem::take(&mut *capture.lock().unwrap_or_else(PoisonError::into_inner));
        let mut output = libtest::own_output(&said.stdout_text(), name);
        output += &said.stderr_text();
        output += &said.log_text();
        output.extend(said.panics.iter().map(|message| format!("{message}\n")));
        match &exit {
            Exit::Status(0) if libtest::is_ignored(&said.stdout_text(), name) => Outcome::Ignored,
            Exit::Status(0) => Outcome::Passed(output),
            Exit::Status(_) => Outcome::Failed(output),
            Exit::Trap(trap) if said.stderr.is_empty() && said.panics.is_empty() => {
                Outcome::Failed(format!("{output}the guest trapped: {}\n", trap.reason))
            }
            Exit::Trap(_) => Outcome::Failed(output),
            other => Outcome::Failed(format!("{output}{other}\n")),
        }
    }
}
