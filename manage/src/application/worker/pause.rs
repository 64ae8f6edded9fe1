//! The pauses before an application is started again.

use std::time::Duration;

use crate::config::ApplicationConfig;

/// Returns how long the pause before a start is: at most the longest, and the first one again after a run that was longer than that.
pub(super) fn pause(next: Duration, ran: Duration, config: &ApplicationConfig) -> Duration {
    if ran >= config.back_off_max { config.back_off } else { next.min(config.back_off_max) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;

    #[test]
    fn pauses_grow_to_the_longest_and_begin_anew_after_a_long_run() {
        let text = "state = 's'\n[application.fan]\npolicy = 'p'\nback-off-ms = 10\nback-off-max-ms = 35";
        let config = Config::parse(Path::new("board.toml"), text).expect("a board");
        let fan = config.applications.values().next().expect("the fan");
        let ms = Duration::from_millis;
        for (next, ran, expected) in [(10, 0, 10), (20, 34, 20), (40, 34, 35), (70, 0, 35), (70, 35, 10)] {
            assert_eq!(pause(ms(next), ms(ran), fan), ms(expected), "{next}, {ran}");
        }
    }
}
