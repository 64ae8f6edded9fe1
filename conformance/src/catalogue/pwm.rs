//! Pulse-width modulation.

use super::{pending, source};
use crate::rule::Rule;

const fn rule(id: &'static str, text: &'static str) -> Rule {
    Rule::pending(id, text, source::PWM, pending::PWM)
}

pub(super) const RULES: [Rule; 8] = [
    rule("PWM-01", "`max_duty_cycle` never changes, is at least 1, and means always active"),
    rule("PWM-02", "`set_duty_cycle` makes the pin active for that part of the greatest duty cycle"),
    rule("PWM-03", "a duty cycle past the greatest is an error, neither a panic of the host nor another duty cycle"),
    rule("PWM-04", "`set_duty_cycle_fully_off` makes the pin inactive always"),
    rule("PWM-05", "`set_duty_cycle_fully_on` makes the pin active always"),
    rule("PWM-06", "`set_duty_cycle_fraction` does not overflow, and traps the guest for what is no fraction"),
    rule("PWM-07", "`set_duty_cycle_percent` sets hundredths"),
    rule("PWM-08", "the methods that the trait provides agree with `set_duty_cycle`"),
];
