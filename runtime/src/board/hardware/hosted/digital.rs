//! GPIO lines.

use std::time::Duration;

use embedded_hal::digital::PinState;
use wasm_embedded_host::digital::{Condition, Error, Input, Io, Level, Output};
use wasm_embedded_host::{Completion, Interrupt};
use wasm_embedded_linux::{Edge, Line, gpio};

use super::{Hosted, progress};

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

impl Output for Hosted<Line> {
    fn set(&mut self, level: Level) -> Result<(), Error> {
        self.0.set(pin_state(level)).map_err(error)
    }
}

impl Input for Hosted<Line> {
    fn level(&mut self) -> Result<Level, Error> {
        match self.0.level().map_err(error)? {
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
        progress(self.0.start_wait(condition), error)
    }
}

impl Io for Hosted<Line> {}

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
