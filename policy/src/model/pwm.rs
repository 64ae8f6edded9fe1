//! PWM outputs: active for a part of every period.

use super::DutyPart;

/// The frequency of an output that does not state one, in hertz.
pub const DEFAULT_PWM_FREQUENCY_HZ: u32 = 1_000;

/// How a PWM output is used, and left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pwm {
    /// Periods a second.
    pub frequency_hz: u32,
    /// Whether active is the lower voltage.
    pub active_low: bool,
    /// The duty before the guest starts: never active by default.
    pub initial: DutyPart,
    /// The duty when the guest has ended in any way; without one the output stays as the guest left it.
    pub on_exit: Option<DutyPart>,
}

impl Default for Pwm {
    fn default() -> Pwm {
        Pwm { frequency_hz: DEFAULT_PWM_FREQUENCY_HZ, active_low: false, initial: DutyPart(0), on_exit: None }
    }
}
