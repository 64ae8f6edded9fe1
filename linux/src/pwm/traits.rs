//! The trait of embedded-hal, over an output.

use embedded_hal::pwm::{ErrorType, SetDutyCycle};

use super::{Error, PwmOutput};

impl ErrorType for PwmOutput {
    type Error = Error;
}

impl SetDutyCycle for PwmOutput {
    fn max_duty_cycle(&self) -> u16 {
        self.max_duty()
    }

    fn set_duty_cycle(&mut self, duty: u16) -> Result<(), Error> {
        self.set_duty(duty)
    }
}
