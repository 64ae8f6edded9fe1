//! What the labels of a policy grant, whatever stands behind them.

use wasm_embedded_policy::{self as policy, I2c, Pin, PinLevel, Pwm, Spi};

use crate::digital::Level;
use crate::grant::{I2cGrant, InputGrant, PinGrant, PwmGrant, SpiGrant};
use crate::limits::Limits;

impl From<&I2c> for I2cGrant {
    fn from(settings: &I2c) -> I2cGrant {
        let none = I2cGrant::none().frequency_hz(settings.frequency_hz());
        settings.allow.iter().fold(none, |grant, allowed| {
            let (first, last) = (*allowed.addresses.start(), *allowed.addresses.end());
            match (allowed.ten_bit, u8::try_from(first), u8::try_from(last)) {
                (false, Ok(first), Ok(last)) => grant.allow_range(first..=last, allowed.access),
                _ => grant.allow_ten_bit(first..=last, allowed.access),
            }
        })
    }
}

impl From<&Pin> for PinGrant {
    fn from(settings: &Pin) -> PinGrant {
        PinGrant {
            initial: settings.initial.into(),
            on_exit: settings.on_exit.map(Level::from),
            active_low: settings.active_low,
        }
    }
}

impl From<&Pin> for InputGrant {
    fn from(settings: &Pin) -> InputGrant {
        InputGrant { active_low: settings.active_low }
    }
}

impl From<&Spi> for SpiGrant {
    fn from(settings: &Spi) -> SpiGrant {
        SpiGrant::at_hz(settings.frequency_hz)
    }
}

impl From<&Pwm> for PwmGrant {
    fn from(settings: &Pwm) -> PwmGrant {
        PwmGrant { on_exit: settings.on_exit }
    }
}

impl From<&policy::Limits> for Limits {
    fn from(limits: &policy::Limits) -> Limits {
        Limits::default()
            .transaction_bytes(limits.transaction_bytes())
            .operations(limits.operations())
            .transaction_delay_ns(limits.transaction_delay_ns())
            .transaction_time_ns(limits.transaction_time_ns())
            .handles(limits.handles())
            .calls(limits.calls())
            .text_bytes(limits.text_bytes())
            .log_messages_per_s(limits.log_messages_per_s())
    }
}

impl From<PinLevel> for Level {
    fn from(level: PinLevel) -> Level {
        match level {
            PinLevel::Low => Level::Low,
            PinLevel::High => Level::High,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_states_no_limit_has_the_defaults_of_a_host_without_one() {
        assert_eq!(Limits::from(&policy::Limits::default()), Limits::default());
    }
}
