//! `wasi:gpio/digital`.

use alloc::string::String;

use crate::bindings::Adapter;
use crate::bindings::exports::wasi::gpio::digital::{
    self, ErrorCode, Guest, GuestInputPin, GuestOutputPin, GuestStatefulOutputPin, PinState,
};
use crate::bindings::wasm_embedded::hal::digital as ours;
use crate::{other, refused};

/// An output, whether or not its guest asks for what was set.
pub(crate) struct Output(ours::OutputPin);

/// An input.
pub(crate) struct Input(ours::InputPin);

impl Guest for Adapter {
    type OutputPin = Output;
    type StatefulOutputPin = Output;
    type InputPin = Input;

    fn open_output(name: String) -> Result<digital::OutputPin, ErrorCode> {
        ours::OutputPin::open(&name).map(|pin| digital::OutputPin::new(Output(pin))).map_err(refused)
    }

    fn open_stateful_output(name: String) -> Result<digital::StatefulOutputPin, ErrorCode> {
        ours::OutputPin::open(&name).map(|pin| digital::StatefulOutputPin::new(Output(pin))).map_err(refused)
    }

    fn open_input(name: String) -> Result<digital::InputPin, ErrorCode> {
        ours::InputPin::open(&name).map(|pin| digital::InputPin::new(Input(pin))).map_err(refused)
    }
}

impl GuestOutputPin for Output {
    fn set_low(&self) -> Result<(), ErrorCode> {
        self.0.set(ours::Level::Low).map_err(failed)
    }

    fn set_high(&self) -> Result<(), ErrorCode> {
        self.0.set(ours::Level::High).map_err(failed)
    }

    fn set_state(&self, state: PinState) -> Result<(), ErrorCode> {
        match state {
            PinState::Low => GuestOutputPin::set_low(self),
            PinState::High => GuestOutputPin::set_high(self),
        }
    }
}

impl GuestStatefulOutputPin for Output {
    fn set_low(&self) -> Result<(), ErrorCode> {
        GuestOutputPin::set_low(self)
    }

    fn set_high(&self) -> Result<(), ErrorCode> {
        GuestOutputPin::set_high(self)
    }

    fn set_state(&self, state: PinState) -> Result<(), ErrorCode> {
        GuestOutputPin::set_state(self, state)
    }

    fn is_set_high(&self) -> Result<bool, ErrorCode> {
        Ok(self.0.commanded().map_err(failed)? == ours::Level::High)
    }

    fn is_set_low(&self) -> Result<bool, ErrorCode> {
        Ok(self.0.commanded().map_err(failed)? == ours::Level::Low)
    }

    fn toggle(&self) -> Result<(), ErrorCode> {
        self.0.toggle().map_err(failed)
    }
}

impl GuestInputPin for Input {
    fn is_high(&self) -> Result<bool, ErrorCode> {
        Ok(self.0.level().map_err(failed)? == ours::Level::High)
    }

    fn is_low(&self) -> Result<bool, ErrorCode> {
        Ok(self.0.level().map_err(failed)? == ours::Level::Low)
    }
}

fn failed(error: ours::Error) -> ErrorCode {
    other(match error {
        ours::Error::Other => "a fault of the pin",
        ours::Error::Denied => "denied by the policy",
        ours::Error::Unsupported => "not supported by the hardware",
        ours::Error::Busy => "busy",
    })
}
