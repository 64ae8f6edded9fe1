//! When a microcontroller starts its guest again.

/// When a guest is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restart {
    /// After which ends.
    pub when: RestartWhen,
    /// The pause before the first restart, in milliseconds; each further one takes twice as long.
    pub first_ms: u32,
    /// The longest pause, in milliseconds. A guest that ran for longer than this begins with the first pause again.
    pub longest_ms: u32,
    /// How many restarts in a row there may be; 0 for any number.
    pub attempts: u32,
}

/// After which ends a guest is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestartWhen {
    /// After none.
    Never,
    /// After a failure: a trap, or an exit status other than 0.
    Failure,
    /// After any.
    Always,
}

impl Default for Restart {
    fn default() -> Restart {
        Restart { when: RestartWhen::Never, first_ms: 1_000, longest_ms: 60_000, attempts: 0 }
    }
}
