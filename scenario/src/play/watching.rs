//! A look that goes on: whether it has come to its end.

use wasm_embedded_sim::Level;

use super::watch::Target;
use crate::condition::Count;
use crate::scenario::Mode;

/// How often parts are looked at that may change with time alone, in nanoseconds of virtual time.
const LOOK_NS: u64 = 10_000_000;

/// A look that goes on.
#[derive(Debug)]
pub(super) struct Watching {
    pub(super) target: Target,
    pub(super) mode: Mode,
    pub(super) began_ns: u64,
    pub(super) deadline_ns: u64,
    /// Where texts or transactions are looked at from.
    pub(super) from: usize,
    pub(super) edges: u64,
    pub(super) last_edges: Vec<(u64, Level)>,
    /// Whether the board has to be looked at.
    pub(super) is_dirty: bool,
    /// When it is to be looked at by the clock, and up to when that is planned.
    pub(super) next_look_ns: u64,
    pub(super) planned_ns: u64,
    /// Whether it was looked at at the end of the step's time.
    pub(super) is_last_look: bool,
    /// What came of it, and when.
    pub(super) verdict: Option<(bool, u64)>,
}

/// What a look has come to.
pub(super) enum Verdict {
    Passed(u64),
    Failed,
    Look,
    Again(u64),
}

impl Watching {
    /// Takes whether it is true now.
    pub(super) fn judge(&mut self, is_true: bool, at_ns: u64) {
        match (self.mode, is_true) {
            (Mode::Expect, true) => self.verdict = Some((true, at_ns)),
            (Mode::Never, true) | (Mode::Always, false) => self.verdict = Some((false, at_ns)),
            (Mode::Expect | Mode::Never, false) | (Mode::Always, true) => {}
        }
    }

    /// Looks at how many edges came so far: whether enough, or too many.
    pub(super) fn count(&mut self, count: Count, at_ns: u64) {
        let is_too_many = count.max.is_some_and(|max| self.edges > max);
        let is_enough = self.edges >= count.min;
        match (self.mode, count.max) {
            (Mode::Expect, _) if is_too_many => self.verdict = Some((false, at_ns)),
            (_, None) if is_enough => self.judge(true, at_ns),
            _ => {}
        }
    }

    pub(super) fn next(&mut self, now_ns: u64) -> Option<Verdict> {
        if let Some((is_passed, at_ns)) = self.verdict {
            return Some(if is_passed { Verdict::Passed(at_ns) } else { Verdict::Failed });
        }
        let is_late = now_ns >= self.deadline_ns;
        let is_due = self.target.is_polled() && (now_ns >= self.next_look_ns || is_late && !self.is_last_look);
        if self.is_dirty || is_due {
            self.next_look_ns = now_ns.saturating_add(LOOK_NS);
            self.is_last_look = is_late;
            return Some(Verdict::Look);
        }
        if self.target.is_polled() && self.planned_ns < self.next_look_ns && self.next_look_ns < self.deadline_ns {
            self.planned_ns = self.next_look_ns;
            return Some(Verdict::Again(self.next_look_ns));
        }
        if is_late {
            if let Target::Edges(_, _, count) = self.target {
                let is_right = self.edges >= count.min && count.max.is_none_or(|max| self.edges <= max);
                self.judge(is_right, now_ns);
            }
            let is_passed = match (self.verdict, self.mode) {
                (Some((is_passed, _)), _) => is_passed,
                (None, mode) => mode != Mode::Expect,
            };
            self.verdict = Some((is_passed, now_ns));
            return self.next(now_ns);
        }
        None
    }
}
