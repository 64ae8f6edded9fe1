//! PWM outputs.

use wasm_embedded_host::pwm::{Error, Output};
use wasm_embedded_linux::{PwmOutput, pwm};

use super::Hosted;

impl Output for Hosted<PwmOutput> {
    fn max_duty(&mut self) -> u16 {
        self.0.max_duty()
    }

    fn set_duty(&mut self, duty: u16) -> Result<(), Error> {
        self.0.set_duty(duty).map_err(|error| match error {
            pwm::Error::Unsupported => Error::Unsupported,
            pwm::Error::Busy => Error::Busy,
            _ => Error::Other,
        })
    }
}
