//! `trace convert`: what happened on the wires, from the compact form to one that others read.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::json;

use super::apart::Files;
use super::failure::Failure;
use super::{json, status};
use wasm_embedded_policy::duration;
use wasm_embedded_runtime::output::outlet::{self, Outlet};
use wasm_embedded_runtime::trace::{Format, TextFormat, TraceFile, TraceFileError, VcdFormat};

/// Works with traces in the compact form, which `run --trace FILE.wet` writes
#[derive(Args)]
pub(super) struct Opts {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Convert(ConvertOpts),
}

/// Writes a trace as a VCD or as text: all of it, or what happened between two times
#[derive(Args)]
#[command(after_help = NOTES)]
struct ConvertOpts {
    /// The trace
    trace: PathBuf,

    /// Writes to this file: text if its name ends in .txt, and a VCD otherwise. `-` is text on the standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Begins at this time of the run, such as 90s or 1500ms [default: at its beginning]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    from: Option<Duration>,

    /// Ends at this time of the run [default: at its end]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    to: Option<Duration>,
}

const NOTES: &str = "\
A VCD begins with the levels that the wires have at `--from`. A trace whose run was killed has no end; what it has is converted.

Examples:
  wasm-embedded-rt run station.wasm --policy board.toml --trace day.wet --timeout 24h
  wasm-embedded-rt trace convert day.wet --from 36000s --to 36002s -o at-ten.vcd
  wasm-embedded-rt trace convert day.wet --from 36000s --to 36002s -o -

Exit status:
    0  success
   64  the command line is wrong
  119  a file cannot be read or written
  120  the file is damaged, or holds no trace in the compact form
  141  the reader of the output closed it";

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let Command::Convert(opts) = &opts.command;
    let ns = |time: Option<Duration>| time.map(|time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    let (from_ns, until_ns) = (ns(opts.from).unwrap_or(0), ns(opts.to).unwrap_or(u64::MAX));
    if from_ns > until_ns {
        return Err(Failure::new(status::USAGE, "`--from` is after `--to`"));
    }
    let mut files = Files::new();
    files.read("the trace", &opts.trace);
    let is_stdout = opts.output.as_os_str() == "-";
    if is_stdout && json::is_on() {
        let both = "`--json` and `--output -` both write to the standard output: give `--output` a file";
        return Err(Failure::new(status::USAGE, both));
    }
    if !is_stdout {
        files.written("--output", &opts.output)?;
    }
    let name = opts.trace.display().to_string();
    let file = File::open(&opts.trace).map_err(|error| Failure::file(format!("cannot read {name}"), error))?;
    let mut trace = TraceFile::open(BufReader::new(file)).map_err(|error| failure(&opts.trace, error))?;
    if let Some(from_ns) = Some(from_ns).filter(|&from_ns| from_ns > trace.end_ns().unwrap_or(trace.last_ns())) {
        let end = Duration::from_nanos(trace.end_ns().unwrap_or(trace.last_ns()));
        let message = format!("{name} ends at {end:?}, and `--from` is {:?}", Duration::from_nanos(from_ns));
        return Err(Failure::new(status::USAGE, message));
    }
    if is_stdout {
        let out = BufWriter::new(outlet::stdout().clone());
        return convert(&mut trace, TextFormat::between(out, from_ns, until_ns), (from_ns, until_ns), opts, &name);
    }
    let unwritten = |error| Failure::file(format!("cannot write {}", opts.output.display()), error);
    let out = BufWriter::new(Outlet::create(&opts.output).map_err(unwritten)?);
    if opts.output.extension().is_some_and(|extension| extension == "txt") {
        convert(&mut trace, TextFormat::between(out, from_ns, until_ns), (from_ns, until_ns), opts, &name)
    } else {
        convert(&mut trace, VcdFormat::between(out, from_ns, until_ns), (from_ns, until_ns), opts, &name)
    }
}

fn convert(
    trace: &mut TraceFile<BufReader<File>>,
    format: impl Format,
    (from_ns, until_ns): (u64, u64),
    opts: &ConvertOpts,
    name: &str,
) -> Result<u8, Failure> {
    let mut format = format;
    trace.replay(&mut format, from_ns, until_ns).map_err(|error| match error {
        TraceFileError::Io(error) if opts.output.as_os_str() == "-" => Failure::output(error),
        TraceFileError::Io(error) => {
            Failure::file(format!("cannot convert {name} to {}", opts.output.display()), error)
        }
        error => failure(&opts.trace, error),
    })?;
    if trace.end_ns().is_none() {
        super::failure::warn(&format!("{name} has no end: its run was killed, or still goes on"));
    }
    if opts.output.as_os_str() != "-" {
        json::answer("trace-convert", json!({ "file": opts.output.display().to_string() }), "")?;
    }
    Ok(0)
}

fn failure(path: &Path, error: TraceFileError) -> Failure {
    match error {
        TraceFileError::Io(error) => Failure::file(format!("cannot read {}", path.display()), error),
        error => Failure::new(status::POLICY, error).context(format!("cannot convert {}", path.display())),
    }
}
