//! The trace as text, one event a line.

use std::io::{self, Write};

use wasm_embedded_sim::{Event, Topology};

use super::Format;

/// Writes events as lines such as `0.000027500 board > 0xd0 ack`.
#[derive(Debug)]
pub struct TextFormat<W>(W);

impl<W: Write> TextFormat<W> {
    /// Creates the text form over a writer, which should be buffered.
    pub fn new(out: W) -> TextFormat<W> {
        TextFormat(out)
    }
}

impl<W: Write + Send> Format for TextFormat<W> {
    fn event(&mut self, event: &Event, topology: &Topology) -> io::Result<()> {
        writeln!(self.0, "{}", event.text(topology))
    }

    fn topology(&mut self, _topology: &Topology) {}

    fn finish(&mut self, _end_ns: u64) -> io::Result<()> {
        self.0.flush()
    }
}
