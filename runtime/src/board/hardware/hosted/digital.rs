//! GPIO lines.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use embedded_hal::digital::PinState;
use wasm_embedded_host::digital::{self, Condition, Error, Input, Io, Level, Output};
use wasm_embedded_host::{Completion, Interrupt};
use wasm_embedded_linux::gpio::KeptEdge;
use wasm_embedded_linux::{Edge, Line, gpio};

use super::{Hosted, progress};

/// A line as a guest has it, whose edges have the guest's time.
#[derive(Debug)]
pub(in crate::board::hardware) struct GuestLine {
    pub(in crate::board::hardware) line: Line,
    pub(in crate::board::hardware) epoch: Epoch,
}

/// What is to be added to the kernel's monotonic clock for the time that guests look at. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(in crate::board::hardware) struct Epoch(Arc<AtomicU64>);

impl Epoch {
    /// Says that it is `guest_ns` for the guest at a time of the kernel's.
    pub(in crate::board::hardware) fn begin(&self, guest_ns: u64, kernel: Duration) {
        self.0.store(guest_ns.wrapping_sub(ns(kernel)), Relaxed);
    }

    fn guest_ns(&self, kernel: Duration) -> u64 {
        ns(kernel).wrapping_add(self.0.load(Relaxed))
    }
}

/// The kernel's own count is 64 bits long.
fn ns(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

impl Hosted<Line> {
    /// Waits for an edge, until a time of [`Line::now`] if one is given, or until the interrupt is requested.
    pub(in crate::board) fn wait_for_edge(
        &mut self,
        until: Option<Duration>,
        interrupt: &Interrupt,
    ) -> Result<Option<Edge>, Error> {
        self.0.wait_for_edge(until, &|| interrupt.requested().is_some()).map_err(error)
    }

    /// Returns the time of the clock that edges are told in.
    pub(in crate::board) fn now(&self) -> Duration {
        self.0.now()
    }
}

impl Output for GuestLine {
    fn set(&mut self, level: Level) -> Result<(), Error> {
        self.line.set(pin_state(level)).map_err(error)
    }
}

impl Input for GuestLine {
    fn level(&mut self) -> Result<Level, Error> {
        match self.line.level().map_err(error)? {
            PinState::Low => Ok(Level::Low),
            PinState::High => Ok(Level::High),
        }
    }

    fn start_wait(&mut self, condition: Condition) -> Completion<Result<(), Error>> {
        let condition = match condition {
            Condition::Level(level) => gpio::Condition::Level(pin_state(level)),
            Condition::Edge(level) => gpio::Condition::Edge(pin_state(level)),
            Condition::AnyEdge => gpio::Condition::AnyEdge,
        };
        progress(self.line.start_wait(condition), error)
    }

    fn watch(&mut self) -> Result<(), Error> {
        self.line.watch().map_err(error)
    }

    fn take_edge(&mut self) -> Result<Option<digital::Edge>, Error> {
        let edge = self.line.take_edge().map_err(error)?;
        Ok(edge.map(|KeptEdge { edge, missed }| digital::Edge {
            at_ns: self.epoch.guest_ns(edge.at),
            level: if edge.rising { Level::High } else { Level::Low },
            missed,
        }))
    }

    fn start_edge_wait(&mut self) -> Completion<Result<(), Error>> {
        progress(self.line.start_edge_wait(), error)
    }
}

impl Io for GuestLine {}

/// Returns a level as Linux has it.
pub(in crate::board::hardware) fn pin_state(level: Level) -> PinState {
    match level {
        Level::Low => PinState::Low,
        Level::High => PinState::High,
    }
}

fn error(error: gpio::Error) -> Error {
    match error {
        gpio::Error::Unsupported => Error::Unsupported,
        gpio::Error::Busy => Error::Busy,
        _ => Error::Other,
    }
}
