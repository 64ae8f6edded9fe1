//! The trace as a value change dump, IEEE 1364-2005 chapter 18, one signal a wire.

use std::fmt;
use std::io::{self, Write};

use vcd::{SimulationCommand, TimescaleUnit, Writer};
use wasm_embedded_sim::{Change, Event, Level, Run, Topology, Wave};

use super::Format;

/// How long the dump goes on after the last edge, in nanoseconds: ten samples at one a microsecond.
const TAIL_NS: u64 = 10_000;

/// How much text is given to the writer at once.
const GIVEN_BYTES: usize = 16 << 10;

/// When the first edges are written that happen as the board begins, in nanoseconds. Readers take what the dump says of one time
/// for the level at that time, so an edge at the time of the initial levels would be none. The time counts from that of the levels.
const FIRST_EDGE_NS: u64 = 1;

/// Writes changes of single wires, with a resolution of one nanosecond; edges at time 0 are at 1 ns. [`Wave`] says how the signals are called.
pub struct VcdFormat<W: Write> {
    out: Writer<W>,
    /// The wires, once they are known: with the first event.
    wave: Option<Wave>,
    /// What is written when a wire changes: to low, and to high.
    lines: Vec<[Vec<u8>; 2]>,
    /// Changes, between the wave and the file.
    changes: Vec<Change>,
    /// What is still to be given to the writer.
    text: Vec<u8>,
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
            lines: Vec::new(),
            changes: Vec::new(),
            text: Vec::new(),
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
            self.lines.push(["0", "1"].map(|level| format!("{level}{code}\n").into_bytes()));
        }
        self.out.upscope()?;
        self.out.enddefinitions()?;
        self.timestamp(self.window.0);
        self.give()?;
        self.out.begin(SimulationCommand::Dumpvars)?;
        for (lines, (level, _)) in self.lines.iter().zip(&self.levels) {
            self.text.extend_from_slice(line(lines, *level));
        }
        self.give()?;
        self.out.end()
    }

    #[inline]
    fn timestamp(&mut self, at_ns: u64) {
        if self.at_ns != Some(at_ns) {
            self.at_ns = Some(at_ns);
            self.text.push(b'#');
            self.text.extend_from_slice(itoa::Buffer::new().format(at_ns).as_bytes());
            self.text.push(b'\n');
        }
    }

    /// Gives the text to the writer.
    fn give(&mut self) -> io::Result<()> {
        self.out.writer().write_all(&self.text)?;
        self.text.clear();
        Ok(())
    }

    /// Writes the changes up to now.
    fn write(&mut self, wave: &Wave) -> io::Result<()> {
        let (from_ns, until_ns) = self.window;
        let changes = std::mem::take(&mut self.changes);
        for change in changes.iter().filter(|change| change.at_ns <= until_ns) {
            if change.at_ns < from_ns {
                if let Some((level, _)) = self.levels.get_mut(change.signal) {
                    *level = change.level;
                }
                continue;
            }
            self.begin(wave)?;
            let Some((_, last_ns)) = self.levels.get_mut(change.signal) else { continue };
            // Readers take the first of two changes at one time, or the last: the second of them comes a nanosecond later.
            let earliest_ns =
                last_ns.map_or(from_ns.saturating_add(FIRST_EDGE_NS), |last_ns| last_ns.saturating_add(1));
            let at_ns = change.at_ns.max(earliest_ns).max(self.at_ns.unwrap_or_default());
            *last_ns = Some(at_ns);
            self.timestamp(at_ns);
            if let Some(lines) = self.lines.get(change.signal) {
                self.text.extend_from_slice(line(lines, change.level));
            }
        }
        self.changes = changes;
        self.changes.clear();
        if self.text.len() >= GIVEN_BYTES { self.give() } else { Ok(()) }
    }

    fn events(&mut self, events: impl Iterator<Item = Event>) -> io::Result<()> {
        let mut wave = self.take_wave();
        for event in events {
            wave.event(&event, &mut |change| self.changes.push(change));
        }
        let written = self.write(&wave);
        self.wave = Some(wave);
        written
    }
}

impl<W: Write + Send> Format for VcdFormat<W> {
    fn event(&mut self, event: &Event, _topology: &Topology) -> io::Result<()> {
        self.events(std::iter::once(*event))
    }

    fn run(&mut self, run: &Run<'_>, _topology: &Topology) -> io::Result<()> {
        self.events(run.events())
    }

    fn topology(&mut self, topology: &Topology) {
        self.topology = topology.clone();
    }

    fn finish(&mut self, end_ns: u64) -> io::Result<()> {
        let mut wave = self.take_wave();
        wave.until(end_ns, &mut |change| self.changes.push(change));
        wave.finish(&mut |change| self.changes.push(change));
        self.write(&wave)?;
        self.begin(&wave)?;
        // A decoder that samples sees the last edges only if the file goes on after them.
        let last_ns = self.at_ns.unwrap_or_default().max(end_ns.min(self.window.1));
        self.timestamp(last_ns.saturating_add(TAIL_NS));
        self.give()?;
        self.out.flush()
    }
}

impl<W: Write> fmt::Debug for VcdFormat<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VcdFormat").field("wave", &self.wave).field("at_ns", &self.at_ns).finish_non_exhaustive()
    }
}

/// Returns the line that says that a wire has a level.
fn line(lines: &[Vec<u8>; 2], level: Level) -> &[u8] {
    let [low, high] = lines;
    match level {
        Level::Low => low,
        Level::High => high,
    }
}
