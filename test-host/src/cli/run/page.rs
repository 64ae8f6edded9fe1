//! `run --board`: the guest's board as a page in a browser, which outlives the guest.

use std::io;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::ending::ExitReporter;
use super::{Opts, OutputFormat, programs, status};
use crate::cli::failure::{self, Failure};
use crate::cli::note;
use crate::cli::signals::Signals;
use crate::reach;
use wasm_embedded_host::{Interrupt, Reason};
use wasm_embedded_page::{Ending, Log, Server};
use wasm_embedded_policy::{LogLevel, Policy};
use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::output::{Listener, Said};
use wasm_embedded_runtime::run::{self, Ended, RunOptions, Together};

/// How often it is looked whether the guest is to end.
const LOOK: Duration = Duration::from_millis(10);

/// Runs guests on a board that a page shows, again whenever the page says so, until a signal comes. The status is that of the last run.
pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    opts.check_files()?;
    let signals = Signals::listen().map_err(|error| Failure::file("cannot listen for signals", error))?;
    let (path, mut policy, mut text) = opts.policy.require_text()?;
    if policy.has_hardware() {
        let message = "`--board` shows a simulated board, and a label of the policy is hardware: use `sim = true`, or leave out `--board`";
        return Err(Failure::new(status::USAGE, message));
    }
    // A component that cannot be run needs no page.
    programs(&opts.components, &policy)?;
    let stop = signals.stop();
    let edited = path.to_owned();
    // As on the command line, with the lines of the policy that it is about.
    let read = move |text: &str| Policy::parse_at(&edited, text).map_err(|error| Failure::from(error).plain());
    let server = Server::start(opts.board_port.unwrap_or_default(), read);
    let server = server.map_err(|error| Failure::new(status::HOST, error))?;
    note(&format!("the board: {}\n", server.address()));
    loop {
        let last = match once(opts, &server, &signals, &stop, (&mut policy, &text)) {
            Ok(status) => status,
            // On the page it can be put right.
            Err(failure) => {
                server.failed(Ending { status: failure.status, text: failure.plain() });
                failure.report()
            }
        };
        if stop.requested().is_none() && !server.restarts() {
            note("the page stays open: restart the guest there, or end this program with Ctrl-C\n");
        }
        let Some(next) = server.next_run(|| stop.requested().is_some()) else { return Ok(last) };
        (policy, text) = (next.policy, next.text);
    }
}

/// Runs the guests once.
fn once(
    opts: &Opts,
    server: &Server,
    signals: &Signals,
    stop: &Interrupt,
    (policy, text): (&mut Policy, &str),
) -> Result<u8, Failure> {
    opts.fault.iter().try_for_each(|file| policy.load_faults(file))?;
    let names = opts.components.names();
    // Anew for each run: somebody may have compiled it meanwhile.
    let programs = programs(&opts.components, policy)?;
    let mut board = Board::for_guests(policy, &names)?;
    let exits = board.exits();
    signals.at_last(move || {
        exits.make_safe();
    });
    opts.outputs.check(&board)?;
    reach::warnings(policy).iter().for_each(|warning| failure::warn(warning));
    let output_format = OutputFormat::Console;
    let traces = opts.outputs.begin(&board, &output_format, policy.limits.trace_bytes())?;
    signals.at_last(traces.last(board.exits()));
    let ends = Interrupt::default();
    let shown = {
        let ends = ends.clone();
        server.attach(board.simulated(), policy, text, move || ends.requested().is_some())
    };
    let options = |name: &String| RunOptions {
        args: std::iter::once(name).chain(&opts.args).cloned().collect(),
        config: super::config::values(&opts.values),
        seed: opts.seed,
        timeout: opts.timeout,
        real_time: false,
        stop: Some(ends.clone()),
        log_level: opts.log.map(LogLevel::from),
        stdin: names.first() == Some(name),
    };
    let listener = |name: &str| {
        let console = if names.len() > 1 { output_format.listener_of(name) } else { output_format.listener() };
        Arc::new(Mutex::new(Heard { console, log: server.log(), line: Vec::new() }))
    };
    let guests: Vec<_> = programs
        .iter()
        .zip(&names)
        .map(|(program, name)| Together { program, options: options(name), listener: listener(name) })
        .collect();
    let reporter =
        ExitReporter { output_format: &output_format, timeout: opts.timeout, time: "simulated time", signals };
    let restarts = || server.restarts() && stop.requested().is_none();
    let tell = |number: usize, ended: &Ended| {
        if !restarts() {
            reporter.of_several(names.get(number), ended);
        }
    };
    // As several guests are: a guest's own processor time counts then, and not that of the page.
    let all = until(
        &ends,
        || stop.requested().is_some() || server.restarts(),
        || run::run_together(&guests, &mut board, policy, &tell),
    )?;
    let at_ns = all.iter().map(|ended| ended.at_ns).max().unwrap_or_default();
    board.sim().end_trace();
    let left = traces.finish(at_ns).and_then(|()| opts.outputs.draw(&board, &output_format, at_ns));
    board.unanswered(policy).iter().for_each(|warning| failure::warn(warning));
    let status = all.iter().map(|ended| reporter.status(&ended.exit)).find(|status| *status != 0).unwrap_or_default();
    let how = |ended: &Ended| ended.exit.to_string();
    let text = match all.iter().find(|ended| reporter.status(&ended.exit) != 0).or(all.first()) {
        _ if restarts() => "the guest was stopped to begin anew".to_owned(),
        Some(ended) => format!("the guest has ended: {}", how(ended)),
        None => "no guest ran".to_owned(),
    };
    shown.ended(Ending { status, text });
    left.map(|()| status)
}

/// Does `act`, and requests `ends` as soon as `is_over` says so.
fn until<T>(ends: &Interrupt, is_over: impl Fn() -> bool + Sync, act: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let (done, is_over) = (&done, &is_over);
        scope.spawn(move || {
            while !done.load(SeqCst) {
                if is_over() {
                    ends.request(Reason::Killed);
                    return;
                }
                thread::sleep(LOOK);
            }
        });
        let result = act();
        done.store(true, SeqCst);
        result
    })
}

/// Tells the terminal and the page what a guest says.
struct Heard {
    console: Arc<Mutex<dyn Listener>>,
    log: Log,
    /// What was written after the last end of a line.
    line: Vec<u8>,
}

/// The longest line of the page's log, in bytes.
const LINE_BYTES: usize = 4096;

impl Heard {
    fn written(&mut self, at_ns: u64, kind: &'static str, bytes: &[u8]) {
        for byte in bytes {
            if *byte == b'\n' || self.line.len() >= LINE_BYTES {
                let line = mem::take(&mut self.line);
                self.log.line(at_ns, kind, &String::from_utf8_lossy(&line));
            }
            if *byte != b'\n' {
                self.line.push(*byte);
            }
        }
    }
}

impl Listener for Heard {
    fn hear(&mut self, at_ns: u64, said: Said<'_>) -> io::Result<()> {
        match said {
            Said::Stdout(bytes) => self.written(at_ns, "out", bytes),
            Said::Stderr(bytes) => self.written(at_ns, "err", bytes),
            Said::Log { level, target, message } => {
                self.log.line(at_ns, level_name(level), &format!("{target}: {message}"));
            }
            Said::Panic(message) => self.log.line(at_ns, "error", message),
            Said::Refused(message) => self.log.line(at_ns, "warn", message),
            Said::Fault { level, message } => self.log.line(at_ns, level_name(level), message),
            Said::Dropped(count) => self.log.line(at_ns, "warn", &format!("{count} messages were dropped")),
            _ => {}
        }
        self.console.lock().unwrap_or_else(PoisonError::into_inner).hear(at_ns, said)
    }
}

fn level_name(level: wasm_embedded_host::log::Level) -> &'static str {
    use wasm_embedded_host::log::Level;
    match level {
        Level::Error => "error",
        Level::Warn => "warn",
        Level::Info => "info",
        Level::Debug => "debug",
        Level::Trace => "trace",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_stops_what_is_done() {
        let ends = Interrupt::default();
        let waits = || {
            while ends.requested().is_none() {
                thread::sleep(Duration::from_millis(1));
            }
            7
        };
        assert_eq!(until(&ends, || true, waits), 7);
        assert_eq!(until(&Interrupt::default(), || false, || 8), 8);
    }
}
