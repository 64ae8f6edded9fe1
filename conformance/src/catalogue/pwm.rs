//! Pulse-width modulation. `FAN` is off before the guest starts, and so is `NFAN`, which is inverted: on its wire, off is high.

use super::source;
use crate::case::Case;
use crate::judge;
use crate::rule::Rule;

pub(super) const RULES: [Rule; 8] = [
    Rule::new("PWM-01", "`max_duty_cycle` never changes, is at least 1, and means always active", source::PWM, &[
        Case::new("pwm:max FAN; pwm:duty FAN max; pwm:max FAN; pwm:duty FAN 1/2; pwm:max@ref FAN").wires(&[("FAN", "0/1000 1000/1000 500/1000")])
            .judged(judge::one_maximum),
    ]),
    Rule::new("PWM-02", "`set_duty_cycle` makes the pin active for that part of the greatest duty cycle", source::PWM, &[
        Case::new("pwm:duty FAN 1/4; pwm:duty FAN 3/4; pwm:duty FAN 0/1; pwm:duty FAN max; pwm:duty FAN 1/2").says("ok; ok; ok; ok; ok")
            .wires(&[("FAN", "0/1000 250/1000 750/1000 0/1000 1000/1000 500/1000")]),
        Case::new("pwm:duty NFAN 1/4; pwm:duty NFAN 1/10").says("ok; ok").wires(&[("NFAN", "1000/1000 750/1000 900/1000")]),
        Case::new("pwm:max FAN; pwm:duty FAN one").judged(judge::one_step),
    ]),
    Rule::new("PWM-03", "a duty cycle past the greatest is an error, neither a panic of the host nor another duty cycle", source::PWM, &[
        Case::new("pwm:duty FAN 1/4; pwm:duty FAN past; pwm:duty FAN 65535; pwm:duty FAN past; pwm:duty FAN 1/2").says("ok; err|none; err|none; err|none; ok")
            .wires(&[("FAN", "0/1000 250/1000 500/1000")]),
    ]),
    Rule::new("PWM-04", "`set_duty_cycle_fully_off` makes the pin inactive always", source::PWM, &[
        Case::new("pwm:duty FAN 1/2; pwm:off FAN; pwm:duty NFAN 1/2; pwm:off NFAN").says("ok; ok; ok; ok")
            .wires(&[("FAN", "0/1000 500/1000 0/1000"), ("NFAN", "1000/1000 500/1000 1000/1000")]),
    ]),
    Rule::new("PWM-05", "`set_duty_cycle_fully_on` makes the pin active always", source::PWM, &[
        Case::new("pwm:duty FAN 1/2; pwm:on FAN; pwm:duty NFAN 1/2; pwm:on NFAN").says("ok; ok; ok; ok")
            .wires(&[("FAN", "0/1000 500/1000 1000/1000"), ("NFAN", "1000/1000 500/1000 0/1000")]),
    ]),
    Rule::new("PWM-06", "`set_duty_cycle_fraction` does not overflow, and traps the guest for what is no fraction", source::PWM, &[
        Case::new("pwm:fraction FAN 1 3; pwm:fraction FAN 50000 65535; pwm:fraction FAN 65535 65535; pwm:fraction FAN 0 1").says("ok; ok; ok; ok")
            .wires(&[("FAN", "0/1000 333/1000 763/1000 1000/1000 0/1000")]),
        // More than the whole, whatever 16 bits would make of it.
        Case::new("pwm:duty FAN 1/2; pwm:fraction FAN 3 2; pwm:fraction FAN 65535 1; pwm:fraction FAN 40000 1; pwm:fraction FAN 65535 2; pwm:fraction FAN 65535 3; pwm:percent FAN 101; pwm:percent FAN 255")
            .says("ok; err; err; err; err; err; err; err").wires(&[("FAN", "0/1000 500/1000")]),
        Case::new("pwm:duty FAN 1/2; pwm:fraction FAN 1 0").says("ok").traps().wires(&[("FAN", "0/1000 500/1000")]),
    ]),
    Rule::new("PWM-07", "`set_duty_cycle_percent` sets hundredths", source::PWM, &[
        Case::new("pwm:percent FAN 1; pwm:percent FAN 37; pwm:percent FAN 100; pwm:percent FAN 0").says("ok; ok; ok; ok")
            .wires(&[("FAN", "0/1000 10/1000 370/1000 1000/1000 0/1000")]),
    ]),
    Rule::new("PWM-08", "the methods that the trait provides agree with `set_duty_cycle`", source::PWM, &[
        Case::new("pwm:on@default FAN; pwm:off@default FAN; pwm:percent@default FAN 25; pwm:fraction@default FAN 2 5")
            .says("ok; ok; ok; ok").wires(&[("FAN", "0/1000 1000/1000 0/1000 250/1000 400/1000")]),
        Case::new("pwm:on@ref FAN; pwm:off@ref FAN; pwm:percent@ref FAN 25; pwm:fraction@ref FAN 2 5; pwm:duty@ref FAN 3/4")
            .says("ok; ok; ok; ok; ok").wires(&[("FAN", "0/1000 1000/1000 0/1000 250/1000 400/1000 750/1000")]),
    ]),
];
