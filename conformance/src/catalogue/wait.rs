//! Waiting for levels and edges.

use super::{pending, source};
use crate::rule::Rule;

const fn rule(id: &'static str, text: &'static str) -> Rule {
    Rule::pending(id, text, source::WAIT, pending::ASYNC)
}

pub(super) const RULES: [Rule; 9] = [
    rule("W-01", "`wait_for_high` returns at once if the pin is high"),
    rule("W-02", "`wait_for_low` returns at once if the pin is low"),
    rule("W-03", "a wait for a level ends even if the level is gone before the task runs"),
    rule("W-04", "`wait_for_rising_edge` waits for a low level first if the pin is high"),
    rule("W-05", "`wait_for_falling_edge` waits for a high level first if the pin is low"),
    rule("W-06", "`wait_for_any_edge` ends with one transition of either kind"),
    rule("W-07", "edges before the call do not count"),
    rule("W-08", "an edge right after the wait has begun is not lost"),
    rule("W-09", "a wait can be dropped and begun again, without what happened to the first"),
];
