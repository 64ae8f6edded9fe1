//! Delays, measured between changes of a pin.

use super::source;
use crate::case::{Case, Conditions, Guest};
use crate::judge;
use crate::rule::Rule;

pub(super) const RULES: [Rule; 6] = [
    Rule::new("D-01", "a delay is at least as long as asked, in every unit", source::DELAY, &[
        Case::new("out:high OUT; delay:ns 1; out:low OUT; delay:ns 1500; out:high OUT; delay:us 777; out:low OUT; delay:ms 3; out:high OUT; delay:us 45000; out:low OUT").judged(judge::delays),
    ]),
    Rule::new("D-02", "a delay longer than nanoseconds of 32 bits can say is as long all the same, also as the trait splits it", source::DELAY, &[
        Case::new("out:high OUT; delay:us 4294968; out:low OUT; delay:ms 4295; out:high OUT; delay:us@default 5000000; out:low OUT; delay:ms@default 8600; out:high OUT")
            .by(&[Guest::Blocking]).judged(judge::long_delays),
    ]),
    Rule::new("D-03", "a delay of 0 returns promptly", source::DELAY, &[
        Case::new("out:high OUT; delay:ns 0 400; delay:us 0 300; delay:ms 0 300; out:low OUT").judged(judge::promptly),
    ]),
    Rule::new("D-04", "the same holds of asynchronous delays", source::DELAY_ASYNC, &[
        Case::new("out:high OUT; delay:ns 1; out:low OUT; delay:ns 1500; out:high OUT; delay:us 777; out:low OUT; delay:ms 3; out:high OUT; delay:us 45000; out:low OUT")
            .by(&[Guest::Asynchronous]).judged(judge::delays),
        Case::new("out:high OUT; delay:us 4294968; out:low OUT").by(&[Guest::Asynchronous]).judged(judge::long_delay),
        Case::new("out:high OUT; delay:ns 0 400; delay:us 0 300; delay:ms 0 300; out:low OUT").by(&[Guest::Asynchronous]).judged(judge::promptly),
    ]),
    Rule::new("D-05", "a guest in the longest delay of all can be stopped in bounded time", source::OURS, &[
        Case::new("delay:ms 4294967295").under(Conditions { stop_after_ms: Some(100), ..Conditions::NONE }).by(&[Guest::Blocking]).judged(judge::stopped_in_time),
    ]),
    Rule::new("D-06", "a change of the date makes no delay shorter", source::OURS, &[
        Case::new("out:high OUT; delay:ms 50; out:low OUT").under(date_jump(86_400)).judged(judge::fifty_ms),
        Case::new("out:high OUT; delay:ms 50; out:low OUT").under(date_jump(-86_400)).judged(judge::fifty_ms),
    ]),
];

/// The date jumps in the middle of a delay.
const fn date_jump(seconds: i64) -> Conditions {
    Conditions { date_jump: Some((20, seconds)), ..Conditions::NONE }
}
