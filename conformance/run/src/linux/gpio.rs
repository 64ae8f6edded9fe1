//! The lines of a GPIO chip. <https://docs.kernel.org/userspace-api/gpio/chardev.html>

use std::thread;
use std::time::{Duration, Instant};

use embedded_hal::digital::PinState;
use wasm_embedded_conformance::What;
use wasm_embedded_linux::{ChipInfo, Direction, Edge, Errno, LineFile, LineInfo, LineRequest};

use super::kernel::Played;
use super::serial;

/// The chip's file.
pub(super) const CHIP: &str = "/dev/gpiochip0";

/// The lines by offset, and the level that something else gives them, if it does.
const LINES: [(&str, Option<bool>); 11] = [
    ("OUT", None),
    ("UP", None),
    ("NOUT", None),
    ("IO", None),
    ("HELD", Some(false)),
    ("INHIGH", Some(true)),
    ("INLOW", Some(false)),
    ("NHIGH", Some(true)),
    ("NLOW", Some(false)),
    ("LOOP", None),
    ("NLOOP", None),
];

/// The line that `LOOP` and `NLOOP` are wired to.
const OUT: usize = 0;

/// The first line that is wired to it.
const FIRST_LOOP: usize = 9;

/// How often a line that waits for an edge looks for one.
const LOOK: Duration = Duration::from_micros(200);

/// The levels that requests gave the lines.
#[derive(Default)]
pub(super) struct Lines {
    driven: [bool; LINES.len()],
    /// The edges of `OUT`.
    edges: Vec<Edge>,
}

/// A requested line.
#[derive(Debug)]
pub(super) struct Line {
    kernel: Played,
    offset: usize,
    output: bool,
    /// How many edges have been told, from the moment that they were asked for.
    told: usize,
}

/// Describes the chip.
pub(super) fn chip() -> ChipInfo {
    let line = |(name, _): (&str, _)| LineInfo { name: name.to_owned(), output: false, holder: None };
    ChipInfo { name: "gpiochip0".to_owned(), label: "pinctrl-played".to_owned(), lines: LINES.map(line).to_vec() }
}

/// Requests a line, which an output is driven from.
pub(super) fn request(kernel: &Played, request: &LineRequest) -> Result<Line, Errno> {
    let offset = usize::try_from(request.offset).map_err(|_| Errno::INVAL)?;
    let output = request.direction != Direction::Input;
    let mut line = Line { kernel: kernel.clone(), offset, output, told: 0 };
    if output {
        line.set(request.initial == PinState::High)?;
    }
    Ok(line)
}

impl LineFile for Line {
    fn set(&mut self, high: bool) -> Result<(), Errno> {
        let (true, Some((name, _))) = (self.output, LINES.get(self.offset)) else { return Err(Errno::PERM) };
        let mut state = self.kernel.state();
        state.clock.hold(true);
        serial::drain(&mut state);
        let at = state.clock.now();
        if let Some(driven) = state.lines.driven.get_mut(self.offset) {
            let is_edge = *driven != high;
            *driven = high;
            if self.offset == OUT && is_edge {
                let number = u32::try_from(state.lines.edges.len()).unwrap_or(u32::MAX).saturating_add(1);
                state.lines.edges.push(Edge { rising: high, at, number });
            }
        }
        state.event(name, What::Level { high });
        state.clock.hold(false);
        Ok(())
    }

    fn get(&mut self) -> Result<bool, Errno> {
        let (_, outside) = LINES.get(self.offset).ok_or(Errno::INVAL)?;
        let wired_to = if self.offset < FIRST_LOOP { self.offset } else { OUT };
        let driven = self.kernel.state().lines.driven.get(wired_to).copied();
        outside.or(driven).ok_or(Errno::INVAL)
    }

    fn wait(&mut self, timeout: Duration) -> Result<Option<Edge>, Errno> {
        let began = Instant::now();
        loop {
            let edge = self.kernel.state().lines.edges.get(self.told).copied();
            if edge.is_some() || began.elapsed() >= timeout {
                self.told += usize::from(edge.is_some());
                return Ok(edge);
            }
            thread::sleep(LOOK);
        }
    }

    fn report_edges(&mut self) -> Result<Box<dyn LineFile>, Errno> {
        if self.offset < FIRST_LOOP {
            return Err(Errno::INVAL);
        }
        let told = self.kernel.state().lines.edges.len();
        Ok(Box::new(Line { kernel: self.kernel.clone(), told, ..*self }))
    }
}
