//! What is typed on the page, as a part at the other end of a serial port.

use std::collections::VecDeque;

use wasm_embedded_sim::{Board, Part, UartPeer};

/// How many typed bytes wait for the line.
const ROOM: usize = 65_536;

/// A keyboard at a serial port. What the port sends is in the trace: it hears nothing.
#[derive(Debug, Default)]
pub(crate) struct Terminal {
    typed: VecDeque<u8>,
}

impl Terminal {
    /// Adds bytes to those that wait for the line, and returns how many there was no room for.
    pub(crate) fn enter(&mut self, bytes: &[u8]) -> usize {
        let room = ROOM.saturating_sub(self.typed.len());
        self.typed.extend(bytes.iter().take(room));
        bytes.len().saturating_sub(room)
    }
}

impl Part for Terminal {
    fn uart(&mut self) -> Option<&mut dyn UartPeer> {
        Some(self)
    }
}

impl UartPeer for Terminal {
    fn receive(&mut self, _byte: u8, _board: &mut dyn Board) {}

    fn transmit(&mut self, _board: &mut dyn Board) -> Option<u8> {
        self.typed.pop_front()
    }
}
