//! The trace as a value change dump, IEEE 1364-2005 chapter 18, one signal a wire.

use std::fmt;
use std::io::{self, Write};

use vcd::{IdCode, SimulationCommand, TimescaleUnit, Value, Writer};
use wasm_embedded_sim::{Change, Event, Level, Topology, Wave};

use super::Format;

/// How long the dump goes on after the last edge, in nanoseconds: ten samples at one a microsecond.
const TAIL_NS: u64 = 10_000;

/// When the first edges are written that happen as the board begins, in nanoseconds. Readers take what the dump says of one time
/// for the level at that time, so an edge at the time of the initial levels would be none. The time counts from that of the levels.
const FIRST_EDGE_NS: u64 = 1;

/// Writes changes of single wires, with a resolution of one nanosecond; edges at time 0 are at 1 ns. [`Wave`] says how the signals are called.
pub struct VcdFormat<W: Write> {
    out: Writer<W>,
    /// The wires, once they are known: with the first event.
    wave: Option<Wave>,
    codes: Vec<IdCode>,
    topology: Topology,
    /// The level of each wire, and when it was last written.
    levels: Vec<(Level, Option<u64>)>,
    /// The time of the initial levels, and the last one of an edge.
    window: (u64, u64),
    /// Whether the header is written.
    has_begun: bool,
    /// The time that was last written.
    at_ns: Option<u64>,
}

impl<W: Write> VcdFormat<W> {
    /// Creates the dump over a writer, which should be buffered.
    pub fn new(out: W) -> VcdFormat<W> {
        VcdFormat::between(out, 0, u64::MAX)
    }

    /// Creates a dump of what happens between two virtual times in nanoseconds. It begins with the levels at the first of them.
    pub fn between(out: W, from_ns: u64, until_ns: u64) -> VcdFormat<W> {
        VcdFormat {
            out: Writer::new(out),
            wave: None,
            codes: Vec::new(),
            topology: Topology::default(),
            levels: Vec::new(),
            window: (from_ns, until_ns),
            has_begun: false,
            at_ns: None,
        }
    }

    fn take_wave(&mut self) -> Wave {
        self.wave.take().unwrap_or_else(|| {
            let wave = Wave::new(&self.topology);
            self.levels = wave.signals().iter().map(|signal| (signal.initial, None)).collect();
            wave
        })
    }

    /// Writes the header, and the levels at the beginning.
    fn begin(&mut self, wave: &Wave) -> io::Result<()> {
        if std::mem::replace(&mut self.has_begun, true) {
            return Ok(());
        }
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
        self.timestamp(self.window.0)?;
        self.out.begin(SimulationCommand::Dumpvars)?;
        for (code, (level, _)) in self.codes.iter().zip(&self.levels) {
            self.out.change_scalar(*code, value(*level))?;
        }
        self.out.end()?;
        Ok(())
    }

    fn timestamp(&mut self, at_ns: u64) -> io::Result<()> {
        if self.at_ns != Some(at_ns) {
            self.at_ns = Some(at_ns);
            self.out.timestamp(at_ns)?;
        }
        Ok(())
    }

    fn write(&mut self, wave: &Wave, changes: &[Change]) -> io::Result<()> {
        let (from_ns, until_ns) = self.window;
        for change in changes.iter().filter(|change| change.at_ns <= until_ns) {
            if change.at_ns < from_ns {
                if let Some((level, _)) = self.levels.get_mut(change.signal) {
                    *level = change.level;
                }
                continue;
            }
            self.begin(wave)?;
            let (Some(&code), Some((_, last_ns))) = (self.codes.get(change.signal), self.levels.get_mut(change.signal))
            else {
                continue;
            };
            // Readers take the first of two changes at one time, or the last: the second of them comes a nanosecond later.
            let earliest_ns =
                last_ns.map_or(from_ns.saturating_add(FIRST_EDGE_NS), |last_ns| last_ns.saturating_add(1));
            let at_ns = change.at_ns.max(earliest_ns).max(self.at_ns.unwrap_or_default());
            *last_ns = Some(at_ns);
            self.timestamp(at_ns)?;
            self.out.change_scalar(code, value(change.level))?;
        }
        Ok(())
    }
}

impl<W: Write + Send> Format for VcdFormat<W> {
    fn event(&mut self, event: &Event, _topology: &Topology) -> io::Result<()> {
        let mut wave = self.take_wave();
        let mut changes = Vec::new();
        wave.event(event, &mut |change| changes.push(change));
        let written = self.write(&wave, &changes);
        self.wave = Some(wave);
        written
    }

    fn topology(&mut self, topology: &Topology) {
        self.topology = topology.clone();
    }

    fn finish(&mut self, end_ns: u64) -> io::Result<()> {
        let mut wave = self.take_wave();
        let mut changes = Vec::new();
        wave.until(end_ns, &mut |change| changes.push(change));
        wave.finish(&mut |change| changes.push(change));
        self.write(&wave, &changes)?;
        self.begin(&wave)?;
        // A decoder that samples sees the last edges only if the file goes on after them.
        let last_ns = self.at_ns.unwrap_or_default().max(end_ns.min(self.window.1));
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
