//! `wasi:gpio/pwm`.

use alloc::string::String;

use crate::bindings::Adapter;
use crate::bindings::exports::wasi::gpio::pwm::{self, ErrorCode, Guest, GuestPwmPin};
use crate::bindings::wasm_embedded::hal::pwm as ours;
use crate::{other, refused};

/// An output behind a label.
pub(crate) struct Output(ours::Output);

impl Guest for Adapter {
    type PwmPin = Output;

    fn open(name: String) -> Result<pwm::PwmPin, ErrorCode> {
        ours::Output::open(&name).map(|output| pwm::PwmPin::new(Output(output))).map_err(refused)
    }
}

impl Output {
    /// Sets the part `num / denom` of the whole duty, rounded down as embedded-hal does.
    fn set_part(&self, num: u16, denom: u16) -> Result<(), ErrorCode> {
        if num > denom {
            return Err(other("a duty past the whole one"));
        }
        let duty = (u32::from(num) * u32::from(self.0.max_duty())).checked_div(denom.into());
        let Some(duty) = duty.and_then(|duty| u16::try_from(duty).ok()) else {
            return Err(other("a duty as a fraction whose denominator is 0"));
        };
        self.set_duty_cycle(duty)
    }
}

impl GuestPwmPin for Output {
    fn max_duty_cycle(&self) -> u16 {
        self.0.max_duty()
    }

    fn set_duty_cycle(&self, duty: u16) -> Result<(), ErrorCode> {
        self.0.set_duty(duty).map_err(|error| {
            other(match error {
                ours::Error::Other => "a fault of the output",
                ours::Error::Denied => "denied by the policy",
                ours::Error::OutOfRange => "a duty past the whole one",
                ours::Error::Unsupported => "not supported by the hardware",
                ours::Error::Busy => "busy",
            })
        })
    }

    fn set_duty_cycle_fully_off(&self) -> Result<(), ErrorCode> {
        self.set_duty_cycle(0)
    }

    fn set_duty_cycle_fully_on(&self) -> Result<(), ErrorCode> {
        self.set_duty_cycle(self.0.max_duty())
    }

    fn set_duty_cycle_fraction(&self, num: u16, denom: u16) -> Result<(), ErrorCode> {
        self.set_part(num, denom)
    }

    fn set_duty_cycle_percent(&self, percent: u8) -> Result<(), ErrorCode> {
        self.set_part(percent.into(), 100)
    }
}
