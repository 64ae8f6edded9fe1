//! `run`: a component on the board of a policy.

mod ending;
pub(super) mod outputs;
pub(super) mod voice;

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::json;

use self::ending::Teller;
use self::outputs::Outputs;
use self::voice::Voice;
use super::apart::Files;
use super::failure::{self, Failure};
use super::input::{ComponentArgs, ComponentsArgs, PolicyArgs};
use super::signals::Signals;
use super::{note, status};
use crate::board::{Board, ScriptMismatch};
use crate::engine::EngineOptions;
use crate::output::outlet;
use crate::policy::{LogLevel, Policy};
use crate::program::Program;
use crate::run::{self, Ended, RunOptions, Together};
use crate::style::Style;
use crate::{display, duration, reach, screen};

/// Runs a component on the board that the policy describes, or several at once
#[derive(Args)]
#[command(after_help = format!("{NOTES}\n\n{}", status::HELP))]
pub(super) struct Opts {
    #[command(flatten)]
    components: ComponentsArgs,

    #[command(flatten)]
    policy: PolicyArgs,

    /// Adds the faults of a file to those of the policy: `[[fault]]` tables, as POLICY.md has them; may be given again
    #[arg(long, value_name = "FILE")]
    fault: Vec<PathBuf>,

    #[command(flatten)]
    outputs: Outputs,

    /// Draws the displays in the terminal, when the guest has ended or while it runs
    #[arg(long, value_name = "WHEN", num_args = 0..=1, require_equals = true, default_missing_value = "exit")]
    display: Option<When>,

    /// Lets the machine's time pass as the simulated time does
    #[arg(long)]
    real_time: bool,

    /// Keeps messages of the guest's log from this level on [default: the policy's, or info]
    #[arg(long, value_name = "LEVEL")]
    log: Option<Level>,

    /// Writes all that happens, the guest's output too, as JSON to the standard output: one object a line
    #[arg(long, conflicts_with = "display")]
    json: bool,

    /// Stops the guest after this much time, such as 5s or 250ms: simulated time, unless the board has hardware. No simulated time
    /// passes while the guest waits for its input, unless it is paced by --real-time
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    timeout: Option<Duration>,

    /// Where the guest's random numbers come from
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,

    /// The guest's arguments; those of each, if there are several
    #[arg(last = true)]
    args: Vec<String>,
}

const NOTES: &str = "\
Simulated time passes when the guest waits, uses a bus or pin, or looks at a clock, and not while it computes. \
A guest that computes for 10 s of processor time without simulated time passing is stopped (`computing-ms` in [limits]). \
If one label of the policy stands for hardware, the guest lives in the machine's time, and so do simulated parts. \
However the guest ends, by Ctrl-C too, outputs are then driven to the `on-exit` levels of the policy, and traces \
and pictures are written. A signal that comes a second or more after the first, \
such as another Ctrl-C, does not wait for the guest: this program drives the outputs to those levels all the same, \
closes the traces as far as it can, and ends within half a second.

Several guests share the I2C buses of the policy, and their transactions have turns. Every other label is held by \
one guest at a time, and refused to the others with the holder's name in the log; when a guest ends, the outputs \
that it was the last to hold go to their `on-exit` levels. In simulated time the guests take turns: one that waits \
hands on to the one whose wait ends first, and at the end of every call that takes time those go on whose waits \
are over; of equal ones, the first of the command line. The end of each is told by its name, and this program's \
status is the first on the command line that is not 0. The first guest gets the standard input.

In a trace, the wires are called SCL and SDA; SCK, MOSI, MISO and CS; and pins as their nets. Where there are \
several buses of a kind, or select lines, theirs begin with the name: board_SCL, flash_CS. To decode one:
  sigrok-cli -I vcd:downsample=1000 -i t.vcd -P i2c:scl=SCL:sda=SDA -A i2c=addr-data

Examples:
  wasm-embedded-rt run station.wasm --policy board.toml --display --screenshot oled=oled.png
  wasm-embedded-rt run station.wasm --policy board.toml --trace t.vcd --timeout 10s -- --fahrenheit
  wasm-embedded-rt run station.wasm --policy board.toml --fault broken.toml --trace-text
  wasm-embedded-rt run blinky.wasm --policy board.toml --real-time --trace-text
  wasm-embedded-rt run station.wasm blinky.wasm --policy board.toml --timeout 10s";

/// When to draw.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum When {
    /// When the guest has ended
    Exit,
    /// Whenever a display shows something else
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
        self.outputs.check_files(&mut files)
    }
}

pub(super) fn run(opts: Opts) -> Result<u8, Failure> {
    opts.check_files()?;
    let signals = Signals::listen().map_err(|error| Failure::file("cannot listen for signals", error))?;
    let mut policy = opts.policy.require()?;
    opts.fault.iter().try_for_each(|file| policy.load_faults(file))?;
    let names = opts.components.names();
    // Before a device is opened or a file is created: a component that cannot be run leaves no traces.
    let programs = programs(&opts.components, &policy)?;
    // From here on there is something to be left in a safe state.
    let stop = signals.stop();
    let mut board = Board::for_guests(&policy, &names)?;
    let exits = board.exits();
    signals.at_last(move || {
        exits.make_safe();
    });
    opts.outputs.check(&board)?;
    reach::warnings(&policy).iter().for_each(|warning| failure::warn(warning));
    if opts.display.is_some() && board.displays().is_empty() {
        failure::warn("`--display` draws nothing: no part of the policy is a display (`part = \"ssd1306\"`)");
    }
    let voice = Voice::new(opts.json);
    let traces = opts.outputs.begin(&board, &voice, policy.machine.trace_bytes());
    let traces = traces.map_err(|failure| signals.over(failure))?;
    signals.at_last(traces.last(board.exits()));
    let columns = terminal_columns();
    if opts.display == Some(When::Live) {
        display::watch(&board, columns, io::stderr().is_terminal());
    }

    let guest = |name: &String| RunOptions {
        args: std::iter::once(name).chain(&opts.args).cloned().collect(),
        seed: opts.seed,
        timeout: opts.timeout,
        real_time: opts.real_time,
        stop: Some(stop.clone()),
        log_level: opts.log.map(LogLevel::from),
        stdin: names.first() == Some(name),
    };
    let time = if board.has_hardware() { "time" } else { "simulated time" };
    let teller = Teller { voice: &voice, timeout: opts.timeout, time, signals: &signals };
    let all = match (programs.as_slice(), names.as_slice()) {
        ([program], [name]) => {
            vec![run::run(program, &mut board, &policy, &guest(name), voice.listener())?]
        }
        _ => {
            let listener =
                |(program, name)| Together { program, options: guest(name), listener: voice.listener_of(name) };
            let guests: Vec<_> = programs.iter().zip(&names).map(listener).collect();
            let tell = |number: usize, ended: &Ended| teller.of_several(names.get(number), ended);
            run::run_together(&guests, &mut board, &policy, &tell)?
        }
    };
    let at_ns = all.iter().map(|ended| ended.at_ns).max().unwrap_or_default();

    board.sim().end_trace();
    let finished = traces.finish(at_ns);
    let drawn = finished.and_then(|()| opts.outputs.draw(&board, &voice, at_ns));
    if opts.display.is_some() {
        for name in board.displays() {
            let picture = board.frame(name).map(|frame| screen::draw(&frame, columns)).unwrap_or_default();
            note(&format!("{name}\n{picture}\n"));
        }
    }
    board.unanswered(&policy).iter().for_each(|warning| failure::warn(warning));
    let (script, told) = scripts(&board, &voice, at_ns);
    let drawn = drawn.and(told);
    let status = all.iter().map(|ended| teller.status(&ended.exit)).find(|status| *status != 0).unwrap_or(script);
    // Its time is what a guest was given, and no fault: a trace of that time which is not all there is one.
    let is_well = matches!(status, 0 | status::TIMEOUT);
    // Several were told about when they ended.
    let told = if let [ended] = all.as_slice() { teller.of_one(ended) } else { Ok(()) };
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

/// Tells how the run differed from what scripted parts expect. Returns the status for that, and whether it could be told.
fn scripts(board: &Board, voice: &Voice, at_ns: u64) -> (u8, Result<(), Failure>) {
    let (mut status, mut told) = (0, Ok(()));
    for ScriptMismatch { part, message, lenient } in board.mismatches() {
        let style = Style::of_stderr();
        let word = if lenient { style.yellow("warning:") } else { style.red("error:") };
        note(&format!("{word} {part}: {message}\n"));
        let fields = json!({ "part": part, "message": message, "lenient": lenient });
        told = told.and(voice.event(at_ns, "script", fields).map_err(Failure::output));
        if !lenient {
            status = status::SCRIPT;
        }
    }
    (status, told)
}

/// Loads the components, which can all be run.
fn programs(components: &ComponentsArgs, policy: &Policy) -> Result<Vec<Program>, Failure> {
    let several = components.each().count() > 1;
    let load = |component: ComponentArgs| {
        let program = component.load(EngineOptions::of(policy))?;
        let named = |error| Failure::from(error).context(format!("cannot run {}", component.component.display()));
        program.check().map_err(|error| if several { named(error) } else { Failure::from(error) })?;
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
