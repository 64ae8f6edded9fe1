//! The lines of a GPIO chip. <https://docs.kernel.org/userspace-api/gpio/chardev.html>

use std::time::Duration;

use wasm_embedded_conformance::What;
use wasm_embedded_host::digital::Level;
use wasm_embedded_rt::linux::{ChipInfo, Direction, Edge, Errno, LineFile, LineInfo, LineRequest};

use super::kernel::Played;

/// The chip's file.
pub(super) const CHIP: &str = "/dev/gpiochip0";

/// The lines by offset, and the level that something else gives them, if it does.
const LINES: [(&str, Option<bool>); 9] = [
    ("OUT", None),
    ("UP", None),
    ("NOUT", None),
    ("IO", None),
    ("HELD", Some(false)),
    ("INHIGH", Some(true)),
    ("INLOW", Some(false)),
    ("NHIGH", Some(true)),
    ("NLOW", Some(false)),
];

/// The levels that requests gave the lines.
#[derive(Default)]
pub(super) struct Lines {
    driven: [bool; LINES.len()],
}

/// A requested line.
#[derive(Debug)]
pub(super) struct Line {
    kernel: Played,
    offset: usize,
    output: bool,
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
    let mut line = Line { kernel: kernel.clone(), offset, output };
    if output {
        line.set(request.initial == Level::High)?;
    }
    Ok(line)
}

impl LineFile for Line {
    fn set(&mut self, high: bool) -> Result<(), Errno> {
        let (true, Some((name, _))) = (self.output, LINES.get(self.offset)) else { return Err(Errno::PERM) };
        let mut state = self.kernel.state();
        if let Some(driven) = state.lines.driven.get_mut(self.offset) {
            *driven = high;
        }
        state.event(name, What::Level { high });
        Ok(())
    }

    fn get(&mut self) -> Result<bool, Errno> {
        let (_, outside) = LINES.get(self.offset).ok_or(Errno::INVAL)?;
        let driven = self.kernel.state().lines.driven.get(self.offset).copied();
        outside.or(driven).ok_or(Errno::INVAL)
    }

    fn wait(&mut self, _timeout: Duration) -> Result<Option<Edge>, Errno> {
        Err(Errno::INVAL)
    }
}
