//! The methods that the traits themselves provide: types that implement only what is required.

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{self, OutputPin, StatefulOutputPin};
use embedded_hal::i2c::{self, AddressMode, I2c};
use embedded_hal::pwm::{self, SetDutyCycle};
use embedded_hal::spi::{self, SpiDevice};

/// Implements what a trait requires by `T`, and leaves the rest to the trait.
#[derive(Debug)]
pub(crate) struct Required<'a, T>(pub(crate) &'a mut T);

impl<T: i2c::ErrorType> i2c::ErrorType for Required<'_, T> {
    type Error = T::Error;
}

impl<A: AddressMode, T: I2c<A>> I2c<A> for Required<'_, T> {
    fn transaction(&mut self, address: A, operations: &mut [i2c::Operation<'_>]) -> Result<(), Self::Error> {
        self.0.transaction(address, operations)
    }
}

impl<T: spi::ErrorType> spi::ErrorType for Required<'_, T> {
    type Error = T::Error;
}

impl<T: SpiDevice> SpiDevice for Required<'_, T> {
    fn transaction(&mut self, operations: &mut [spi::Operation<'_, u8>]) -> Result<(), Self::Error> {
        self.0.transaction(operations)
    }
}

impl<T: digital::ErrorType> digital::ErrorType for Required<'_, T> {
    type Error = T::Error;
}

impl<T: OutputPin> OutputPin for Required<'_, T> {
    fn set_low(&mut self) -> Result<(), Self::Error> {
        self.0.set_low()
    }

    fn set_high(&mut self) -> Result<(), Self::Error> {
        self.0.set_high()
    }
}

impl<T: StatefulOutputPin> StatefulOutputPin for Required<'_, T> {
    fn is_set_high(&mut self) -> Result<bool, Self::Error> {
        self.0.is_set_high()
    }

    fn is_set_low(&mut self) -> Result<bool, Self::Error> {
        self.0.is_set_low()
    }
}

impl<T: pwm::ErrorType> pwm::ErrorType for Required<'_, T> {
    type Error = T::Error;
}

impl<T: SetDutyCycle> SetDutyCycle for Required<'_, T> {
    fn max_duty_cycle(&self) -> u16 {
        self.0.max_duty_cycle()
    }

    fn set_duty_cycle(&mut self, duty: u16) -> Result<(), Self::Error> {
        self.0.set_duty_cycle(duty)
    }
}

impl<T: DelayNs> DelayNs for Required<'_, T> {
    fn delay_ns(&mut self, ns: u32) {
        self.0.delay_ns(ns);
    }
}
