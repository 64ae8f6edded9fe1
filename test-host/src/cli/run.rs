//! `run`: a component on the board of a policy.

mod config;
mod ending;
pub(super) mod output_format;
pub(super) mod outputs;
#[cfg(feature = "page")]
mod page;

use std::collections::HashMap;
#[cfg(feature = "page")]
use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::json;

use self::ending::ExitReporter;
use self::output_format::OutputFormat;
use self::outputs::Outputs;
use super::apart::Files;
use super::failure::{self, Failure};
#[cfg(feature = "page")]
use super::input;
use super::input::{ComponentArgs, ComponentsArgs, PolicyArgs};
use super::notify::Manager;
use super::signals::Signals;
use super::{convert, expect, note, number, status};
use crate::{display, reach, screen};
use wasm_embedded_host::Interrupt;
use wasm_embedded_policy::{LogLevel, Policy, duration};
use wasm_embedded_runtime::board::{Board, ScriptMismatch};
use wasm_embedded_runtime::engine::EngineOptions;
use wasm_embedded_runtime::output::outlet::{self, Outlet};
use wasm_embedded_runtime::program::Program;
use wasm_embedded_runtime::record::{self, Difference, Recording, Tape};
use wasm_embedded_runtime::report::BusReport;
use wasm_embedded_runtime::run::{self, Ended, Exit, RunOptions, Together};
use wasm_embedded_runtime::style::Style;

/// Runs one or several components on the board that a policy describes
#[derive(Args)]
#[command(after_help = format!("{NOTES}\n\n{}", status::HELP))]
pub(super) struct Opts {
    #[command(flatten)]
    components: ComponentsArgs,

    #[command(flatten)]
    policy: PolicyArgs,

    /// Adds the faults of a file to those of the policy: `[[fault]]` tables, see POLICY.md; may be repeated
    #[arg(long, value_name = "FILE")]
    fault: Vec<PathBuf>,

    #[command(flatten)]
    outputs: Outputs,

    /// Draws the displays in the terminal, at the end or while the guest runs
    #[arg(long, value_name = "WHEN", num_args = 0..=1, require_equals = true, default_missing_value = "exit", conflicts_with = "json")]
    display: Option<When>,

    /// Shows the board as a page in a browser of this machine, whose address is printed: parts to work, buses, wires, faults, pause
    /// and speed. It begins at the speed of real time, and stays when the guest has ended, until a signal. `--board diagram.json` shows
    /// a board that was drawn for Wokwi, and needs no policy
    #[cfg(feature = "page")]
    #[arg(long, value_name = "DIAGRAM", num_args = 0..=1, require_equals = true)]
    #[arg(conflicts_with_all = ["display", "json", "real_time", "report", "record", "replay", "expect"])]
    board: Option<Option<PathBuf>>,

    /// Port of 127.0.0.1 for `--board` [default: a free one]
    #[cfg(feature = "page")]
    #[arg(long, value_name = "PORT", requires = "board")]
    board_port: Option<u16>,

    /// Paces the simulation to real time
    #[arg(long)]
    real_time: bool,

    /// Lowest level of the guest's log messages to show [default: the policy's, or info]
    #[arg(long, value_name = "LEVEL")]
    log: Option<Level>,

    /// Stops the guest after this time, such as 5s or 250ms: real time if the board has hardware, simulated time otherwise.
    /// Simulated time stands still while the guest waits for its standard input, unless --real-time paces it
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    timeout: Option<Duration>,

    /// Gives the guests a configuration value, which they read by `wasi:config/store`; may be repeated
    #[arg(long = "config", value_name = "KEY=VALUE", value_parser = config::pair)]
    values: Vec<(String, String)>,

    /// Seed of the guest's random numbers
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = number::seed, allow_negative_numbers = true)]
    seed: u64,

    /// Shows at the end what the simulated buses were busy with: load, parts, longest transaction and gap
    #[arg(long)]
    report: bool,

    /// Keeps every call of the guest on a label, with its answer and time, in a text file
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,

    /// Answers every call on a label from a file of `--record`, without hardware, and stops the guest at the first difference
    #[arg(long, value_name = "FILE", conflicts_with = "record")]
    replay: Option<PathBuf>,

    /// Takes labels and answers from an expectation file of the 0.4 family (`ops = [...]`) instead of a policy, and stops the guest
    /// at the first call that is not the next one of the file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["policy", "record", "replay"])]
    expect: Option<PathBuf>,

    /// Ends the guest as SIGTERM does when this process ends, which has to be the parent of this one
    #[cfg(target_os = "linux")]
    #[arg(long, value_name = "PID", hide = true)]
    parent: Option<i32>,

    /// Arguments of the guest; several guests all get the same
    #[arg(last = true)]
    args: Vec<String>,
}

const NOTES: &str = "\
Simulated time advances when the guest waits, uses a bus or pin, or reads a clock. Computing takes no simulated time. \
The host stops a guest that computes for 10 s of processor time while simulated time stands still (`computing-ms` in [limits]). \
If any label of the policy is hardware, everything runs in real time, including the simulated parts.

When the guest ends for any reason, including Ctrl-C, the host drives the outputs to the policy's `on-exit` levels and writes \
the traces and screenshots. If the guest does not stop, send a second signal, such as another Ctrl-C, at least 1 s after the \
first: the host then stops waiting for the guest. It still drives the outputs to these levels, closes the traces as far as \
it can, and ends within 0.5 s.

Several guests share the policy's I2C buses, and their transactions never interleave. One guest at a time holds any \
other label; another guest that opens it is refused, and the log names the holder. When a guest ends, the host drives the \
outputs that this guest held last to their `on-exit` levels, reports its name and status, and frees its labels. The other \
guests keep running. The exit status is the first one on the command line that is not 0. The first guest gets the standard \
input.

In simulated time, one guest runs at a time. A guest that waits hands over to the guest whose wait ends first. After every \
call that takes time, the guests whose waits are over run first. Ties go to the guest named first.

A service manager that sets NOTIFY_SOCKET, as systemd does for Type=notify, is told when the guests begin, when they have ended, \
and, if it sets WATCHDOG_USEC, that this program lives.

A trace names the wires SCL and SDA; SCK, MOSI, MISO and CS; and a pin by its net. If the board has several buses of a \
kind, or several select lines, the name of the bus or device comes first: board_SCL, flash_CS. To decode a trace:
  sigrok-cli -I vcd:downsample=1000 -i t.vcd -P i2c:scl=SCL:sda=SDA -A i2c=addr-data

Examples:
  wasm-embedded-rt run station.wasm --policy board.toml --display --screenshot oled=oled.png
  wasm-embedded-rt run station.wasm --policy board.toml --trace t.vcd --timeout 10s -- --fahrenheit
  wasm-embedded-rt run station.wasm --policy board.toml --fault broken.toml --trace-text
  wasm-embedded-rt run blinky.wasm --policy board.toml --real-time --trace-text
  wasm-embedded-rt run station.wasm --policy diagram.json --display
  wasm-embedded-rt run old.wasm --expect interop.toml --timeout 10s
  wasm-embedded-rt run station.wasm blinky.wasm --policy board.toml --timeout 10s";

/// When to draw.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum When {
    /// When the guest ends
    Exit,
    /// Whenever a display changes
    Live,
}

/// A level of the log.
#[derive(Clone, Copy, ValueEnum)]
enum Level {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// The columns of a picture where the terminal does not say how many it has.
const COLUMNS: usize = 130;

impl Opts {
    /// Checks that nothing that is read is written over, and nothing is written twice.
    fn check_files(&self) -> Result<(), Failure> {
        let mut files = Files::new();
        self.components.add_files(&mut files);
        self.policy.add_files(&mut files);
        self.fault.iter().for_each(|path| files.read("the faults", path));
        self.replay.iter().for_each(|path| files.read("the recording", path));
        self.expect.iter().for_each(|path| files.read("the expectation file", path));
        self.record.iter().try_for_each(|path| files.written("--record", path))?;
        self.outputs.check_files(&mut files)
    }

    /// Has the kernel send SIGTERM when the parent ends (PR_SET_PDEATHSIG(2const)).
    #[cfg(target_os = "linux")]
    fn end_with_parent(&self) -> Result<(), Failure> {
        let Some(parent) = self.parent else { return Ok(()) };
        rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::TERM))
            .map_err(|error| Failure::file("cannot end with the parent process", error.into()))?;
        // It may have ended before.
        match rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get()) {
            Some(pid) if pid == parent => Ok(()),
            _ => Err(Failure::new(status::HOST, format!("the parent process {parent} has ended"))),
        }
    }

    /// Returns what calls go over, if they are kept or answered from a file.
    fn tape(&self, policy: &Policy, stop: &Interrupt, expected: Option<Recording>) -> Result<Option<Tape>, Failure> {
        let replayed = self.replay.as_deref().map(convert::load).transpose()?;
        if let Some(recording) = replayed.or(expected) {
            return Ok(Some(Tape::replay(recording, stop.clone())));
        }
        let Some(path) = &self.record else { return Ok(None) };
        let unwritten = |error| Failure::file(format!("cannot write {}", path.display()), error);
        let out = Outlet::create(path).map_err(unwritten)?;
        Tape::record(Box::new(BufWriter::new(out)), policy.has_hardware()).map(Some).map_err(unwritten)
    }
}

/// Joins `--board` with the diagram that follows it. What follows otherwise is a component, as in `run --board app.wasm`.
#[cfg(feature = "page")]
pub(super) fn join_diagram(args: Vec<OsString>) -> Vec<OsString> {
    let mut joined: Vec<OsString> = Vec::with_capacity(args.len());
    let mut are_ours = true;
    for arg in args {
        are_ours &= arg != "--";
        match joined.last_mut() {
            Some(last) if are_ours && last == "--board" && input::is_diagram(arg.as_ref()) => {
                last.push("=");
                last.push(arg);
            }
            _ => joined.push(arg),
        }
    }
    joined
}

#[cfg_attr(not(feature = "page"), expect(unused_mut, reason = "the page's option may name the board"))]
pub(super) fn run(mut opts: Opts) -> Result<u8, Failure> {
    #[cfg(feature = "page")]
    if let Some(diagram) = opts.board.take() {
        if let Some(diagram) = diagram {
            opts.policy.draw(&diagram)?;
        }
        return page::run(&opts);
    }
    opts.check_files()?;
    #[cfg(target_os = "linux")]
    opts.end_with_parent()?;
    let signals = Signals::listen().map_err(|error| Failure::file("cannot listen for signals", error))?;
    let (mut policy, expected) = match opts.expect.as_deref().map(expect::load).transpose()? {
        Some((policy, recording)) => {
            #[cfg(feature = "compile")]
            opts.components.compare_arguments();
            (policy, Some(recording))
        }
        None => (opts.policy.require()?, None),
    };
    opts.fault.iter().try_for_each(|file| policy.load_faults(file))?;
    let names = opts.components.names();
    // Before a device is opened or a file is created: a component that cannot be run leaves no traces.
    let programs = programs(&opts.components, &policy)?;
    // From here on there is something to be left in a safe state.
    let stop = signals.stop();
    let tape = opts.tape(&policy, &stop, expected)?;
    if opts.replay.is_some() {
        policy = record::without_hardware(&policy);
    }
    let mut board = match &tape {
        Some(tape) => Board::over_tape(&policy, &names, tape)?,
        None => Board::for_guests(&policy, &names)?,
    };
    let exits = board.exits();
    signals.at_last(move || {
        exits.make_safe();
    });
    opts.outputs.check(&board)?;
    reach::warnings(&policy).iter().for_each(|warning| failure::warn(warning));
    if opts.display.is_some() && board.displays().is_empty() {
        failure::warn("`--display` draws nothing: the policy has no display (`model = \"ssd1306\"`)");
    }
    let output_format = OutputFormat::new(super::json::is_on());
    let traces = opts.outputs.begin(&board, &output_format, policy.limits.trace_bytes());
    let traces = traces.map_err(|failure| signals.over(failure))?;
    signals.at_last(traces.last(board.exits()));
    let report = opts.report.then(|| BusReport::begin(board.sim()));
    output_format.tell_faults(&board);
    let columns = terminal_columns();
    if opts.display == Some(When::Live) {
        display::watch(&board, columns, io::stderr().is_terminal());
    }

    let values = config::values(&opts.values);
    let guest = |name: &String| RunOptions {
        args: std::iter::once(name).chain(&opts.args).cloned().collect(),
        config: values.clone(),
        seed: opts.seed,
        timeout: opts.timeout,
        real_time: opts.real_time,
        stop: Some(stop.clone()),
        log_level: opts.log.map(LogLevel::from),
        stdin: names.first() == Some(name),
    };
    let time = if board.has_hardware() { "real time" } else { "simulated time" };
    let reporter = ExitReporter { output_format: &output_format, timeout: opts.timeout, time, signals: &signals };
    let manager = Manager::ready("the guest runs");
    let all = match (programs.as_slice(), names.as_slice()) {
        ([program], [name]) => {
            vec![run::run(program, &mut board, &policy, &guest(name), output_format.listener())?]
        }
        _ => {
            let listener =
                |(program, name)| Together { program, options: guest(name), listener: output_format.listener_of(name) };
            let guests: Vec<_> = programs.iter().zip(&names).map(listener).collect();
            let tell = |number: usize, ended: &Ended| reporter.of_several(names.get(number), ended);
            run::run_together(&guests, &mut board, &policy, &tell)?
        }
    };
    manager.stopping("the guest has ended");
    let at_ns = all.iter().map(|ended| ended.at_ns).max().unwrap_or_default();

    board.sim().end_trace();
    let finished = traces.finish(at_ns);
    let drawn = finished.and_then(|()| opts.outputs.draw(&board, &output_format, at_ns));
    if opts.display.is_some() {
        for name in board.displays() {
            let picture = board.frame(name).map(|frame| screen::draw(&frame, columns)).unwrap_or_default();
            note(&format!("{name}\n{picture}\n"));
        }
    }
    board.unanswered(&policy).iter().for_each(|warning| failure::warn(warning));
    let (script, told) = scripts(&board, &output_format, at_ns);
    let drawn = drawn.and(told).and(report.map_or(Ok(()), |report| tell_report(&report, &output_format, at_ns)));
    if let Some(difference) = tape.as_ref().and_then(|tape| tape.difference(ended_by_themselves(&all))) {
        let kept = if opts.expect.is_some() { "expectation file" } else { "recording" };
        return replay_failed(kept, &difference, &output_format, at_ns);
    }
    let recorded = tape.as_ref().map_or(Ok(()), Tape::finish);
    let drawn = drawn.and(recorded.map_err(|error| Failure::file("cannot write the recording", error)));
    let status = all.iter().map(|ended| reporter.status(&ended.exit)).find(|status| *status != 0).unwrap_or(script);
    // Its time is what a guest was given, and no fault: a trace of that time which is not all there is one.
    let is_well = matches!(status, 0 | status::TIMEOUT);
    // Several were told about when they ended.
    let told = if let [ended] = all.as_slice() { reporter.of_one(ended) } else { Ok(()) };
    // What was kept while guests ended. Why nothing more can be written was told before.
    let kept = match outlet::stdout().finish() {
        Err(error) if error.kind() == io::ErrorKind::TimedOut => Err(Failure::output(error)),
        _ => Ok(()),
    };
    match drawn.and(told).and(kept) {
        // What the guest did wrong comes before what this program could not write about it.
        Err(failure) if is_well => Err(failure),
        Err(failure) => {
            failure.report();
            Ok(status)
        }
        Ok(()) => Ok(status),
    }
}

/// Tells what the buses were busy with.
fn tell_report(report: &BusReport, output_format: &OutputFormat, at_ns: u64) -> Result<(), Failure> {
    if let OutputFormat::Console = output_format {
        note(&report.text(at_ns));
    }
    output_format
        .event(at_ns, "report", json!({ "buses": output_format::buses(report, at_ns) }))
        .map_err(Failure::output)
}

/// Returns whether all guests ended by themselves, and not by a limit of the command line or a signal.
fn ended_by_themselves(all: &[Ended]) -> bool {
    !all.iter().any(|ended| matches!(ended.exit, Exit::Timeout | Exit::Stopped))
}

/// Tells how the guest differed from what was kept of it, and returns the status for that.
fn replay_failed(kept: &str, difference: &Difference, output_format: &OutputFormat, at_ns: u64) -> Result<u8, Failure> {
    let diff = difference.to_string();
    let message = format!("the guest did something else than the {kept} has");
    note(&format!("{} {message}:\n{diff}\n", Style::of_stderr().red("error:")));
    output_format.event(at_ns, "replay", json!({ "message": message, "diff": diff })).map_err(Failure::output)?;
    Ok(status::REPLAY)
}

/// Tells how the run differed from what scripted parts expect. Returns the status for that, and whether it could be told.
fn scripts(board: &Board, output_format: &OutputFormat, at_ns: u64) -> (u8, Result<(), Failure>) {
    let (mut status, mut told) = (0, Ok(()));
    for ScriptMismatch { part, message, lenient } in board.mismatches() {
        let style = Style::of_stderr();
        let word = if lenient { style.yellow("warning:") } else { style.red("error:") };
        note(&format!("{word} {part}: {message}\n"));
        let fields = json!({ "part": part, "message": message, "lenient": lenient });
        told = told.and(output_format.event(at_ns, "script", fields).map_err(Failure::output));
        if !lenient {
            status = status::SCRIPT;
        }
    }
    (status, told)
}

/// Loads the components, which can all be run. A file that several guests run is loaded once.
fn programs(components: &ComponentsArgs, policy: &Policy) -> Result<Vec<Program>, Failure> {
    let several = components.each().count() > 1;
    let mut loaded: HashMap<PathBuf, Program> = HashMap::new();
    let load = |component: ComponentArgs| {
        if let Some(program) = loaded.get(&component.component) {
            return Ok(program.clone());
        }
        let program = component.load(EngineOptions::of(policy))?;
        let named = |error| Failure::from(error).context(format!("cannot run {}", component.component.display()));
        program.check().map_err(|error| if several { named(error) } else { Failure::from(error) })?;
        loaded.insert(component.component, program.clone());
        Ok(program)
    };
    components.each().map(load).collect()
}

fn terminal_columns() -> usize {
    let columns = rustix::termios::tcgetwinsize(io::stderr()).map_or(0, |size| usize::from(size.ws_col));
    if columns == 0 { COLUMNS } else { columns }
}

impl From<Level> for LogLevel {
    fn from(level: Level) -> LogLevel {
        match level {
            Level::Off => LogLevel::Off,
            Level::Error => LogLevel::Error,
            Level::Warn => LogLevel::Warn,
            Level::Info => LogLevel::Info,
            Level::Debug => LogLevel::Debug,
            Level::Trace => LogLevel::Trace,
        }
    }
}
