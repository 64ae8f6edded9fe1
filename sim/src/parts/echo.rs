//! A part that sends back what it receives.

use alloc::boxed::Box;
use alloc::collections::VecDeque;

use crate::model::{BuildError, Buses, Model, Readout, Setup, Value, ValueKind};
use crate::part::{Board, Part};
use crate::uart::UartPeer;

/// The echo as a policy has it.
pub const MODEL: Model = Model {
    readouts: &[Readout::new("count", ValueKind::Integer(0, i64::MAX, ""), "how many bytes it has received")],
    ..Model::new("echo", "a serial part that sends every byte back", Buses::UART, build)
};

fn build(_setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    Ok(Box::new(Echo::new()))
}

/// A serial part that sends every byte back: two wires of a port tied together, but for one byte of delay.
#[derive(Clone, Debug, Default)]
pub struct Echo {
    bytes: VecDeque<u8>,
    count: u64,
}

impl Echo {
    /// Makes the part.
    #[must_use]
    pub fn new() -> Echo {
        Echo::default()
    }

    /// Returns how many bytes it has received.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }
}

impl Part for Echo {
    fn uart(&mut self) -> Option<&mut dyn UartPeer> {
        Some(self)
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        (readout == "count").then(|| i64::try_from(self.count).unwrap_or(i64::MAX).into())
    }
}

// Both directions have one speed, so the queue never holds more than a byte or two.
impl UartPeer for Echo {
    fn receive(&mut self, byte: u8, _board: &mut dyn Board) {
        self.bytes.push_back(byte);
        self.count += 1;
    }

    fn transmit(&mut self, _board: &mut dyn Board) -> Option<u8> {
        self.bytes.pop_front()
    }
}
