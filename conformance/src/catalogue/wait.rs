//! Waiting for levels and edges: at `LOOP`, which is wired to the output `OUT`. A wait is begun, then `OUT` is driven high (`h`) and
//! low (`l`) with pauses (`.`) between. The answer is in which pause the wait ended, from 0, or `waits`; a pause later is late, which a
//! busy machine may be, and one earlier is wrong.

use super::source;
use crate::case::{Case, Guest};
use crate::rule::Rule;

const fn waits(script: &'static str) -> Case {
    Case::new(script).by(&[Guest::Asynchronous])
}

pub(super) const RULES: [Rule; 9] = [
    Rule::new("W-01", "`wait_for_high` returns at once if the pin is high", source::WAIT, &[
        waits("out:high OUT; wait:high LOOP ..; wait:high@ref LOOP ..; wait:high LOOP ..").says("ok; ok 0; ok 0; ok 0"),
        waits("out:low OUT; wait:high LOOP ..; wait:high LOOP ..h..").says("ok; waits; ok 2|3"),
    ]),
    Rule::new("W-02", "`wait_for_low` returns at once if the pin is low", source::WAIT, &[
        waits("out:low OUT; wait:low LOOP ..; wait:low@ref LOOP ..; wait:low LOOP ..").says("ok; ok 0; ok 0; ok 0"),
        waits("out:high OUT; wait:low LOOP ..; wait:low LOOP ..l..").says("ok; waits; ok 2|3"),
    ]),
    Rule::new("W-03", "a wait for a level ends even if the level is gone before the task runs", source::WAIT, &[
        waits("out:low OUT; wait:high LOOP .hl..; in:level LOOP; out:high OUT; wait:low LOOP .lh..; in:level LOOP")
            .says("ok; ok 1|2; ok high=false low=true; ok; ok 1|2; ok high=true low=false"),
    ]),
    Rule::new("W-04", "`wait_for_rising_edge` waits for a low level first if the pin is high", source::WAIT, &[
        waits("out:high OUT; wait:rising LOOP ..l..h..; out:low OUT; wait:rising LOOP ..h..").says("ok; ok 4|5; ok; ok 2|3"),
        waits("out:high OUT; wait:rising LOOP ..l..").says("ok; waits"),
    ]),
    Rule::new("W-05", "`wait_for_falling_edge` waits for a high level first if the pin is low", source::WAIT, &[
        waits("out:low OUT; wait:falling LOOP ..h..l..; out:high OUT; wait:falling LOOP ..l..").says("ok; ok 4|5; ok; ok 2|3"),
        waits("out:low OUT; wait:falling LOOP ..h..").says("ok; waits"),
    ]),
    Rule::new("W-06", "`wait_for_any_edge` ends with one transition of either kind", source::WAIT, &[
        waits("out:low OUT; wait:any LOOP ..h..; wait:any LOOP ..l..; wait:any@ref LOOP ..h..").says("ok; ok 2|3; ok 2|3; ok 2|3"),
    ]),
    Rule::new("W-07", "edges before the call do not count", source::WAIT, &[
        waits("out:low OUT; wait:any LOOP h..; out:low OUT; out:high OUT; out:low OUT; wait:rising LOOP ..; wait:falling LOOP ..; wait:any LOOP ..; wait:high LOOP ..")
            .says("ok; ok 0|1; ok; ok; ok; waits; waits; waits; waits"),
    ]),
    Rule::new("W-08", "an edge right after the wait has begun is not lost", source::WAIT, &[
        waits("out:low OUT; wait:rising LOOP h..; wait:falling LOOP l..; wait:any LOOP h..; wait:any LOOP l..; wait:rising LOOP hl..; wait:falling LOOP hl..")
            .says("ok; ok 0|1; ok 0|1; ok 0|1; ok 0|1; ok 0|1; ok 0|1"),
    ]),
    Rule::new("W-09", "a wait can be dropped and begun again, without what happened to the first", source::WAIT, &[
        waits("out:low OUT; wait:rising LOOP .; out:high OUT; out:low OUT; wait:rising LOOP ..; wait:any LOOP ..; wait:rising LOOP ..h..; wait:high LOOP .")
            .says("ok; waits; ok; ok; waits; waits; ok 2|3; ok 0"),
    ]),
];
