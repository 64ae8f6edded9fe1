//! Pins with the levels of their labels.

use std::convert::Infallible;

use embedded_hal::digital::{ErrorType, InputPin, OutputPin, PinState, StatefulOutputPin};
use embedded_hal_async::digital::Wait;
use wasm_embedded_sim::{Awaited, Level, SimInput, SimIoPin, SimOutput};

/// A push-pull output.
#[derive(Debug)]
pub struct Output(Inverted<SimOutput>);

/// An input.
#[derive(Debug)]
pub struct Input(Inverted<SimInput>);

/// An open-drain pin.
#[derive(Debug)]
pub struct OpenDrain(Inverted<SimIoPin>);

/// A pin, and whether its levels are inverted: `active-low`.
#[derive(Debug)]
struct Inverted<P> {
    pin: P,
    inverted: bool,
}

impl<P> Inverted<P> {
    fn state(&self, state: PinState) -> PinState {
        if self.inverted { !state } else { state }
    }

    fn level(&self, level: Level) -> Level {
        if self.inverted { !level } else { level }
    }
}

impl Output {
    pub(super) fn new(pin: SimOutput, inverted: bool) -> Output {
        Output(Inverted { pin, inverted })
    }
}

impl Input {
    pub(super) fn new(pin: SimInput, inverted: bool) -> Input {
        Input(Inverted { pin, inverted })
    }
}

impl OpenDrain {
    pub(super) fn new(pin: SimIoPin, inverted: bool) -> OpenDrain {
        OpenDrain(Inverted { pin, inverted })
    }
}

macro_rules! output {
    ($pin:ty) => {
        impl ErrorType for $pin {
            type Error = Infallible;
        }

        impl OutputPin for $pin {
            fn set_low(&mut self) -> Result<(), Infallible> {
                self.set_state(PinState::Low)
            }

            fn set_high(&mut self) -> Result<(), Infallible> {
                self.set_state(PinState::High)
            }

            fn set_state(&mut self, state: PinState) -> Result<(), Infallible> {
                let state = self.0.state(state);
                self.0.pin.set_state(state)
            }
        }

        impl StatefulOutputPin for $pin {
            fn is_set_high(&mut self) -> Result<bool, Infallible> {
                Ok(self.0.pin.is_set_high()? != self.0.inverted)
            }

            fn is_set_low(&mut self) -> Result<bool, Infallible> {
                Ok(!self.is_set_high()?)
            }
        }
    };
}

macro_rules! input {
    ($pin:ty) => {
        impl InputPin for $pin {
            fn is_high(&mut self) -> Result<bool, Infallible> {
                Ok(self.0.pin.is_high()? != self.0.inverted)
            }

            fn is_low(&mut self) -> Result<bool, Infallible> {
                Ok(!self.is_high()?)
            }
        }

        impl Wait for $pin {
            async fn wait_for_high(&mut self) -> Result<(), Infallible> {
                self.0.pin.start_wait(Awaited::Level(self.0.level(Level::High))).await;
                Ok(())
            }

            async fn wait_for_low(&mut self) -> Result<(), Infallible> {
                self.0.pin.start_wait(Awaited::Level(self.0.level(Level::Low))).await;
                Ok(())
            }

            async fn wait_for_rising_edge(&mut self) -> Result<(), Infallible> {
                self.0.pin.start_wait(Awaited::Edge(self.0.level(Level::High))).await;
                Ok(())
            }

            async fn wait_for_falling_edge(&mut self) -> Result<(), Infallible> {
                self.0.pin.start_wait(Awaited::Edge(self.0.level(Level::Low))).await;
                Ok(())
            }

            async fn wait_for_any_edge(&mut self) -> Result<(), Infallible> {
                self.0.pin.start_wait(Awaited::AnyEdge).await;
                Ok(())
            }
        }
    };
}

output!(Output);
output!(OpenDrain);
input!(OpenDrain);

impl ErrorType for Input {
    type Error = Infallible;
}

input!(Input);
