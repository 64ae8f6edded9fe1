//! Pins. The wires have electrical levels.

use super::source;
use crate::case::{Case, Guest};
use crate::rule::Rule;

pub(super) const RULES: [Rule; 10] = [
    Rule::new(
        "GP-01",
        "`set_high` and `set_low` drive the level",
        source::DIGITAL,
        &[
            Case::new("out:high OUT; out:low OUT; out:high OUT")
                .says("ok; ok; ok")
                .wires(&[("OUT", "low high low high")]),
            Case::new("io:low IO; io:high IO").says("ok; ok").wires(&[("IO", "high low high")]),
        ],
    ),
    Rule::new(
        "GP-02",
        "`set_state` is `set_high` or `set_low`, also as the trait provides it",
        source::DIGITAL,
        &[Case::new("out:set OUT high; out:set OUT low; out:set@default OUT high; out:set@ref OUT low")
            .says("ok; ok; ok; ok")
            .wires(&[("OUT", "low high low high low")])],
    ),
    Rule::new(
        "GP-03",
        "`is_set_high` and `is_set_low` tell what was commanded, whatever the pin carries",
        source::DIGITAL,
        &[
            Case::new("out:commanded UP; out:low UP; out:commanded UP; out:high UP; out:commanded UP")
                .says("ok high=true low=false; ok; ok high=false low=true; ok; ok high=true low=false"),
            Case::new("io:high HELD; io:commanded HELD; io:level HELD")
                .says("ok; ok high=true low=false; ok high=false low=true"),
        ],
    ),
    Rule::new(
        "GP-04",
        "exactly one of `is_set_high` and `is_set_low` is true",
        source::DIGITAL,
        &[Case::new("out:commanded OUT; out:high OUT; out:commanded OUT; io:commanded HELD")
            .says("ok high=false low=true; ok; ok high=true low=false; ok high=true low=false")],
    ),
    Rule::new(
        "GP-05",
        "`toggle` inverts what was commanded, also as the trait provides it",
        source::DIGITAL,
        &[
            Case::new("out:toggle OUT; out:commanded OUT; out:toggle OUT; out:toggle@default OUT")
                .says("ok; ok high=true low=false; ok; ok")
                .wires(&[("OUT", "low high low high")]),
            Case::new("io:toggle HELD; io:commanded HELD; io:toggle HELD; io:commanded HELD")
                .says("ok; ok high=false low=true; ok; ok high=true low=false"),
        ],
    ),
    Rule::new(
        "GP-06",
        "`is_high` and `is_low` tell what the pin carries, and are complements",
        source::DIGITAL,
        &[
            Case::new("in:level INHIGH; in:level INLOW; in:level@ref INHIGH")
                .says("ok high=true low=false; ok high=false low=true; ok high=true low=false"),
            Case::new("io:level IO; io:low IO; io:level IO").says("ok high=true low=false; ok; ok high=false low=true"),
            Case::new("io:high HELD; io:level HELD").says("ok; ok high=false low=true"),
        ],
    ),
    Rule::new(
        "GP-07",
        "the policy's active-low inverts once: what is driven, the initial level, what is read, and edges",
        source::OURS,
        &[
            Case::new("out:commanded NOUT; out:low NOUT; out:high NOUT; out:toggle NOUT; out:commanded NOUT")
                .says("ok high=true low=false; ok; ok; ok; ok high=false low=true")
                .wires(&[("NOUT", "low high low high")]),
            Case::new("in:level NHIGH; in:level NLOW").says("ok high=false low=true; ok high=true low=false"),
            Case::new("out:high OUT; wait:rising NLOOP ..l..; wait:falling NLOOP ..h..; wait:low NLOOP .")
                .by(&[Guest::Asynchronous])
                .says("ok; ok 2|3; ok 2|3; ok 0"),
        ],
    ),
    Rule::new(
        "GP-08",
        "an output has its initial level from the moment it is driven, without another one before",
        source::OURS,
        &[Case::new("open out UP; open out OUT; open out NOUT; delay:us 50").says("ok; ok; ok; ok").wires(&[
            ("UP", "high"),
            ("OUT", "low"),
            ("NOUT", "low"),
        ])],
    ),
    Rule::new(
        "GP-09",
        "`PinState` converts to and from `bool`, and `!` inverts it",
        source::DIGITAL,
        &[Case::new("pin-state").says("ok true=High false=Low high=true low=false !high=Low !low=High")],
    ),
    Rule::new(
        "GP-10",
        "an error has a kind",
        source::DIGITAL,
        &[Case::new("out:high FAULTY-OUT; out:high FAULTY-OUT; in:level FAULTY-IN; in:level FAULTY-IN")
            .says("err Other Other; ok; err Other Other; ok high=false low=true")],
    ),
];
