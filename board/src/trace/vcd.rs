//! The trace as a value change dump, IEEE 1364-2005 chapter 18, one signal a wire.

use std::fmt;
use std::io::{self, Write};

use vcd::{IdCode, SimulationCommand, TimescaleUnit, Value, Writer};
use wasm_embedded_sim::{Change, Event, Level, Topology, Wave};

use super::Format;

/// How long the dump goes on after the last edge, in nanoseconds: ten samples at one a microsecond.
const TAIL_NS: u64 = 10_000;

/// When the first edges are written that happen as the board begins, in nanoseconds. Readers take what the dump says of one time
/// for the level at that time, so an edge at the time of the initial levels would be none.
const FIRST_EDGE_NS: u64 = 1;

/// Writes changes of single wires, with a resolution of one nanosecond; edges at time 0 are at 1 ns. [`Wave`] says how the signals are called.
pub struct VcdFormat<W: Write> {
    out: Writer<W>,
    /// The wires, once they are known: with the first event.
    wave: Option<Wave>,
    codes: Vec<IdCode>,
    topology: Topology,
    /// The time that was last written.
    at_ns: Option<u64>,
}

impl<W: Write> VcdFormat<W> {
    /// Creates the dump over a writer, which should be buffered.
    pub fn new(out: W) -> VcdFormat<W> {
        let (topology, codes) = (Topology::default(), Vec::new());
        VcdFormat { out: Writer::new(out), wave: None, codes, topology, at_ns: None }
    }

    /// Returns the wires, after the header is written.
    fn begin(&mut self) -> io::Result<Wave> {
        if let Some(wave) = self.wave.take() {
            return Ok(wave);
        }
        let wave = Wave::new(&self.topology);
        // No date: two runs of one program give the same file.
        self.out.version(concat!("wasm-embedded-rt ", env!("CARGO_PKG_VERSION")))?;
        self.out.timescale(1, TimescaleUnit::NS)?;
        self.out.add_module("board")?;
        for signal in wave.signals() {
            let code = self.out.add_wire(1, &signal.name)?;
            self.codes.push(code);
        }
        self.out.upscope()?;
        self.out.enddefinitions()?;
        self.timestamp(0)?;
        self.out.begin(SimulationCommand::Dumpvars)?;
        for (code, signal) in self.codes.iter().zip(wave.signals()) {
            self.out.change_scalar(*code, value(signal.initial))?;
        }
        self.out.end()?;
        Ok(wave)
    }

    fn timestamp(&mut self, at_ns: u64) -> io::Result<()> {
        if self.at_ns != Some(at_ns) {
            self.at_ns = Some(at_ns);
            self.out.timestamp(at_ns)?;
        }
        Ok(())
    }

    fn write(&mut self, changes: &[Change]) -> io::Result<()> {
        for change in changes {
            if let Some(&code) = self.codes.get(change.signal) {
                self.timestamp(change.at_ns.max(FIRST_EDGE_NS))?;
                self.out.change_scalar(code, value(change.level))?;
            }
        }
        Ok(())
    }
}

impl<W: Write + Send> Format for VcdFormat<W> {
    fn event(&mut self, event: &Event, _topology: &Topology) -> io::Result<()> {
        let mut wave = self.begin()?;
        let mut changes = Vec::new();
        wave.event(event, &mut |change| changes.push(change));
        self.wave = Some(wave);
        self.write(&changes)
    }

    fn topology(&mut self, topology: &Topology) {
        self.topology = topology.clone();
    }

    fn finish(&mut self, end_ns: u64) -> io::Result<()> {
        let mut wave = self.begin()?;
        let mut changes = Vec::new();
        wave.until(end_ns, &mut |change| changes.push(change));
        wave.finish(&mut |change| changes.push(change));
        self.write(&changes)?;
        // A decoder that samples sees the last edges only if the file goes on after them.
        let last_ns = self.at_ns.unwrap_or_default().max(end_ns);
        self.timestamp(last_ns.saturating_add(TAIL_NS))?;
        self.out.flush()
    }
}

impl<W: Write> fmt::Debug for VcdFormat<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VcdFormat").field("wave", &self.wave).field("at_ns", &self.at_ns).finish_non_exhaustive()
    }
}

fn value(level: Level) -> Value {
    match level {
        Level::Low => Value::V0,
        Level::High => Value::V1,
    }
}
