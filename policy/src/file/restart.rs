//! `[restart]`: when a microcontroller starts its guest again.

use crate::{Restart, RestartWhen};

use super::reader::Table;
use super::schema::Key;

/// The longest pause that a policy can ask for: a day.
const GREATEST_PAUSE_MS: u32 = 86_400_000;

/// The keys of `[restart]`.
pub(crate) const KEYS: [Key; 4] = [
    Key::choice("when", &["never", "failure", "always"], "after which ends the guest is started again"),
    Key::counted(
        "first-ms",
        1,
        GREATEST_PAUSE_MS,
        "the pause before the first restart; each further one takes twice as long",
    ),
    Key::counted("longest-ms", 1, GREATEST_PAUSE_MS, "the longest pause"),
    Key::counted("attempts", 0, u32::MAX, "how many restarts in a row; 0 for any number"),
];

/// Reads `[restart]`.
pub(crate) fn read_restart(table: Table<'_>) -> Restart {
    let mut restart = Restart::default();
    let when = table.get("when").and_then(|value| {
        value.choice(&[
            ("never", RestartWhen::Never),
            ("failure", RestartWhen::Failure),
            ("always", RestartWhen::Always),
        ])
    });
    restart.when = when.unwrap_or(RestartWhen::Failure);
    let pause = |key| table.get(key).and_then(|value| value.integer(1..=GREATEST_PAUSE_MS));
    let (first, longest) = (pause("first-ms"), pause("longest-ms"));
    restart.first_ms = first.unwrap_or(restart.first_ms);
    restart.longest_ms = longest.unwrap_or(restart.longest_ms).max(restart.first_ms);
    if let Some(attempts) = table.get("attempts").and_then(|value| value.integer(0..=u32::MAX)) {
        restart.attempts = attempts;
    }
    table.finish();
    restart
}
