//! How a run ended, and whether there is another.

use alloc::string::{String, ToString as _};
use core::fmt;

use wasm_embedded_policy::{Restart, RestartWhen};
use wasmtime::Trap;

const NS_PER_MS: u64 = 1_000_000;

/// How a guest's run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It returned success.
    Success,
    /// It returned failure.
    Failure,
    /// It used its fuel between two waits.
    OutOfFuel,
    /// It trapped: why.
    Trapped(String),
    /// It could not be started: why. Another attempt would fail as well.
    Broken(String),
}

impl Ending {
    /// Returns what ended a run.
    pub(crate) fn of(result: wasmtime::Result<Result<(), ()>>) -> Ending {
        match result {
            Ok(Ok(())) => Ending::Success,
            Ok(Err(())) => Ending::Failure,
            Err(error) => match error.downcast_ref::<Trap>() {
                Some(Trap::OutOfFuel) => Ending::OutOfFuel,
                Some(trap) => Ending::Trapped(trap.to_string()),
                None => Ending::Trapped(error.to_string()),
            },
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ending::Success => f.write_str("ended successfully"),
            Ending::Failure => f.write_str("ended with a failure"),
            Ending::OutOfFuel => f.write_str("was stopped: it used all its fuel without waiting (`fuel` in [limits])"),
            Ending::Trapped(why) => write!(f, "trapped: {why}"),
            Ending::Broken(why) => write!(f, "cannot start: {why}"),
        }
    }
}

/// The restarts of one guest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Restarts {
    rule: Restart,
    /// How many there were in a row.
    done: u32,
}

impl Restarts {
    pub(crate) fn new(rule: Restart) -> Restarts {
        Restarts { rule, done: 0 }
    }

    /// Returns the pause before the next run in nanoseconds, if there is to be one after a run of `ran_ns`.
    pub(crate) fn after(&mut self, ending: &Ending, ran_ns: u64) -> Option<u64> {
        let longest_ns = u64::from(self.rule.longest_ms) * NS_PER_MS;
        if ran_ns > longest_ns {
            self.done = 0;
        }
        let again = match (self.rule.when, ending) {
            (RestartWhen::Never, _) | (_, Ending::Broken(_)) => false,
            (RestartWhen::Failure, ending) => *ending != Ending::Success,
            (RestartWhen::Always, _) => true,
        };
        if !again || (self.rule.attempts > 0 && self.done >= self.rule.attempts) {
            return None;
        }
        let pause_ns = (u64::from(self.rule.first_ms) * NS_PER_MS).saturating_mul(1 << self.done.min(31));
        self.done = self.done.saturating_add(1);
        Some(pause_ns.min(longest_ns))
    }
}
