//! The traits of embedded-hal and embedded-hal-async, over a line.

use embedded_hal::digital::{ErrorType, InputPin, OutputPin, PinState, StatefulOutputPin};
use embedded_hal_async::digital::Wait;

use super::{Condition, Error, Line};

impl ErrorType for Line {
    type Error = Error;
}

/// Levels are those on the line.
impl InputPin for Line {
    fn is_high(&mut self) -> Result<bool, Error> {
        Ok(self.level()? == PinState::High)
    }

    fn is_low(&mut self) -> Result<bool, Error> {
        Ok(self.level()? == PinState::Low)
    }
}

/// An input cannot be driven: [`Error::Unsupported`].
impl OutputPin for Line {
    fn set_low(&mut self) -> Result<(), Error> {
        self.set(PinState::Low)
    }

    fn set_high(&mut self) -> Result<(), Error> {
        self.set(PinState::High)
    }
}

/// Levels are those that the line was last set to, whatever else holds an open-drain line.
impl StatefulOutputPin for Line {
    fn is_set_high(&mut self) -> Result<bool, Error> {
        Ok(self.commanded() == PinState::High)
    }

    fn is_set_low(&mut self) -> Result<bool, Error> {
        Ok(self.commanded() == PinState::Low)
    }
}

/// Edges count from the first poll on. A future that is dropped waits no longer, and costs no edge of another wait.
impl Wait for Line {
    async fn wait_for_high(&mut self) -> Result<(), Error> {
        self.start_wait(Condition::Level(PinState::High)).end().await
    }

    async fn wait_for_low(&mut self) -> Result<(), Error> {
        self.start_wait(Condition::Level(PinState::Low)).end().await
    }

    async fn wait_for_rising_edge(&mut self) -> Result<(), Error> {
        self.start_wait(Condition::Edge(PinState::High)).end().await
    }

    async fn wait_for_falling_edge(&mut self) -> Result<(), Error> {
        self.start_wait(Condition::Edge(PinState::Low)).end().await
    }

    async fn wait_for_any_edge(&mut self) -> Result<(), Error> {
        self.start_wait(Condition::AnyEdge).end().await
    }
}
