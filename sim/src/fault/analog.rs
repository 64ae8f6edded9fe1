//! What goes wrong at analogue inputs and PWM outputs.

use super::{Armed, Fault};
use crate::circuit::Circuit;
use crate::net::Net;

/// What goes wrong with a conversion.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AdcFault {
    /// Noise: the voltage is another one by up to so much, either way, drawn anew for each conversion.
    Noise {
        /// In microvolts.
        microvolts: u32,
    },
    /// The input is open: every conversion reads any voltage from zero to the reference.
    Open,
}

/// What goes wrong with a PWM output.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PwmFault {
    /// The generator refuses a duty, and stays as it is.
    Refused,
}

impl AdcFault {
    pub(super) fn name(self) -> &'static str {
        match self {
            AdcFault::Noise { .. } => "noise",
            AdcFault::Open => "open-input",
        }
    }
}

impl PwmFault {
    pub(super) fn name(self) -> &'static str {
        match self {
            PwmFault::Refused => "duty-refused",
        }
    }
}

impl Circuit {
    /// Counts a conversion for the faults of its net, and returns the voltage that is converted, in microvolts.
    pub(crate) fn strike_adc(&mut self, net: Net, voltage_uv: i64, reference_uv: i64) -> i64 {
        let mut voltage_uv = voltage_uv;
        for index in 0..if self.faults.none() { 0 } else { self.faults.armed.len() } {
            let Some(Armed { fault: Fault::Adc { net: at, fault }, .. }) = self.faults.get(index) else { continue };
            let fault = *fault;
            if *at != net || !self.faults.strike(index, self.now_ns) {
                continue;
            }
            let event = self.faults.event(index);
            self.trace(event);
            let mut draw = |below: u64| {
                let drawn = self.faults.armed.get_mut(index).map_or(0, |armed| armed.trigger.draw(below));
                i64::try_from(drawn).unwrap_or(i64::MAX)
            };
            voltage_uv = match fault {
                AdcFault::Noise { microvolts } => {
                    voltage_uv - i64::from(microvolts) + draw(u64::from(microvolts) * 2 + 1)
                }
                AdcFault::Open => draw(u64::try_from(reference_uv).unwrap_or(1).max(1)),
            };
        }
        voltage_uv
    }

    /// Counts a duty for the faults of its net, and returns whether it is refused.
    pub(crate) fn strike_pwm(&mut self, net: Net) -> bool {
        let mut refused = false;
        for index in 0..if self.faults.none() { 0 } else { self.faults.armed.len() } {
            let Some(Armed { fault: Fault::Pwm { net: at, fault: PwmFault::Refused }, .. }) = self.faults.get(index)
            else {
                continue;
            };
            if *at == net && self.faults.strike(index, self.now_ns) {
                let event = self.faults.event(index);
                self.trace(event);
                refused = true;
            }
        }
        refused
    }
}
