//! A serial adapter at the pins of the log, with a cable to whoever talks to the board.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::wires::SerialFormat;

const NS_PER_S: f64 = 1e9;

/// A start bit, eight of data and a stop bit.
const BITS: f64 = 10.0;

/// A serial adapter. What it hears is the log, and whatever else is on the line.
#[derive(Clone, Debug)]
pub(crate) struct Adapter {
    pub(crate) tx: usize,
    pub(crate) rx: usize,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    format: SerialFormat,
    heard: Vec<u8>,
    /// How many of them were taken.
    taken: usize,
    /// The bytes on their way to the chip, with the format they were sent in and when their frames end.
    coming: VecDeque<(f64, SerialFormat, u8)>,
}

impl Adapter {
    pub(crate) fn new(tx: usize, rx: usize, format: SerialFormat) -> Adapter {
        let state = State { format, heard: Vec::new(), taken: 0, coming: VecDeque::new() };
        Adapter { tx, rx, state: Arc::new(Mutex::new(state)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn hear(&self, format: SerialFormat, byte: u8) {
        let mut state = self.state();
        let heard = format.heard_by(state.format, byte);
        state.heard.push(heard);
    }

    pub(crate) fn heard(&self) -> Vec<u8> {
        self.state().heard.clone()
    }

    /// Returns what was heard since the last call.
    pub(crate) fn take(&self) -> Vec<u8> {
        let mut state = self.state();
        let new = state.heard.get(state.taken..).unwrap_or_default().to_vec();
        state.taken = state.heard.len();
        new
    }

    pub(crate) fn set_speed(&self, baud: u32) {
        self.state().format = SerialFormat::plain(baud);
    }

    /// Sends bytes, one after the other, from now on.
    pub(crate) fn send(&self, bytes: &[u8], now_ns: f64) {
        let mut state = self.state();
        let format = state.format;
        let byte_ns = BITS * NS_PER_S / format.baud;
        let mut ends_ns = state.coming.back().map_or(now_ns, |(ends_ns, ..)| ends_ns.max(now_ns));
        for byte in bytes {
            ends_ns += byte_ns;
            state.coming.push_back((ends_ns, format, *byte));
        }
    }

    /// Returns what has arrived, as a receiver in a format hears it.
    pub(crate) fn arrived(&self, now_ns: f64, format: SerialFormat) -> Vec<u8> {
        let mut state = self.state();
        let count = state.coming.iter().take_while(|(ends_ns, ..)| *ends_ns <= now_ns).count();
        state.coming.drain(..count).map(|(_, sent, byte)| sent.heard_by(format, byte)).collect()
    }
}
