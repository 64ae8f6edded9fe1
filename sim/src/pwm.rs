//! Pulse-width modulation on nets.
//!
//! A net that is modulated has no edges in simulation: parts hear of its duty ([`Part::pwm_changed`](crate::Part::pwm_changed)),
//! and whoever looks at its level sees the one that it has at that time. Only a [`Wave`](crate::Wave) has the pulses.

use core::fmt;

use embedded_hal::pwm::{ErrorKind, ErrorType, SetDutyCycle};

use crate::circuit::Driver;
use crate::digital::ACCESS_NS;
use crate::net::{Level, Net};
use crate::remote::SimRemote;
use crate::sim::Sim;

/// The duty of a simulated output that is always active.
pub const MAX_DUTY: u16 = 10_000;

/// How an output is modulated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PwmSettings {
    /// Periods a second; 0 counts as 1.
    pub frequency_hz: u32,
    /// Whether active is the low level.
    pub inverted: bool,
}

/// What a net carries that is modulated: high for a part of every period.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PwmSignal {
    /// When the first of these periods began.
    pub from_ns: u64,
    /// The length of a period.
    pub period_ns: u64,
    /// For how long of it the net is high, from its beginning.
    pub high_ns: u64,
}

impl PwmSignal {
    /// Returns the level at a time.
    #[must_use]
    pub fn level(self, at_ns: u64) -> Level {
        let phase_ns = at_ns.saturating_sub(self.from_ns) % self.period_ns.max(1);
        Level::from(phase_ns < self.high_ns)
    }

    /// Returns the part of a period for which the net is high, from 0 to 1.
    #[must_use]
    pub fn high_part(self) -> f64 {
        let ns = |ns: u64| f64::from(u32::try_from(ns).unwrap_or(u32::MAX));
        ns(self.high_ns) / ns(self.period_ns.max(1))
    }
}

/// A PWM output on a net. Made by [`Sim::pwm`]. Dropped, it leaves the net as it is.
#[derive(Debug)]
pub struct SimPwm {
    sim: Sim,
    net: Net,
    handle: usize,
    settings: PwmSettings,
}

impl SimPwm {
    pub(crate) fn new(sim: &Sim, net: Net, settings: PwmSettings, duty: u16) -> SimPwm {
        let mut board_state = sim.lock();
        let handle = board_state.circuit.new_handle();
        drop(board_state);
        let pwm = SimPwm { sim: sim.clone(), net, handle, settings };
        pwm.drive(duty.min(MAX_DUTY));
        pwm
    }

    /// Returns what drives this output when whoever has it is stuck.
    #[must_use]
    pub fn remote(&self) -> SimRemote {
        SimRemote::pwm(&self.sim, self.net, self.handle, self.settings)
    }

    /// Modulates the net from now on.
    fn drive(&self, duty: u16) {
        let mut board_state = self.sim.lock();
        let signal = signal(self.settings, board_state.circuit.now_ns, duty);
        board_state.circuit.modulate(self.net, Driver::Handle(self.handle), signal);
        board_state.settle();
    }
}

/// Returns what a net carries from a time on, with a duty of at most [`MAX_DUTY`].
pub(crate) fn signal(settings: PwmSettings, from_ns: u64, duty: u16) -> PwmSignal {
    let period_ns = 1_000_000_000_u64.div_ceil(u64::from(settings.frequency_hz.max(1)));
    let high = if settings.inverted { MAX_DUTY - duty } else { duty };
    let high_ns = period_ns.saturating_mul(u64::from(high)) / u64::from(MAX_DUTY);
    PwmSignal { from_ns, period_ns, high_ns }
}

/// Why a duty could not be set.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PwmError {
    /// The duty is greater than [`MAX_DUTY`]. The output is as it was.
    OutOfRange,
    /// The generator does not take the duty. The output is as it was.
    Refused,
}

impl embedded_hal::pwm::Error for PwmError {
    fn kind(&self) -> ErrorKind {
        match self {
            PwmError::OutOfRange | PwmError::Refused => ErrorKind::Other,
        }
    }
}

impl fmt::Display for PwmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PwmError::OutOfRange => write!(f, "the duty is greater than {MAX_DUTY}"),
            PwmError::Refused => f.write_str("the generator does not take the duty"),
        }
    }
}

impl core::error::Error for PwmError {}

impl ErrorType for SimPwm {
    type Error = PwmError;
}

impl SetDutyCycle for SimPwm {
    fn max_duty_cycle(&self) -> u16 {
        MAX_DUTY
    }

    fn set_duty_cycle(&mut self, duty: u16) -> Result<(), PwmError> {
        if duty > MAX_DUTY {
            return Err(PwmError::OutOfRange);
        }
        let refused = self.sim.lock().circuit.strike_pwm(self.net);
        if !refused {
            self.drive(duty);
        }
        self.sim.advance_ns(ACCESS_NS);
        if refused { Err(PwmError::Refused) } else { Ok(()) }
    }
}
