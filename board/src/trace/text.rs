//! The trace as text, one event a line.

use std::io::{self, Write};

use wasm_embedded_sim::{Event, Topology};

use super::Format;

/// Writes events as lines such as `0.000027500 board > 0xd0 ack`.
#[derive(Debug)]
pub struct TextFormat<W> {
    out: W,
    /// The times of the first and the last event that is written.
    window: (u64, u64),
}

impl<W: Write> TextFormat<W> {
    /// Creates the text form over a writer, which should be buffered.
    pub fn new(out: W) -> TextFormat<W> {
        TextFormat::between(out, 0, u64::MAX)
    }

    /// Creates the text form of what begins between two virtual times in nanoseconds.
    pub fn between(out: W, from_ns: u64, until_ns: u64) -> TextFormat<W> {
        TextFormat { out, window: (from_ns, until_ns) }
    }
}

impl<W: Write + Send> Format for TextFormat<W> {
    fn event(&mut self, event: &Event, topology: &Topology) -> io::Result<()> {
        let (from_ns, until_ns) = self.window;
        if !(from_ns..=until_ns).contains(&event.at_ns) {
            return Ok(());
        }
        writeln!(self.out, "{}", event.text(topology))
    }

    fn topology(&mut self, _topology: &Topology) {}

    fn finish(&mut self, _end_ns: u64) -> io::Result<()> {
        self.out.flush()
    }
}
