//! The files that a run leaves behind.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clap::Args;
use serde_json::json;

use super::output_format::{EventsFormat, OutputFormat};
use crate::cli::apart::Files;
use crate::cli::failure::{self, Failure};
use crate::cli::status;
use crate::screen;
use wasm_embedded_runtime::board::{Board, Exits};
use wasm_embedded_runtime::output::outlet::{self, Outlet};
use wasm_embedded_runtime::trace::{Beside, Capped, CompactFile, Format, Recorder, TextFormat, Trace, VcdFormat};

/// What the name of a trace in the compact form ends in.
const COMPACT: &str = "wet";

/// How far a file is behind that another thread writes: 1 s of virtual time, and what its buffer takes.
const BEHIND_NS: u64 = 1_000_000_000;

/// Traces and pictures.
#[derive(Args)]
pub(in crate::cli) struct Outputs {
    /// Writes the signals on the wires to a VCD file, for PulseView, GTKWave and sigrok-cli. Its time unit is 1 ns: give sigrok the
    /// option `downsample=1000`, or it takes very long to decode a long trace. A name that ends in .wet gets the compact form, for long
    /// runs: `trace convert` makes a VCD or text of any part of it
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,

    /// Writes the events on the wires as text, one per line [default: to the standard error]
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    trace_text: Option<PathBuf>,

    /// Writes a picture of a display at the end; NAME is its `name` in the policy (default: ssd1306)
    #[arg(long, value_name = "NAME=FILE.png")]
    screenshot: Vec<Screenshot>,
}

/// Which display goes to which file.
#[derive(Clone)]
struct Screenshot {
    display: String,
    file: PathBuf,
}

impl FromStr for Screenshot {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Screenshot, &'static str> {
        match text.split_once('=') {
            Some((display, file)) if !display.is_empty() && !file.is_empty() => {
                Ok(Screenshot { display: display.to_owned(), file: PathBuf::from(file) })
            }
            _ => Err("write NAME=FILE.png"),
        }
    }
}

/// The traces of a run that has begun: where each goes, and what writes the rest of it up to a time.
pub(in crate::cli) struct Traces(Arc<Mutex<Vec<Finish>>>);

type Finish = (PathBuf, Box<dyn Fn(u64) -> io::Result<()> + Send>);

impl Outputs {
    /// Checks that the displays are there.
    pub(in crate::cli) fn check(&self, board: &Board) -> Result<(), Failure> {
        let displays = board.displays();
        match self.screenshot.iter().find(|wanted| !displays.contains(&wanted.display.as_str())) {
            Some(wanted) => {
                let advice = match displays.as_slice() {
                    [] => "it has no display".to_owned(),
                    displays => format!("its displays: {}", displays.join(", ")),
                };
                let message = format!("the board has no display `{}`; {advice}", wanted.display);
                Err(Failure::new(status::USAGE, message))
            }
            None => Ok(()),
        }
    }

    /// Checks that every file is one of its own.
    pub(in crate::cli) fn check_files(&self, files: &mut Files) -> Result<(), Failure> {
        if let Some(path) = &self.trace {
            files.written("--trace", path)?;
        }
        if let Some(path) = self.trace_text.as_ref().filter(|path| path.as_os_str() != "-") {
            files.written("--trace-text", path)?;
        }
        self.screenshot.iter().try_for_each(|picture| files.written("--screenshot", &picture.file))
    }

    /// Creates the files of the traces and begins to write them.
    pub(in crate::cli) fn begin(
        &self,
        board: &Board,
        output_format: &OutputFormat,
        trace_bytes: u64,
    ) -> Result<Traces, Failure> {
        let traces = Traces(Arc::default());
        let create = |path| {
            let out = create(path)?;
            Ok::<_, Failure>((out.get_ref().is_file(), Capped::new(out, trace_bytes)))
        };
        if let Some(path) = &self.trace {
            if path.extension().is_some_and(|extension| extension == COMPACT) {
                traces.record(board, path, Recorder::new(CompactFile::new(create(path)?.1), tell(path, output_format)));
            } else {
                let (is_file, out) = create(path)?;
                traces.write(board, path, output_format, (is_file, VcdFormat::new(out)))?;
            }
        }
        match (&self.trace_text, output_format) {
            (None, _) => {}
            (Some(path), OutputFormat::Console) if path.as_os_str() == "-" => {
                traces.add(
                    board,
                    path,
                    output_format,
                    TextFormat::new(Capped::new(outlet::stderr().clone(), trace_bytes)),
                );
            }
            (Some(path), OutputFormat::Json(_)) if path.as_os_str() == "-" => {
                traces.add(board, path, output_format, EventsFormat::new(output_format.clone(), trace_bytes));
            }
            (Some(path), _) => {
                let (is_file, out) = create(path)?;
                traces.write(board, path, output_format, (is_file, TextFormat::new(out)))?;
            }
        }
        Ok(traces)
    }

    /// Writes the pictures.
    pub(in crate::cli) fn draw(&self, board: &Board, output_format: &OutputFormat, at_ns: u64) -> Result<(), Failure> {
        for Screenshot { display, file } in &self.screenshot {
            let Some(frame) = board.frame(display) else { continue };
            let mut out = create(file)?;
            let written = screen::write_png(&frame, &mut out).and_then(|()| out.flush());
            written.map_err(|error| unwritten(file, error))?;
            let fields = json!({ "device": display, "file": file.display().to_string() });
            output_format.event(at_ns, "screenshot", fields).map_err(Failure::output)?;
        }
        Ok(())
    }
}

impl Traces {
    /// Adds a trace that the guest's thread writes, so that it is never behind: one that somebody reads along.
    fn add<F: Format + 'static>(&self, board: &Board, path: &Path, output_format: &OutputFormat, format: F) {
        let trace = Trace::telling(format, tell(path, output_format));
        board.sim().trace_to(Box::new(trace.clone()));
        lock(&self.0).push((path.to_owned(), Box::new(move |end_ns| trace.finish(end_ns))));
    }

    /// Adds a trace whose events are kept in blocks.
    fn record(&self, board: &Board, path: &Path, recorder: Recorder) {
        let recording = recorder.recording();
        board.sim().trace_to(Box::new(recorder));
        lock(&self.0).push((path.to_owned(), Box::new(move |end_ns| recording.finish(end_ns))));
    }

    /// Adds a trace in a file. Another thread writes it, unless that is a FIFO or a device: the guest waits for who reads those.
    fn write<F: Format + 'static>(
        &self,
        board: &Board,
        path: &Path,
        output_format: &OutputFormat,
        (is_file, format): (bool, F),
    ) -> Result<(), Failure> {
        if !is_file {
            self.add(board, path, output_format, format);
            return Ok(());
        }
        let beside = Beside::new(format, tell(path, output_format)).map_err(|error| unwritten(path, error))?;
        // The thread has told already.
        self.record(board, path, Recorder::new(beside, |_, _| ()).within(BEHIND_NS));
        Ok(())
    }

    /// Returns what writes what is left when nobody can be waited for: as far as those who write now let it.
    pub(in crate::cli) fn last(&self, exits: Exits) -> impl FnOnce() + Send + 'static {
        let finishes = self.0.clone();
        move || {
            let Some((at_ns, sinks)) = exits.end_trace() else { return };
            // They hand on what they have.
            drop(sinks);
            for (_, finish) in take(&finishes) {
                // Nobody is left to tell.
                let _ = finish(at_ns);
            }
        }
    }

    /// Writes what is left.
    pub(in crate::cli) fn finish(self, end_ns: u64) -> Result<(), Failure> {
        // One that cannot be written is no reason to leave out the others.
        let mut results = Vec::new();
        for (path, finish) in take(&self.0) {
            results.push(finish(end_ns).map_err(|error| unwritten(&path, error)));
        }
        results.into_iter().collect()
    }
}

/// Returns what tells that a file of a trace cannot be written: when it happens, and not when the guest has ended, which may be in a year.
fn tell(path: &Path, output_format: &OutputFormat) -> impl FnMut(u64, &io::Error) + Send + 'static {
    let (name, output_format) = (path.to_owned(), output_format.clone());
    move |at_ns, error| {
        if name.as_os_str() == "-" {
            return;
        }
        let message = format!("cannot write {}, and this trace ends here: {error}", name.display());
        match &output_format {
            OutputFormat::Console => failure::warn(&message),
            OutputFormat::Json(_) => {
                let fields = json!({ "file": name.display().to_string(), "message": message });
                // A guest whose events nobody takes is stopped by what it says itself.
                let _ = output_format.event(at_ns, "unwritten", fields);
            }
        }
    }
}

fn lock(finishes: &Mutex<Vec<Finish>>) -> MutexGuard<'_, Vec<Finish>> {
    finishes.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes what is to be finished, which is once.
fn take(finishes: &Mutex<Vec<Finish>>) -> Vec<Finish> {
    std::mem::take(&mut *lock(finishes))
}

fn create(path: &Path) -> Result<BufWriter<Outlet>, Failure> {
    Outlet::create(path).map(BufWriter::new).map_err(|error| unwritten(path, error))
}

fn unwritten(path: &Path, error: io::Error) -> Failure {
    match (path.as_os_str() == "-", error.kind()) {
        (true, _) => Failure::output(error),
        (false, _) => Failure::file(format!("cannot write {}", path.display()), error),
    }
}
