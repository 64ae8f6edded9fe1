//! What an access costs whose wires are traced, by the form of the trace, in accesses that nobody watches.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use embedded_hal::i2c::I2c as _;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use wasm_embedded_runtime::trace::{Beside, CompactFile, Recorder, TakeBlocks, TextFormat, VcdFormat};
use wasm_embedded_sim::{Sim, SimI2c};
use wasmtime::Result;
use wasmtime::error::Context as _;

use crate::figure::{Figure, cpu_ns};
use crate::parts::Registers;

/// How many runs a figure is the median of.
const RUNS: u32 = 7;
const ADDRESS: u8 = 0x48;

/// The forms of a trace.
const FORMS: [&str; 4] = ["none", "compact", "text", "VCD"];

/// What an access costs.
#[derive(Debug)]
pub(crate) struct Traced {
    pub(crate) form: &'static str,
    /// In nanoseconds of CPU: of the thread that makes the access, and of all.
    pub(crate) own: Figure,
    pub(crate) all: Figure,
    /// Bytes that are written for it.
    pub(crate) bytes: u64,
}

impl Traced {
    pub(crate) fn to_json(&self) -> Value {
        json!({ "traced": self.form, "ns": self.own.to_json(), "all_ns": self.all.to_json(), "bytes": self.bytes })
    }
}

/// Measures all forms in turn. `quick` is for tests: the figures mean nothing.
pub(crate) fn measure(quick: bool) -> Result<Vec<Traced>> {
    let calls = if quick { 10 } else { 100_000 };
    let mut forms = FORMS.map(|form| (form, Vec::new(), Vec::new(), 0));
    for _ in 0..if quick { 1 } else { RUNS } {
        for (form, own, all, bytes) in &mut forms {
            let began = process_ns();
            let (ns, written) = run(form, calls)?;
            own.push(ns / f64::from(calls));
            all.push((process_ns() - began) / f64::from(calls));
            *bytes = written / u64::from(calls);
        }
    }
    let traced = |(form, own, all, bytes)| Traced { form, own: Figure::of(own), all: Figure::of(all), bytes };
    Ok(forms.into_iter().map(traced).collect())
}

/// Makes so many accesses, and returns the time of this thread and the bytes that were written.
fn run(form: &str, calls: u32) -> Result<(f64, u64)> {
    let counted = Counted::default();
    let takes: Option<Box<dyn TakeBlocks>> = match form {
        "compact" => Some(Box::new(CompactFile::new(counted.clone()))),
        "text" => Some(Box::new(Beside::new(TextFormat::new(buffered(&counted)), |_, _| ())?)),
        "VCD" => Some(Box::new(Beside::new(VcdFormat::new(buffered(&counted)), |_, _| ())?)),
        _ => None,
    };
    let sim = Sim::new();
    let bus = sim.i2c_bus("i2c", 400_000);
    sim.add_i2c(bus, Registers::at(ADDRESS));
    let recording = takes.map(|takes| {
        let recorder = Recorder::boxed(takes, |_, _| ());
        let recording = recorder.recording();
        sim.trace_to(Box::new(recorder));
        recording
    });
    let mut controller = sim.i2c(bus);
    let (ns, ()) = cpu_ns(|| (0..calls).try_for_each(|_| access(&mut controller)))?;
    sim.end_trace();
    if let Some(recording) = recording {
        recording.finish(sim.now_ns())?;
    }
    let bytes = *counted.0.lock().unwrap_or_else(PoisonError::into_inner);
    Ok((ns, bytes))
}

fn buffered(counted: &Counted) -> io::BufWriter<Counted> {
    io::BufWriter::with_capacity(64 << 10, counted.clone())
}

fn access(bus: &mut SimI2c) -> Result<()> {
    bus.write_read(ADDRESS, &[0], &mut [0; 8]).context("the part answers")
}

/// Returns the CPU time of all threads so far, in nanoseconds.
fn process_ns() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let nanos = u32::try_from(time.tv_nsec).unwrap_or_default();
    std::time::Duration::new(time.tv_sec.unsigned_abs(), nanos).as_secs_f64() * 1e9
}

/// Counts what is written, and keeps nothing of it. Clones share the count.
#[derive(Clone, Debug, Default)]
struct Counted(Arc<Mutex<u64>>);

impl io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut count = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *count += u64::try_from(bytes.len()).unwrap_or_default();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
