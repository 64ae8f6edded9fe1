//! What a failed scenario leaves: it is played again, which gives the same, with everything written down.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use wasm_embedded_policy::escape;
use wasm_embedded_runtime::program::Program;
use wasm_embedded_runtime::trace::{Trace, VcdFormat};
use wasm_embedded_scenario::Scenario;
use wasm_embedded_scenario::condition::Stream;
use wasm_embedded_scenario::report::Failure;

use super::play::play;
use crate::screen;

/// How much of the time before and after a failure the waveform has, in nanoseconds.
const BEFORE_NS: u64 = 2_000_000_000;
const AFTER_NS: u64 = 1_000_000_000;

/// How much of what the guest says is kept.
const MOST_BYTES: usize = 4 << 20;

/// The folders that were given away.
#[derive(Default)]
pub(super) struct Folders(BTreeSet<PathBuf>);

impl Folders {
    /// Returns a folder for a scenario that no other has.
    pub(super) fn one(&mut self, folder: &Path, scenario: &Path) -> PathBuf {
        let stem = scenario.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let names = std::iter::once(stem.clone()).chain((2_u32..).map(|number| format!("{stem}-{number}")));
        let mut free = names.map(|name| folder.join(name)).filter(|path| !self.0.contains(path));
        let folder = free.next().unwrap_or_else(|| folder.join(stem));
        self.0.insert(folder.clone());
        folder
    }
}

/// Plays a scenario again that failed, and returns the files that it left.
pub(super) fn leave(scenario: &Scenario, program: &Program, failure: &Failure, folder: &Path) -> Vec<String> {
    match write(scenario, program, failure, folder) {
        Ok(files) => files,
        Err(error) => vec![format!("nothing: {}: {error}", folder.display())],
    }
}

fn write(scenario: &Scenario, program: &Program, failure: &Failure, folder: &Path) -> io::Result<Vec<String>> {
    fs::create_dir_all(folder)?;
    let mut files = Vec::new();
    let mut file = |name: &str| {
        let path = folder.join(name);
        files.push(path.display().to_string());
        File::create(path).map(BufWriter::new)
    };
    let (from_ns, until_ns) = (failure.at_ns.saturating_sub(BEFORE_NS), failure.at_ns.saturating_add(AFTER_NS));
    let trace = Trace::new(VcdFormat::between(file("failure.vcd")?, from_ns, until_ns));
    let said = Arc::new(Mutex::new(Vec::new()));
    let kept = said.clone();
    let (sink, pictures) = (trace.clone(), Arc::new(Mutex::new(Vec::new())));
    let shown = pictures.clone();
    let prepare = move |board: &wasm_embedded_runtime::board::Board| {
        board.sim().trace_to(Box::new(sink));
        let displays: Vec<_> =
            board.displays().into_iter().filter_map(|name| Some((name.to_owned(), board.part(name)?))).collect();
        // As they were when it failed, and not when the board was left.
        board.sim().schedule(failure.at_ns, move |stage| {
            let frames = displays.into_iter().filter_map(|(name, id)| Some((name, stage.picture(id)?)));
            shown.lock().unwrap_or_else(PoisonError::into_inner).extend(frames);
        });
    };
    let keep = move |(at_ns, stream, bytes): (u64, Stream, &[u8])| {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        line(&mut kept, at_ns, stream, bytes);
    };
    play(scenario, program, Some(until_ns), prepare, keep).map_err(io::Error::other)?;
    trace.finish(until_ns)?;
    let mut log = file("guest.log")?;
    log.write_all(&said.lock().unwrap_or_else(PoisonError::into_inner))?;
    log.flush()?;
    for (name, frame) in pictures.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        let mut picture = file(&format!("{name}.png"))?;
        screen::write_png(frame, &mut picture)?;
        picture.flush()?;
    }
    Ok(files)
}

/// Adds what the guest said, with its time and where it went.
fn line(kept: &mut Vec<u8>, at_ns: u64, stream: Stream, bytes: &[u8]) {
    if kept.len() > MOST_BYTES {
        return;
    }
    for text in String::from_utf8_lossy(bytes).lines() {
        let (us, name) = (at_ns / 1_000, stream.name());
        let text = format!("[{:5}.{:06}] {name:6} {}\n", us / 1_000_000, us % 1_000_000, escape::line(text));
        kept.extend_from_slice(text.as_bytes());
    }
}
